"""The one event table: what happened, who did it, when. Audit and timelines read it."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.access import Actor
from portal.store.db import Base
from portal.store.scope import internal
from portal.store.types import uuid7


class Event(Base):
    """One thing that happened; never changed, never deleted."""

    __tablename__ = "event"
    __table_args__ = (
        Index("uq_event_stream_version", "stream", "version", unique=True),
        Index("ix_event_partner_at", "partner_id", "at"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    stream: Mapped[str]
    version: Mapped[int]
    verb: Mapped[str]
    actor: Mapped[str]
    person_id: Mapped[int | None]
    partner_id: Mapped[int | None]
    at: Mapped[datetime]
    payload: Mapped[dict[str, Any]]


internal(Event)


def emit(
    session: Session,
    stream: str,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    partner_id: int | None = None,
    payload: dict[str, Any] | None = None,
) -> Event:
    """Add an event to `stream` ("order:…") inside the caller's transaction.

    `at` is wall time. Two writers on one stream cannot take the same version: one of them fails.
    """
    last = session.scalar(select(func.max(Event.version)).where(Event.stream == stream)) or 0
    event = Event(
        stream=stream,
        version=last + 1,
        verb=verb,
        actor=actor.email or actor.name,
        person_id=actor.person_id,
        partner_id=partner_id,
        at=at,
        payload=payload or {},
    )
    session.add(event)
    return event
