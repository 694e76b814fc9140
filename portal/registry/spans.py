"""How a file's word on a dated fact meets what stands: first values, repeats, held changes. Pure.

A file says of each contract or agreement one value of a fact. Of which day it speaks is the same
for import and export: the business date, or the nearest day on which that paper is the current one
(`spoken_of`). The first value of a day that had none is taken with its history; another value than
the one that stands is held for a notice (N1), or applied as a correction when it is marked as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from portal.kernel.spans import DAY, Span, at, by_start, earlier, overwrite

Value = int | str


class Fresh(StrEnum):
    """What a period of this very file will stand on, before its warrant is written.

    An inherited value carries a standing line's team over a consolidation: nothing may change it.
    """

    ORIGIN = "origin"
    INHERITED = "inherited"
    CORRECTION = "correction"


@dataclass(frozen=True)
class Claim:
    """What one row says: from `start` to `end` the paper is the current one, with `value`."""

    line: int
    start: date
    end: date | None
    value: Value


@dataclass
class Settled:
    """The periods after a file, and which rows were held, taken, or applied as a correction.

    `held` and `corrected` pair a claim with the value that stood.
    """

    spans: list[Span]
    held: list[tuple[Claim, Value]] = field(default_factory=list)
    taken: list[Claim] = field(default_factory=list)
    corrected: list[tuple[Claim, Value]] = field(default_factory=list)


def spoken_of(start: date, end: date | None, today: date) -> date:
    """The day a paper speaks of that is current from `start` to `end`."""
    return max(start, today if end is None else min(today, end))


def settle(
    spans: Sequence[Span], claims: Sequence[Claim], *, today: date, correct: bool
) -> Settled:
    """`spans` (oldest first) after `claims` (in the order of their chain)."""
    out = Settled(list(spans))
    for claim in claims:
        stands = at(out.spans, spoken_of(claim.start, claim.end, today))
        if stands is None:
            out.spans = _fill(out.spans, claim, spoken_of(claim.start, claim.end, today))
            out.taken.append(claim)
        elif stands.value == claim.value:
            _extend(out, claim)
        elif stands.warrant is Fresh.ORIGIN:
            start = max(claim.start, stands.start)
            out.spans = overwrite(out.spans, replace(stands, start=start, value=claim.value))
            out.taken.append(claim)
        elif correct:
            start = max(claim.start, stands.start)
            end = earlier(claim.end, stands.end)
            out.spans = overwrite(out.spans, Span(start, end, claim.value, Fresh.CORRECTION))
            out.corrected.append((claim, stands.value))
        else:
            out.held.append((claim, stands.value))
    return out


def _extend(out: Settled, claim: Claim) -> None:
    """Let a first value reach back to the start of its paper, when a file moved that start."""
    if at(out.spans, claim.start) is not None:
        return
    later = min(span.start for span in out.spans if span.start > claim.start)
    first = at(out.spans, later)
    if first is not None and first.value == claim.value:
        out.spans = _fill(out.spans, claim, claim.start)
        out.taken.append(claim)


def _fill(spans: list[Span], claim: Claim, on: date) -> list[Span]:
    """`claim` in the gap around `on`, joined to the period after it when that says the same."""
    ends = [span.end for span in spans if span.end is not None and span.end < on]
    start = max([claim.start, *(end + DAY for end in ends)])
    after = next((span for span in spans if span.start > on), None)
    if after is not None and after.value == claim.value:
        joined = replace(after, start=start)
        return sorted([*(span for span in spans if span is not after), joined], key=by_start)
    end = None if after is None else after.start - DAY
    return sorted([*spans, Span(start, end, claim.value, Fresh.ORIGIN)], key=by_start)


def merged(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """`spans`, and `others` on the days that `spans` says nothing of."""
    out: list[Span] = list(others)
    for span in spans:
        out = overwrite(out, span)
    return out


def clash(spans: Sequence[Span], others: Sequence[Span]) -> tuple[date, Value, Value] | None:
    """The first day on which both say something and not the same, with what they say."""
    days = sorted({span.start for span in (*spans, *others)})
    for day in days:
        one, other = at(spans, day), at(others, day)
        if one is not None and other is not None and one.value != other.value:
            return day, one.value, other.value
    return None
