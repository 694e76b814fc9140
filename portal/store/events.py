"""The one event table: what happened, who did it, when and from where. Audit and timelines read it.

It only grows: the database refuses to change or delete a row. What was written stays, so nothing
in it says who somebody is: people are numbers here, and their names are looked up when it is shown.
"""

import uuid
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Index, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.access import SYSTEM, Actor, Role
from portal.store.db import Base
from portal.store.types import uuid7


class Event(Base):
    """One thing that happened; never changed, never deleted.

    `actor` is "person:12", "system" or "visitor", `role` the role a person acted in (empty for
    none), `origin` a network address or "command line" (empty when not known). `partner_id` is
    the company it is about, `registry_id` the registry whose staff may see it. `at` is wall time.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("uq_event_stream_version", "stream", "version", unique=True),
        Index("ix_event_partner_id_id", "partner_id", "id"),
        Index("ix_event_registry_id_id", "registry_id", "id"),
        Index("ix_event_person_id_id", "person_id", "id"),
        Index("ix_event_at", "at"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    stream: Mapped[str]
    version: Mapped[int]
    verb: Mapped[str]
    actor: Mapped[str]
    role: Mapped[str]
    person_id: Mapped[int | None]
    partner_id: Mapped[int | None]
    registry_id: Mapped[int | None]
    origin: Mapped[str]
    at: Mapped[datetime]
    payload: Mapped[dict[str, Any]]


_EVENTS = cast(Table, Event.__table__)
_LAST = (
    select(func.coalesce(func.max(_EVENTS.c.version), 0) + 1)
    .where(_EVENTS.c.stream == bindparam("of_stream"))
    .scalar_subquery()
)
_NEXT = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(_EVENTS)
    .values(version=_LAST)
    .on_conflict_do_nothing(index_elements=["stream", "version"])
    .returning(_EVENTS.c.version)
    for dialect in (postgresql, sqlite)
}


def emit(
    session: Session,
    stream: str,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    partner_id: int | None = None,
    registry_id: int | None = None,
    payload: dict[str, Any] | None = None,
) -> uuid.UUID:
    """Add an event to `stream` ("order:…") inside the caller's transaction; its id. `at` is wall time.

    `payload` holds ids, codes and numbers: no name, no address, nothing written about people.
    Writers on one stream queue behind each other: whoever finds the number taken waits for who took it, and
    takes the next.
    """
    row: dict[str, Any] = {
        "id": uuid7(),
        "stream": stream,
        "of_stream": stream,
        "verb": verb,
        "actor": who(actor),
        "role": actor.role.value if actor.role is not Role.VISITOR else "",
        "person_id": actor.person_id,
        "partner_id": partner_id,
        "registry_id": registry_id,
        "origin": actor.origin,
        "at": at,
        "payload": payload or {},
    }
    statement = _NEXT[session.get_bind().dialect.name]
    while session.scalar(statement, row) is None:
        row["id"] = uuid7()
    key: uuid.UUID = row["id"]
    return key


def who(actor: Actor) -> str:
    """An actor without personal data: "person:12", "system" or "visitor"."""
    if actor.known:
        return f"person:{actor.person_id}"
    return "system" if actor.name == SYSTEM.name else "visitor"
