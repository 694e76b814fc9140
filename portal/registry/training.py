"""Training that partners hold: a small imported table, so that notices can choose by it (N4, Q4)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement

from portal.kernel.access import Actor
from portal.kernel.localized import Localized
from portal.store.db import Base
from portal.store.scope import visible_to


class Training(Base):
    """A training that a partner holds from `held_since` until `held_until` (inclusive; None: on)."""

    __tablename__ = "training"
    __table_args__ = (
        UniqueConstraint("partner_id", "code"),
        Index("ix_training_code", "code"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    code: Mapped[str]
    name: Mapped[Localized]
    held_since: Mapped[date]
    held_until: Mapped[date | None]


class Held(NamedTuple):
    """A training of a company as its page shows it; `held` says whether it holds it on the date."""

    code: str
    name: Localized
    since: date
    until: date | None
    held: bool


def trained(session: Session, code: str, on: date) -> frozenset[int]:
    """The companies that hold the training of that code on `on`."""
    query = select(Training.partner_id).where(Training.code == code, _holds(on))
    return frozenset(session.scalars(query))


def training_codes(session: Session) -> list[tuple[str, Localized]]:
    """Every training that a company holds or held, by code, each with its latest name."""
    query = select(Training.code, Training.name).order_by(Training.code, Training.held_since)
    return list({row.code: (row.code, row.name) for row in session.execute(query)}.values())


def trainings(session: Session, actor: Actor, partner_id: int, on: date) -> Sequence[Held]:
    """What a company holds, will hold or held, as far as `actor` sees it, by code. One query."""
    query: Any = visible_to(Training, actor).where(Training.partner_id == partner_id)
    return [
        Held(row.code, row.name, row.held_since, row.held_until, holds)
        for row in session.scalars(query.order_by(Training.code))
        for holds in [row.held_since <= on and (row.held_until is None or on <= row.held_until)]
    ]


def _holds(on: date) -> ColumnElement[bool]:
    return (Training.held_since <= on) & or_(
        Training.held_until.is_(None), Training.held_until >= on
    )
