"""Two texts beside each other, word by word."""

import pytest

from portal.web.compare import Part, compare

OUT, IN, SAME = Part.OUT, Part.IN, Part.SAME


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("", "", []),
        ("", "Sí.", [(IN, "Sí.")]),
        ("Sí.", "", [(OUT, "Sí.")]),
        ("Igual.", "Igual.", [(SAME, "Igual.")]),
        ("hasta nuevo aviso", "hasta junio", [(SAME, "hasta "), (OUT, "nuevo aviso"), (IN, "junio")]),
        ("año 2017, fin", "año 2018, fin", [(SAME, "año "), (OUT, "2017"), (IN, "2018"), (SAME, ", fin")]),
        ("a\nb", "a\nc", [(SAME, "a\n"), (OUT, "b"), (IN, "c")]),
    ],
)  # fmt: skip
def test_what_stays_goes_and_comes_is_told_by_whole_words(
    before: str, after: str, said: list[tuple[Part, str]]
) -> None:
    pieces = compare(before, after)
    assert [(piece.part, piece.text) for piece in pieces] == said
    assert "".join(p.text for p in pieces if p.part is not IN) == before
    assert "".join(p.text for p in pieces if p.part is not OUT) == after
