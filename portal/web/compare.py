"""What of a text stays, goes and comes, word by word: for drafts beside what stands. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# Words, the space between them, and every other sign by itself.
_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")


class Part(StrEnum):
    """What becomes of a piece of text."""

    SAME = "same"
    OUT = "out"
    IN = "in"


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stays, goes or comes."""

    part: Part
    text: str


def compare(before: str, after: str) -> list[Piece]:
    """`before` and `after` as one text, in order: what goes stands before what comes for it."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    found: list[Piece] = []
    for change, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            _add(found, Part.SAME, old[i:j])
            continue
        _add(found, Part.OUT, old[i:j])
        _add(found, Part.IN, new[k:m])
    return found


def _add(found: list[Piece], part: Part, tokens: list[str]) -> None:
    if tokens:
        found.append(Piece(part, "".join(tokens)))
