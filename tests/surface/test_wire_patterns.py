"""No pattern that people's text meets can be held up by it (catalogue B20); found by importing all.

What makes a search slow is looked for in the patterns themselves, so nothing is timed here: endless
repeats inside endless repeats, and two that could share one run of characters. What a search tries
anew at every place of a long text is not seen by this: it grows with the square at worst.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import portal

ENDLESS = 64
SAMPLES = "aZ09 \t\n-_/.:@,;<>()[]{}\"'%+=#&é\u00a0"


def patterns() -> dict[str, "re.Pattern[Any]"]:
    """Every compiled pattern that a module of the portal holds."""
    found = {}
    for module in pkgutil.walk_packages(portal.__path__, "portal."):
        if ".migrations" in module.name:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                found.setdefault((value.pattern, value.flags), (f"{module.name}.{name}", value))
    return dict(found.values())


def faults(pattern: "re.Pattern[Any]") -> Iterator[str]:
    """What could make `pattern` slow, in words."""
    tree = _parser.parse(pattern.pattern, pattern.flags & ~re.LOCALE)
    yield from _of_sequence(list(tree), pattern.flags)


def _of_sequence(items: list[Any], flags: int) -> Iterator[str]:
    items = _flat(items)
    for number, item in enumerate(items):
        for body in _bodies(item):
            # What is repeated stands beside itself.
            yield from _of_sequence(body + body if _endless(item) else body, flags)
            if _endless(item) and any(e[0] is op.BRANCH and _any_endless(e) for e in body):
                yield "an endless repeat of a choice with endless repeats"
        for after in items[number + 1 :] if _endless(item) else ():
            if _any_endless(after) and _heads(after) & _chars(item):
                yield "two endless repeats that could share a run"
                break
            if not _optional(after):
                break


def _any_endless(item: Any) -> bool:
    return _endless(item) or any(_endless(each) for each in _inside(item))


def _flat(items: list[Any]) -> list[Any]:
    """The sequence with plain groups opened."""
    found: list[Any] = []
    for item in items:
        found += _flat(list(item[1][3])) if item[0] is op.SUBPATTERN else [item]
    return found


def _bodies(item: Any) -> list[list[Any]]:
    code, value = item
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return [_flat(list(value[2]))]
    if code is op.SUBPATTERN:
        return [list(value[3])]
    if code is op.BRANCH:
        return [list(each) for each in value[1]]
    return []


def _inside(item: Any) -> list[Any]:
    return [each for body in _bodies(item) for each in _walk(body)]


def _walk(items: list[Any]) -> Iterator[Any]:
    for item in items:
        yield item
        for body in _bodies(item):
            yield from _walk(body)


def _endless(item: Any) -> bool:
    return item[0] in (op.MAX_REPEAT, op.MIN_REPEAT) and int(item[1][1]) > ENDLESS


def _optional(item: Any) -> bool:
    code, value = item
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        return value[0] == 0 or all(map(_optional, value[2]))
    if code in (op.AT, op.ASSERT, op.ASSERT_NOT):
        return True
    return bool(_bodies(item)) and any(all(map(_optional, body)) for body in _bodies(item))


def _heads(item: Any) -> set[str]:
    """The characters (of the samples) with which something that this matches can begin."""
    bodies = _bodies(item)
    if not bodies:
        return _chars(item)
    found: set[str] = set()
    for body in bodies:
        for each in body:
            found |= _heads(each)
            if not _optional(each):
                break
    return found


def _chars(item: Any) -> set[str]:
    """The characters (of the samples) that one character of this can be."""
    bodies = _bodies(item)
    if bodies:
        return set().union(*(_chars(each) for body in bodies for each in body))
    code, value = item
    if code is op.ANY:
        return set(SAMPLES) - {"\n"}
    if code is op.NOT_LITERAL:
        return set(SAMPLES) - {chr(value)}
    if code is op.LITERAL:
        return {chr(value), chr(value).swapcase()}
    if code is op.IN:
        return {sample for sample in SAMPLES if _in(value, sample)}
    return set()


def _in(parts: list[Any], sample: str) -> bool:
    turned = bool(parts) and parts[0][0] is op.NEGATE
    held = False
    for code, value in parts:
        if code is op.LITERAL:
            held |= ord(sample) == value
        elif code is op.RANGE:
            held |= value[0] <= ord(sample) <= value[1]
        elif code is op.CATEGORY:
            held |= bool(re.match(CATEGORIES[str(value)], sample))
    return held != turned


CATEGORIES = {
    "CATEGORY_SPACE": r"\s", "CATEGORY_NOT_SPACE": r"\S", "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W", "CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D",
}  # fmt: skip


def test_no_pattern_is_held_up_by_a_long_text() -> None:
    found = patterns()
    assert len(found) > 30
    told = {name: list(faults(pattern)) for name, pattern in found.items()}
    assert not {name: why for name, why in told.items() if why}


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"(a+)+b", r"(\s*)*x", r"\s*([a-z]{1,3})?\s*-?\s*1", r"\s*\s*x", r"[ \t]*\"?[ \t]*=", r"\w+\d+x"),
        *(r"(a|a\w*)*\d*x", r".*.*=.*", r"([a-z]*)*$", r"(?:x*y?)*z"),
    ],
)  # fmt: skip
def test_a_pattern_that_would_be_is_seen(pattern: str) -> None:
    """The control: those known to be slow, among them two that stood here."""
    assert list(faults(re.compile(pattern)))


@pytest.mark.parametrize(
    "pattern",
    [r"[a-z0-9]+(-[a-z0-9]+)*", r"\s*(?:([a-z]{1,3})\s*)?(?:-\s*)?1", r"a+b+", r"(?:ab?)*"],
)
def test_a_pattern_that_goes_straight_on_is_not(pattern: str) -> None:
    assert not list(faults(re.compile(pattern)))
