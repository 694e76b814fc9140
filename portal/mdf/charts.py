"""Where the shapes of a chart stand: numbers for `templates/components/charts.html`. Pure.

Widths are per cent of the picture, heights per cent of its plot, so that it fits any screen while its
words keep their size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SLACK = 0.2  # of a group's width, between it and the next


@dataclass(frozen=True)
class Part:
    """A piece of one bar that is a whole: `share` is its part of it, from 0 to 1."""

    code: str
    amount: int
    share: float
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """An upright bar: of which series, how high (both in per cent), how much."""

    code: str
    amount: int
    x: float
    width: float
    height: float


@dataclass(frozen=True)
class Columns:
    """Groups of bars side by side under one scale. `middles` are where the words of a group stand,
    `top` is the amount at the upper edge.
    """

    bars: tuple[Bar, ...]
    middles: tuple[float, ...]
    top: int


def split(parts: Sequence[tuple[str, int]]) -> tuple[Part, ...]:
    """The pieces of one bar, in this order, without those that are nothing; empty where all are."""
    whole, x, found = sum(amount for _, amount in parts), 0.0, []
    for code, amount in parts:
        if amount > 0:
            width = 100 * amount / whole
            found.append(Part(code, amount, amount / whole, x, width))
            x += width
    return tuple(found)


def columns(codes: Sequence[str], groups: Sequence[Sequence[int]]) -> Columns:
    """A group of bars for each of `groups`, one bar a code; no bar for nothing."""
    top = nice(max((amount for group in groups for amount in group), default=0))
    room = 100 / (len(groups) or 1)
    width = room * (1 - SLACK) / (len(codes) or 1)
    bars = tuple(
        Bar(code, amount, at * room + room * SLACK / 2 + place * width, width, 100 * amount / top)
        for at, group in enumerate(groups)
        for place, (code, amount) in enumerate(zip(codes, group, strict=True))
        if amount > 0
    )
    return Columns(bars, tuple((at + 0.5) * room for at in range(len(groups))), top)


def nice(largest: int) -> int:
    """The next of 1, 2, 5, 10, 20 … that is not below `largest`: where a scale ends."""
    step = 1
    while step * 10 < largest:
        step *= 10
    return next(step * by for by in (1, 2, 5, 10) if step * by >= largest)
