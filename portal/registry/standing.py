"""What a contract or an agreement is on a date, and how a dated fact stands then. Pure.

The one reading of the records by dates (facts.md section 3, R8): of the routing rule, and of pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from portal.registry.rules import ContractStatus, EndOfTerm

DAY = timedelta(days=1)


class State(StrEnum):
    """In force on a date, or the first thing that keeps it from being so."""

    IN_FORCE = "in_force"
    PENDING = "pending"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    NOT_STARTED = "not_started"
    REPLACED = "replaced"
    ENDED = "ended"


@dataclass(frozen=True)
class Held:
    """A value of a dated fact between two dates (both inclusive), and what it stands on."""

    value: Any
    since: date
    until: date | None
    warrant: str
    reason: str


@dataclass(frozen=True)
class Dated:
    """A fact on a date: what holds and since when unchanged, what held, what is announced."""

    now: Held | None
    since: date | None
    before: tuple[Held, ...]
    coming: tuple[Held, ...]


def state_on(
    on: date,
    status: ContractStatus,
    starts_on: date,
    ends_on: date | None,
    end_of_term: EndOfTerm = EndOfTerm.EXPIRE,
    replaced_on: date | None = None,
) -> State:
    """The state of a paper on `on`; `replaced_on` is when the contract that replaces it starts."""
    if status is not ContractStatus.ACTIVE:
        return State(status.value)
    if starts_on > on:
        return State.NOT_STARTED
    if replaced_on is not None and replaced_on <= on:
        return State.REPLACED
    ended = ends_on is not None and ends_on < on and end_of_term is EndOfTerm.EXPIRE
    return State.ENDED if ended else State.IN_FORCE


def dated(periods: Sequence[Held], on: date) -> Dated:
    """The periods of one fact, oldest first, as they read on `on`."""
    before = tuple(one for one in periods if one.until is not None and one.until < on)
    coming = tuple(one for one in periods if one.since > on)
    now = next((one for one in periods if one not in before and one not in coming), None)
    since = now.since if now else None
    for one in reversed(before):
        if now is None or since is None or one.value != now.value or one.until != since - DAY:
            break
        since = one.since
    return Dated(now, since, before, coming)
