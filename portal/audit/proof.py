"""Holding the events against their seals, from the first to the last, in bounded memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.store.append_only import names
from portal.store.events import Event
from portal.store.seals import (
    COLUMNS,
    GENESIS,
    LATE,
    Seal,
    SealedEvent,
    digest,
    seal_hash,
    unsealed,
)

SEALS_AT_ONCE = 100
ROWS_AT_ONCE = 1000
ONLY_GROW = ("event", "seal", "sealed_event")


class Fault(StrEnum):
    """What is found not to be as it was sealed."""

    CHANGED = "changed"
    MISSING = "missing"
    ADDED = "added in the past"
    UNSEALED = "unsealed"
    SEAL = "seal"
    HEAD = "head"
    OPEN = "open"


class Finding(NamedTuple):
    """One thing wrong, in a sentence without personal data."""

    fault: Fault
    said: str


@dataclass
class Count:
    """How far the proof came: events and seals in order, and the newest seal's hash."""

    events: int = 0
    seals: int = 0
    findings: int = 0
    head: str = GENESIS


Tell = Callable[[Finding], None]


def verify(session: Session, *, now: datetime, tell: Tell, expect: str | None = None) -> Count:
    """Hold every event against its seal and every seal against the one before; `tell` each finding.

    `expect` is the hash of a seal kept elsewhere: it must be in the chain. `now` is wall time.
    """
    count = Count()
    seen = expect is None

    def found(finding: Finding) -> None:
        count.findings += 1
        tell(finding)

    before: Seal | None = None
    for seal, rows in _seals(session):
        for finding in _look(seal, before, rows, count):
            found(finding)
        seen = seen or seal.hash == expect
        count.head, before = seal.hash, seal
    for finding in _loose(session, before, now):
        found(finding)
    if not seen:
        found(Finding(Fault.HEAD, f"no seal has the hash {expect}: the chain was made anew or cut"))
    return count


def problems(session: Session, *, now: datetime, most: int = 20) -> list[str]:
    """What `flask doctor` says of the audit: nothing when all is in order. `now` is wall time."""
    said = [finding.said for finding in unguarded(session)]
    kept: list[str] = []

    def keep(finding: Finding) -> None:
        if len(kept) < most:
            kept.append(f"{finding.fault}: {finding.said}")

    count = verify(session, now=now, tell=keep)
    if count.findings > most:
        kept.append(f"and {count.findings - most} more: flask audit verify")
    return said + kept


def unguarded(session: Session) -> Iterator[Finding]:
    """The tables that the database would let somebody change, because a trigger is gone."""
    dialect = session.get_bind().dialect.name
    asked = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
        if dialect == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    there = set(session.scalars(text(asked)))
    for table in ONLY_GROW:
        if not there.issuperset(names(dialect, table)):
            yield Finding(Fault.OPEN, f"the table {table} can be changed: its triggers are gone")


def _seals(session: Session) -> Iterator[tuple[Seal, list[Any]]]:
    """Each seal with its rows in order: place, event id and digest as sealed, the event as it is."""
    last = 0
    while True:
        query = select(Seal).where(Seal.id > last).order_by(Seal.id).limit(SEALS_AT_ONCE)
        seals = list(session.scalars(query))
        if not seals:
            return
        session.expunge_all()
        last = seals[-1].id
        listed = groupby(_rows(session, seals[0].id, last), key=lambda row: row.seal_id)
        group = next(listed, None)
        for seal in seals:
            while group is not None and group[0] < seal.id:
                group = next(listed, None)
            if group is not None and group[0] == seal.id:
                yield seal, list(group[1])
            else:
                yield seal, []


def _rows(session: Session, first: int, last: int) -> Iterator[Any]:
    sealed = (
        SealedEvent.seal_id,
        SealedEvent.position,
        SealedEvent.event_id,
        SealedEvent.digest,
    )
    query = (
        select(*sealed, *COLUMNS)
        .outerjoin(Event, Event.id == SealedEvent.event_id)
        .where(SealedEvent.seal_id.between(first, last))
        .order_by(SealedEvent.seal_id, SealedEvent.position)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    yield from session.execute(query)


def _look(seal: Seal, before: Seal | None, rows: list[Any], count: Count) -> Iterator[Finding]:
    """What is wrong with one seal and its events; what is right is counted."""
    faults = list(_of_seal(seal, before, rows))
    wrong = 0
    for row in rows:
        found = _of_event(seal, before, row)
        wrong += found is not None
        if found is not None:
            faults.append(found)
    count.events += len(rows) - wrong
    count.seals += not faults
    yield from faults


def _of_seal(seal: Seal, before: Seal | None, rows: list[Any]) -> Iterator[Finding]:
    due = before.id + 1 if before else 1
    if seal.id != due:
        yield Finding(Fault.SEAL, f"seal {due} to {seal.id - 1}: missing")
    elif seal.previous != (before.hash if before else GENESIS):
        yield Finding(Fault.SEAL, f"seal {seal.id}: does not follow from the seal before")
    if [row.position for row in rows] != list(range(seal.count)):
        yield Finding(Fault.SEAL, f"seal {seal.id}: its list of {seal.count} events was changed")
    elif seal_hash(seal, (row.digest for row in rows)) != seal.hash:
        yield Finding(Fault.SEAL, f"seal {seal.id}: it or its list was changed")


def _of_event(seal: Seal, before: Seal | None, row: Any) -> Finding | None:
    place = f"event {row.event_id}, seal {seal.id}"
    if row.id is None:
        return Finding(Fault.MISSING, place)
    if digest(row) != row.digest:
        return Finding(Fault.CHANGED, f"{place}: {row.stream} {row.version}")
    if before is not None and row.at < before.until - LATE:
        return Finding(Fault.ADDED, f"{place}: dated {_said(row.at)}, not there {_said(before.at)}")
    return None


def _loose(session: Session, head: Seal | None, now: datetime) -> Iterator[Finding]:
    """Events that no seal holds although they had the time."""
    query = unsealed().where(Event.at < now - LATE).order_by(Event.at, Event.id)
    for row in session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)):
        said = f"event {row.id}: dated {_said(row.at)}, in no seal"
        past = head is not None and row.at < head.until - LATE
        yield Finding(Fault.ADDED if past else Fault.UNSEALED, said)


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
