"""Who sees which meeting and which seat of which council. Pure (C2).

`scopes.py` says the same in SQL; a test holds the two against each other. Dates are business dates,
both ends inclusive, an open end is None.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Place:
    """From when until when a reader belongs to a council: a seat, or, for channel people of its
    registry, always.
    """

    council: int
    start: date
    end: date | None

    def holds(self, on: date) -> bool:
        """Whether it covers `on`."""
        return self.start <= on and (self.end is None or on <= self.end)


@dataclass(frozen=True)
class Sitting:
    """In which council the members of `council` sit, between two dates: their own, or the combined."""

    council: int
    into: int
    start: date
    end: date | None

    def holds(self, on: date) -> bool:
        """Whether it holds on `on`."""
        return self.start <= on and (self.end is None or on <= self.end)


def where(council: int, sittings: Collection[Sitting], on: date) -> Sitting | None:
    """In which council the members of `council` sit on `on`. A council of which nothing was ever said,
    such as a combined one, is where its own members sit.
    """
    own = [each for each in sittings if each.council == council]
    if not own:
        return Sitting(council, council, date.min, None)
    return next((each for each in own if each.holds(on)), None)


def sees_meeting(
    places: Collection[Place], council: int, held_on: date, sittings: Collection[Sitting]
) -> bool:
    """Whether a meeting of `council` on `held_on` is the reader's: on that day they belonged to it,
    or to a council whose members sat in it.
    """
    return any(
        place.council == council
        or ((at := where(place.council, sittings, held_on)) is not None and at.into == council)
        for place in places
        if place.holds(held_on)
    )


def sees_seat(
    places: Collection[Place], seat: Place, sittings: Collection[Sitting], today: date
) -> bool:
    """Whether the reader sits, sat or will sit with somebody on some day. What is only announced by
    `today` brings nobody together yet.
    """
    return any(
        _together(place, seat, sittings, today, on)
        for place in places
        if place.start <= today
        for on in {place.start, seat.start, *(each.start for each in sittings)}
    )


def _together(
    place: Place, seat: Place, sittings: Collection[Sitting], today: date, on: date
) -> bool:
    here, there = where(place.council, sittings, on), where(seat.council, sittings, on)
    if here is None or there is None or not (place.holds(on) and seat.holds(on)):
        return False
    return here.into == there.into and max(here.start, there.start) <= today
