"""Text as people type it, made fit to keep: one form of each letter, nothing that is not seen."""

import unicodedata

# What joins letters and emoji is seen by what it joins.
_JOINERS = "\u200c\u200d"
# Letters, marks and a symbol that no font draws: fillers, selectors, the empty braille cell.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def tidy(text: str) -> str:
    """A name as it is kept: NFKC, on one line, without marks that are not seen or turn the text."""
    plain = unicodedata.normalize("NFKC", text)
    return " ".join("".join(c for c in plain if c.isspace() or not _unseen(c)).split())


def tidy_lines(text: str) -> str:
    """A longer text as it is kept: line breaks as "\\n", without what turns the text around."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" + _JOINERS or not _unseen(c)).strip()


def has_letter(name: str) -> bool:
    """Whether a name holds anything that is a letter or a digit."""
    return any(map(str.isalnum, name))


def _unseen(char: str) -> bool:
    return char in _BLANK or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
