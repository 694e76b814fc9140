"""What notices announce of a dated fact that does not hold yet, for pages below the slice of notices.

That slice registers the look-up; without it nothing is ever announced.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.kernel.decision import JSON
from portal.store.facts import GatedFact, Key


@dataclass(frozen=True)
class Announced:
    """The next value of a subject, and the notice that says so (its public reference). `on` is its
    first day, `certain` once everybody it touches is served, else the day it cannot come before.
    """

    value: JSON
    on: date
    certain: bool
    ref: str


Lookup = Callable[[Session, GatedFact, Collection[Key], date], Mapping[Key, Announced]]
_lookups: list[Lookup] = []


def tells(lookup: Lookup) -> Lookup:
    """Register the look-up."""
    _lookups[:] = [lookup]
    return lookup


def announced(
    session: Session, fact: GatedFact, keys: Collection[Key], on: date
) -> Mapping[Key, Announced]:
    """What live notices published by `on` announce of these subjects for after `on`, the nearest of
    each; not limited to what anyone may see. One query.
    """
    return _lookups[0](session, fact, keys, on) if _lookups else {}
