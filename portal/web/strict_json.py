"""JSON as it is taken from outside: what a database or a rule could not hold is no JSON here.

Sessions are read by it too. A view that asks for `request.get_json()` gets plain values of bounded
depth, or answers 400; the reasons are one line each and repeat nothing of what was sent.
"""

import json
import re
from typing import Any

from flask.json.provider import DefaultJSONProvider

DEEPEST = 32
LARGEST = 2**63 - 1
# What no text contains; tabs, line breaks and the breaks that word processors paste are text.
NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


class StrictJSON(DefaultJSONProvider):
    """Flask's JSON, strict in what it reads."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value that `s` says. Raises ValueError for whatever is none.

        Refused beside what is no JSON: a name given twice, NaN and infinities (1e400 is one), whole
        numbers beyond 64 bits, control characters and halves of characters in text, more than
        `DEEPEST` levels.
        """
        try:
            found = json.loads(
                s if isinstance(s, str) else s.decode("utf-8"),
                object_pairs_hook=_once,
                parse_constant=_no_number,
                parse_float=_finite,
                parse_int=_whole,
            )
        except RecursionError:
            raise ValueError("nested too deeply") from None
        _check(found)
        return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _no_number(_text: str) -> float:
    raise ValueError("not a number")


def _finite(text: str) -> float:
    found = float(text)
    if found in {float("inf"), float("-inf")}:
        raise ValueError("too large a number")
    return found


def _whole(text: str) -> int:
    if len(text) > 20 or not -LARGEST - 1 <= int(text) <= LARGEST:
        raise ValueError("too large a number")
    return int(text)


def _check(found: Any) -> None:
    """Look at every text and at the depth, without recursion."""
    level = [found]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for value in level:
            if isinstance(value, str):
                if NO_TEXT.search(value):
                    raise ValueError("text with control characters")
            elif isinstance(value, dict):
                below.extend(value)
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        if not below:
            return
        level = below
    raise ValueError("nested too deeply")
