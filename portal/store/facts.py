"""Dated facts: what changes only by an advance notice (N1), held period by period.

Each fact is its own typed table over `Period`: a subject, a value, the dates it holds (both
inclusive, an open end is None), and the warrant it stands on. The first value of a new subject
stands on an origin; every later one needs a notice, or a correction that says it is one.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement

from portal.kernel.access import Actor
from portal.store.db import Base
from portal.store.scope import internal


class WarrantKind(StrEnum):
    """Why a dated fact may have the value it has."""

    ORIGIN = "origin"
    NOTICE = "notice"
    CORRECTION = "correction"


class Warrant(Base):
    """What a period stands on: where a first value came from, a notice, or a marked correction."""

    __tablename__ = "warrant"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[WarrantKind]
    reason: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]


internal(Warrant)


class Period:
    """Mixin of a period table: the value of one fact of one subject between two dates."""

    id: Mapped[int] = mapped_column(primary_key=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    warrant_id: Mapped[int] = mapped_column(ForeignKey("warrant.id"))


@dataclass(frozen=True)
class GatedFact:
    """The declaration of a fact that changes only by notice: its name, table, and columns."""

    name: str
    model: type[Any]
    subject: str
    value: str


GATED: dict[str, GatedFact] = {}


def gated(name: str, model: type[Any], subject: str, value: str) -> GatedFact:
    """Declare that `value` of `subject` in the period table `model` changes only by notice."""
    fact = GATED[name] = GatedFact(name, model, subject, value)
    return fact


def in_period(model: type[Any], on: date) -> ColumnElement[bool]:
    """The condition that a period row of `model` holds on `on`."""
    return and_(model.valid_from <= on, or_(model.valid_to.is_(None), model.valid_to >= on))


def warrant(
    session: Session, kind: WarrantKind, *, reason: str, actor: Actor, at: datetime
) -> Warrant:
    """A new warrant, with its id."""
    row = Warrant(kind=kind, reason=reason, actor=actor.email or actor.name, at=at)
    session.add(row)
    session.flush()
    return row


def history(session: Session, fact: GatedFact, subject_id: int) -> list[Any]:
    """All periods of `fact` for one subject, oldest first."""
    model = fact.model
    query = select(model).where(getattr(model, fact.subject) == subject_id)
    return list(session.scalars(query.order_by(model.valid_from)))


def put(
    session: Session,
    fact: GatedFact,
    subject: dict[str, Any],
    value: object,
    *,
    valid_from: date,
    stands_on: Warrant,
) -> None:
    """Let `fact` have `value` from `valid_from` on; what held before ends the day before.

    `subject` gives the subject's column and whatever the composite key needs (registry_id).
    Periods that began on or after `valid_from` are replaced.
    """
    model = fact.model
    subject_id = subject[fact.subject]
    for row in history(session, fact, subject_id):
        if row.valid_from >= valid_from:
            session.delete(row)
        elif row.valid_to is None or row.valid_to >= valid_from:
            row.valid_to = valid_from - timedelta(days=1)
    row = model(**subject, valid_from=valid_from, valid_to=None, warrant_id=stands_on.id)
    setattr(row, fact.value, value)
    session.add(row)
    session.flush()
