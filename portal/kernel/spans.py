"""A dated fact as periods: a value between two dates, and how periods are laid over one another.

Pure. Dates are business dates, both ends inclusive; an open end is None. Periods of one subject
are held oldest first and never overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """A value between two dates; `warrant` is what it stands on: an id, or one yet to be written."""

    start: date
    end: date | None
    value: Any
    warrant: Any

    def holds(self, on: date) -> bool:
        """Whether it holds on `on`."""
        return self.start <= on and (self.end is None or on <= self.end)


def at(spans: Sequence[Span], on: date) -> Span | None:
    """The period that holds on `on`."""
    return next((span for span in spans if span.holds(on)), None)


def earlier(one: date | None, other: date | None) -> date | None:
    """The earlier of two ends, None being open."""
    if one is None or other is None:
        return one or other
    return min(one, other)


def by_start(span: Span) -> date:
    """The key periods are sorted by."""
    return span.start


def overwrite(spans: Sequence[Span], new: Span) -> list[Span]:
    """`spans` with `new` over them; what it covers in part is cut, and equal neighbours join."""
    kept = [new]
    for span in spans:
        if span.start < new.start:
            kept.append(replace(span, end=earlier(span.end, new.start - DAY)))
        if new.end is not None and (span.end is None or span.end > new.end):
            kept.append(replace(span, start=max(span.start, new.end + DAY)))
    joined: list[Span] = []
    for span in sorted(kept, key=by_start):
        last = joined[-1] if joined else None
        if last and last.end == span.start - DAY and _same(last, span):
            joined[-1] = replace(last, end=span.end)
        else:
            joined.append(span)
    return joined


def change(spans: Sequence[Span], new: Span, announced: frozenset[Any]) -> list[Span]:
    """`spans` after a change from `new.start` on: it holds until the next change that is announced.

    `announced` are the warrants of changes: a later period that stands on one of them keeps its
    date, whichever of the two was written first; any other later period gives way.
    """
    later = [s.start for s in spans if s.start > new.start and s.warrant in announced]
    end = min(later) - DAY if later else new.end
    return overwrite(spans, replace(new, end=end))


def take_back(spans: Sequence[Span], warrant: Any, after: date) -> list[Span]:
    """`spans` without what stands on `warrant` and begins after `after`: what held before it goes on.

    What holds on `after` already stays: nothing that took effect is undone.
    """
    out: list[Span] = []
    for span in sorted(spans, key=by_start):
        last = out[-1] if out else None
        if span.warrant == warrant and span.start > after:
            if last is not None and last.end == span.start - DAY:
                out[-1] = replace(last, end=span.end)
        elif last is not None and last.end == span.start - DAY and _same(last, span):
            out[-1] = replace(last, end=span.end)
        else:
            out.append(span)
    return out


def _same(one: Span, other: Span) -> bool:
    return (one.value, one.warrant) == (other.value, other.warrant)
