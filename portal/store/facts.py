"""Dated facts: what changes only by an advance notice (N1), held period by period.

Each fact is its own typed table over `Period`: a subject, a value, the dates it holds (both
inclusive, an open end is None), and the warrant it stands on. The first value of a new subject
stands on an origin; every later one needs a notice, or a correction that says it is one.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, and_, or_
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement

from portal.kernel.access import Actor
from portal.store.db import Base
from portal.store.events import who
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
    row = Warrant(kind=kind, reason=reason, actor=who(actor), at=at)
    session.add(row)
    session.flush()
    return row
