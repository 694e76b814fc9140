"""What a text must be before readers get it (N3), and the address of a new question."""

import pytest

from portal.faq.rules import CODES, FaqCode, Text, complete, free_slug, slug_of
from portal.kernel.localized import Localized

BOTH = ("es", "en")


def text(es: str = "Sí.", en: str = "Yes.", question: tuple[str, str] = ("¿Y?", "And?")) -> Text:
    return Text(Localized(es=question[0], en=question[1]), Localized(es=es, en=en))


C = FaqCode


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        (text(), []),
        (text(es="Sí.\n\n[[P1]]", en="Yes.\n\n[[P1]]"), []),
        (text(en=" \n"), [C.ONE_LANGUAGE]),
        (text(question=("¿Y?", "")), [C.ONE_LANGUAGE]),
        (text(es="[[P9]]", en="[[P9]]"), [C.PROMISE_UNKNOWN]),
        (text(es="[[P1]]", en="Yes."), [C.PROMISES_DIFFER]),
        (text(es="[[P1]]\n\n[[P2]]", en="[[P2]]\n\n[[P1]]"), [C.PROMISES_DIFFER]),
        (text(es="[[P9]]", en=""), [C.ONE_LANGUAGE, C.PROMISE_UNKNOWN]),
        (text(es="x" * 8_001), [C.TOO_LONG]),
        (text(question=("¿" * 201, "And?")), [C.TOO_LONG]),
    ],
)
def test_a_question_is_published_when_nothing_is_missing_in_either_language(said, codes) -> None:
    found = complete(said, BOTH, {"P1", "P2"}, is_promise=False)
    assert [reason.code for reason in found] == codes
    assert all(reason.blocks and reason.rule == CODES[reason.code].rule for reason in found)


def test_a_promise_has_no_question_and_includes_no_other() -> None:
    said = Text(Localized(), Localized(es="Cumplimos.", en="We keep."))
    assert complete(said, BOTH, {"P1"}, is_promise=True) == []
    inside = Text(Localized(), Localized(es="[[P1]]", en="[[P1]]"))
    assert [one.code for one in complete(inside, BOTH, {"P1"}, is_promise=True)] == [
        C.PROMISE_INSIDE
    ]


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("¿Cuándo cambiará el cronograma?", "cuando-cambiara-el-cronograma"),
        ("Level 3: what now?", "level-3-what-now"),
        ("¿?", "x"),
        ("palabra " * 20, "palabra-palabra-palabra-palabra-palabra-palabra-palabra"),
        ("p" * 90, "p" * 60),
    ],
)
def test_an_address_is_the_question_in_plain_letters(question: str, slug: str) -> None:
    assert slug_of(question) == slug


def test_an_address_is_nobody_elses_and_no_page_of_the_portal() -> None:
    assert free_slug("¿Y?", {"y", "y-2"}) == "y-3"
    assert free_slug("Print", ()) == "print-2"
