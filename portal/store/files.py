"""Files that people attach: who has which, for what, and how much a company may keep.

A file is a row over a blob (`blobs.py`). The bytes are written before `atomic()` begins, the row
inside it. Each row counts in full against the quota of its owner, whoever else has the same bytes.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import current_app
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    CursorResult,
    ForeignKey,
    and_,
    false,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.access import CHANNEL_ROLES, PARTNER_ROLES, STAFF_ROLES, Actor
from portal.store import blobs
from portal.store.db import Base
from portal.store.scope import internal, scope, visible_to
from portal.store.types import uuid7

MB = 1024 * 1024
LARGEST = 10 * MB  # one file
QUOTA = 200 * MB  # all files of a company


class Fault(StrEnum):
    """Why a file is not taken. The words stand in `web/upload_words.py`."""

    NAME = "file.name"
    KIND = "file.kind"
    EMPTY = "file.empty"
    TOO_LARGE = "file.too_large"
    TOO_MANY = "file.too_many"
    NOT_WHAT_IT_SAYS = "file.not_what_it_says"
    UNREADABLE = "file.unreadable"
    PIXELS = "file.pixels"
    ANIMATED = "file.animated"
    ACTIVE = "file.active"
    LOCKED = "file.locked"
    UNPACKED = "file.unpacked"
    QUOTA = "file.quota"
    NOT_STORED = "file.not_stored"


@dataclass(frozen=True)
class Refused:
    """A file that was not taken: its name as it may be shown, why, and what to know about it."""

    name: str
    code: Fault
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Upload:
    """A file that was looked at and whose bytes lie in the folder; `keep()` makes it somebody's.

    `size` is that of the bytes kept, which for an image are not those sent.
    """

    name: str
    media_type: str
    sha256: str
    size: int


class File(Base):
    """A file kept for somebody. `subject` says for what ("application:12"); a file that was taken
    away again (`removed_at`) is nobody's. `at` and `removed_at` are wall time.
    """

    __tablename__ = "file"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"), index=True)
    registry_id: Mapped[int | None] = mapped_column(ForeignKey("registry.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    subject: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class FileRoom(Base):
    """How many bytes an owner keeps: "partner:7", or "person:3" for files of no company."""

    __tablename__ = "file_room"
    __table_args__ = (CheckConstraint("used >= 0", name="used"),)
    owner: Mapped[str] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(BigInteger)


internal(FileRoom)

Readers = Callable[[Actor], ColumnElement[bool]]
_READERS: list[Readers] = []


def readers(condition: Readers) -> Readers:
    """Declare who else sees files: a slice tells of the subjects that are its own, and of no other.

    As a scope does, it depends on the actor and on the business date alone.
    """
    _READERS.append(condition)
    return condition


@scope(File)
def _visible_files(actor: Actor) -> ColumnElement[bool]:
    """A company's own; a registry's for its channel people; what one brought oneself; and what the
    slice of its subject shows to more people (`readers`).

    What one brought in another capacity (for a company one has left, for the other registry) is
    seen by whoever has that capacity now.
    """
    if not actor.known:
        return false()
    seen: ColumnElement[bool]
    mine = File.person_id == actor.person_id
    if actor.role in PARTNER_ROLES:
        seen = and_(mine, File.partner_id.is_(None))
        if actor.partner_id is not None:
            seen = or_(seen, File.partner_id == actor.partner_id)
    elif actor.role in STAFF_ROLES:
        same: ColumnElement[bool] = File.registry_id.is_(None)
        if actor.registry_id is not None:
            same = or_(same, File.registry_id == actor.registry_id)
        seen = and_(mine, same)
        if actor.role in CHANNEL_ROLES and actor.registry_id is not None:
            seen = or_(seen, File.registry_id == actor.registry_id)
    else:
        return false()
    seen = or_(seen, *(condition(actor) for condition in _READERS))
    return and_(File.removed_at.is_(None), seen)


def keep(
    session: Session,
    upload: Upload,
    *,
    partner_id: int | None,
    registry_id: int | None,
    subject: str | None,
    actor: Actor,
    now: datetime,
) -> File | Refused:
    """Make `upload` a file of its owner, inside the caller's `atomic()`; it emits no event.

    Refused, with nothing changed, when the owner's quota has no room for it. The owner is the
    company, else the person. `now` is wall time. Raises FileNotFoundError when the blob has gone
    meanwhile, ValueError when there is no owner.
    """
    room = _reserve(session, _owner(partner_id, actor.person_id), upload.size)
    if room is not None:
        return Refused(upload.name, Fault.QUOTA, {"left": room, "size": upload.size})
    blobs.path_of(upload.sha256).stat()
    file = File(
        partner_id=partner_id,
        registry_id=registry_id,
        person_id=actor.person_id,
        subject=subject,
        name=upload.name,
        media_type=upload.media_type,
        size=upload.size,
        sha256=upload.sha256,
        at=now,
    )
    session.add(file)
    session.flush()
    return file


def move(
    session: Session,
    actor: Actor,
    source: str,
    target: str,
    *,
    registry_id: int | None,
) -> list[File]:
    """Give all files of the subject `source` that `actor` sees to `target`: of a draft, to what
    became of it. From then on the channel people of `registry_id` see them too.
    """
    found = files_of(session, actor, source)
    for file in found:
        file.subject, file.registry_id = target, registry_id
    session.flush()
    return found


def remove(
    session: Session, actor: Actor, subject: str, ids: Iterable[uuid.UUID], *, now: datetime
) -> list[uuid.UUID]:
    """Take files of `subject` away, of those that `actor` sees; which ones they were.

    Their room is free at once; the bytes go with the next sweep, where nobody else has them.
    `now` is wall time.
    """
    wanted = visible_to(File, actor).where(File.subject == subject, File.id.in_(list(ids)))
    gone = []
    for file in session.scalars(wanted.order_by(File.id).with_for_update()):
        file.removed_at = now
        owner = _owner(file.partner_id, file.person_id)
        session.execute(
            update(FileRoom)
            .where(FileRoom.owner == owner)
            .values(used=FileRoom.used - file.size)
            .execution_options(synchronize_session=False)
        )
        gone.append(file.id)
    session.flush()
    return gone


def files_of(session: Session, actor: Actor, subject: str) -> list[File]:
    """The files of `subject` that `actor` sees, in the order they came."""
    query = visible_to(File, actor).where(File.subject == subject)
    return list(session.scalars(query.order_by(File.id)))


def room_left(session: Session, partner_id: int | None, actor: Actor) -> int:
    """How many bytes the owner may still keep. To tell early: only `keep()` holds it."""
    owner = _owner(partner_id, actor.person_id)
    used = session.scalar(select(FileRoom.used).where(FileRoom.owner == owner)) or 0
    return max(0, _quota() - used)


def _quota() -> int:
    found: int = current_app.config.get("FILES_QUOTA", QUOTA)
    return found


def _owner(partner_id: int | None, person_id: int | None) -> str:
    if partner_id is not None:
        return f"partner:{partner_id}"
    if person_id is None:
        raise ValueError("a file belongs to a company or to a person")
    return f"person:{person_id}"


def _reserve(session: Session, owner: str, size: int) -> int | None:
    """Count `size` bytes to `owner` (None), or say how many would still fit.

    The condition stands in the statement that writes: of two at once one waits and sees the other.
    """
    session.execute(
        text("INSERT INTO file_room (owner, used) VALUES (:owner, 0) ON CONFLICT DO NOTHING"),
        {"owner": owner},
    )
    done = session.execute(
        update(FileRoom)
        .where(FileRoom.owner == owner, FileRoom.used + size <= _quota())
        .values(used=FileRoom.used + size)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)
    if done.rowcount == 1:
        return None
    used = session.scalar(select(FileRoom.used).where(FileRoom.owner == owner)) or 0
    return max(0, _quota() - used)
