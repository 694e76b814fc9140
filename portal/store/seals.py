"""Seals on the events: each takes the events that no seal has taken, and chains to the seal before.

Events of transactions that run at once become visible in any order, so no mark "sealed up to here"
is safe: each seal lists its events, and whatever no list holds is taken by the next one. What a
seal proves, and what it does not, stands in docs/decisions/audit.md.
"""

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ForeignKey, Row, Select, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.store.db import Base, atomic, db
from portal.store.events import Event
from portal.store.scope import internal

BATCH = 1000
# Events rest this long before a seal looks for them, so that few come after it.
SETTLE = timedelta(minutes=1)
# No transaction of this portal is open longer; what appears later still was put into the past.
LATE = timedelta(hours=1)
GENESIS = "0" * 64
_LOCK = 0x5EA1
# What of an event is sealed, spelled out: a column added later must not change older digests.
FIELDS = (
    *("id", "stream", "version", "verb", "actor", "role", "person_id", "partner_id"),
    *("registry_id", "origin", "at", "payload"),
)
COLUMNS: tuple[Any, ...] = tuple(getattr(Event, name) for name in FIELDS)


class Seal(Base):
    """A batch of events taken at `at`, which had found every one older than `until` (wall times).

    `hash` covers the digests of its events in order, all columns of this row, and so the seal before.
    """

    __tablename__ = "seal"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    first_event_id: Mapped[uuid.UUID]
    last_event_id: Mapped[uuid.UUID]
    until: Mapped[datetime]
    at: Mapped[datetime]
    previous: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)


class SealedEvent(Base):
    """That an event stands in a seal, at which place, and its digest as it was then."""

    __tablename__ = "sealed_event"
    seal_id: Mapped[int] = mapped_column(ForeignKey("seal.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id"), unique=True)
    digest: Mapped[bytes]


internal(Seal, SealedEvent)


def digest(event: Any) -> bytes:
    """SHA-256 over the canonical JSON of an event (a row that has FIELDS)."""
    return sha256(canonical({name: getattr(event, name) for name in FIELDS})).digest()


def canonical(values: dict[str, Any]) -> bytes:
    """JSON with sorted keys and no blanks, in UTF-8; ids as text, moments in UTC to the microsecond."""
    return json.dumps(
        values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    ).encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)


def seal_hash(seal: Any, digests: Iterable[bytes]) -> str:
    """The hash of a seal: SHA-256 over its row as JSON, a line break, and its events' digests."""
    names = ("id", "count", "first_event_id", "last_event_id", "until", "at", "previous")
    said = sha256(canonical({name: getattr(seal, name) for name in names}) + b"\n")
    for each in digests:
        said.update(each)
    return said.hexdigest()


def newest(session: Session) -> Seal | None:
    """The newest seal: the head of the chain."""
    return session.scalar(select(Seal).order_by(Seal.id.desc()).limit(1))


def unsealed() -> Select[Any]:
    """A select of the FIELDS of every event that no seal holds."""
    return (
        select(*COLUMNS)
        .outerjoin(SealedEvent, SealedEvent.event_id == Event.id)
        .where(SealedEvent.event_id.is_(None))
    )


def seal(now: datetime, *, window: bool = True, settle: timedelta = SETTLE) -> Seal | None:
    """Seal the oldest events that no seal holds, at most BATCH; None when there are none, or when
    somebody else sealed meanwhile.

    `now` is wall time. With `window` only events that are at most LATE older than what the seal
    before had found are looked for, which costs the same however many there are.
    """
    session = db.session()
    session.rollback()
    head = newest(session)
    found = unsealed().where(Event.at < now - settle).order_by(Event.at, Event.id).limit(BATCH)
    if head is not None and window:
        found = found.where(Event.at >= head.until - LATE)
    rows = session.execute(found).all()
    if not rows:
        return None
    new = _made(head, rows, now, settle)
    digests = [digest(row) for row in rows]
    new.hash = seal_hash(new, digests)
    listed = [
        {"seal_id": new.id, "position": position, "event_id": row.id, "digest": digests[position]}
        for position, row in enumerate(rows)
    ]
    with atomic() as writing:
        if writing.get_bind().dialect.name == "postgresql":
            writing.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        if writing.scalar(select(func.max(Seal.id))) != (new.id - 1 or None):
            return None
        writing.add(new)
        writing.flush()
        writing.execute(insert(SealedEvent), listed)
        writing.expunge(new)
    return new


def _made(head: Seal | None, rows: Sequence[Row[Any]], now: datetime, settle: timedelta) -> Seal:
    until = rows[-1].at if len(rows) == BATCH else now - settle
    return Seal(
        id=head.id + 1 if head else 1,
        count=len(rows),
        first_event_id=rows[0].id,
        last_event_id=rows[-1].id,
        until=max(until, head.until) if head else until,
        at=now,
        previous=head.hash if head else GENESIS,
    )
