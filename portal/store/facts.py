"""Dated facts: what changes only by an advance notice (N1), held period by period.

Each fact is its own typed table over `Period`: a subject, a value, the dates it holds (both
inclusive, an open end is None), and the warrant it stands on. The first value of a new subject
stands on an origin; every later one needs a notice, or a correction that says it is one.

The slice that owns a fact declares it with `gated()`, and says with a `Desk` how people speak of it:
notices learn facts from these declarations alone and name none of them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import ForeignKey, and_, or_
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement

from portal.kernel.access import Actor
from portal.kernel.decision import JSON
from portal.kernel.localized import Localized
from portal.store.db import Base
from portal.store.events import who
from portal.store.scope import internal
from portal.store.types import LocalizedType, row_id

Key = int | str
Words = str | Localized


class WarrantKind(StrEnum):
    """Why a dated fact may have the value it has."""

    ORIGIN = "origin"
    NOTICE = "notice"
    CORRECTION = "correction"


class Warrant(Base):
    """What a period stands on: where a first value came from, a notice, or a marked correction.

    `reason` of a notice is its public reference.
    """

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
class Subject:
    """What a fact is about, as people know it. `registry_id` None: it belongs to no registry.

    `detail` tells two of the same label apart (a customer, a team, a purpose); it may be empty.
    """

    key: Key
    label: Words
    registry_id: int | None
    detail: Words = ""


class BadValue(ValueError):
    """A value a fact cannot have; `code` is the `FieldWord` that says why (`web/fact_words.py`)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Desk(Protocol):
    """How people speak of one fact: who may be asked about it, what it says, whom it concerns.

    Values are JSON as a notice keeps them: a text, a number, a mapping of languages, None.
    Every method reads with a fixed number of queries, whatever the number of keys.
    """

    def find(self, session: Session, actor: Actor, words: str, most: int) -> Sequence[Subject]:
        """The subjects `actor` may change that `words` name (all, for no words), the nearest first."""

    def named(self, session: Session, keys: Collection[Key]) -> Mapping[Key, Subject]:
        """These subjects; unknown ones are missing. Not limited to what anyone may see."""

    def choices(self, session: Session, key: Key) -> Sequence[tuple[JSON, Words]] | None:
        """The values the subject may take, with their words; None where any text will do."""

    def read(self, session: Session, key: Key, typed: Mapping[str, str]) -> JSON:
        """The value somebody typed, by language ("" where the fact has none). Raises BadValue."""

    def said(self, session: Session, values: Collection[JSON]) -> Sequence[Words]:
        """Each of `values` in words, in their order."""

    def affected(
        self, session: Session, keys: Collection[Key], on: date
    ) -> Mapping[Key, frozenset[int]]:
        """The partner companies each subject's value touches on `on`, by subject."""


@dataclass(frozen=True)
class GatedFact:
    """A fact that changes only by notice: its name, table and columns, and how notices treat it.

    `topic` is the key of the program's lead times. A `shared` fact belongs to no single partner: it
    changes for everybody at once, when all whom it touches are served (N2).
    """

    name: str
    model: type[Any]
    subject: str
    value: str
    topic: str
    shared: bool = False

    @property
    def localized(self) -> bool:
        """Whether its value is a text in every language."""
        return isinstance(self.model.__table__.c[self.value].type, LocalizedType)

    def key(self, text: str) -> Key:
        """The key of a subject from its text. Raises ValueError for one it cannot be."""
        kind = self.model.__table__.c[self.subject].type.python_type
        if kind is int:
            return row_id(text)
        found: Key = kind(text)
        return found

    def stored(self, value: JSON) -> Any:
        """A value as its column takes it."""
        if isinstance(value, Mapping):
            return Localized({language: str(text) for language, text in value.items()})
        return value

    def plain(self, value: Any) -> JSON:
        """A value of its column as a notice keeps it."""
        return dict(value) if isinstance(value, Localized) else value


# Of which customers of which registries a value is, on a date: (registry, customer) by subject.
Customers = Callable[[Session, Collection[Key], date], Mapping[Key, frozenset[tuple[int, int]]]]

GATED: dict[str, GatedFact] = {}
DESKS: dict[str, Desk] = {}
CUSTOMERS: dict[str, Customers] = {}


def gated(
    name: str,
    model: type[Any],
    subject: str,
    value: str,
    topic: str,
    *,
    shared: bool = False,
) -> GatedFact:
    """Declare that `value` of `subject` in the period table `model` changes only by notice."""
    fact = GATED[name] = GatedFact(name, model, subject, value, topic, shared)
    return fact


def speaks(fact: GatedFact, desk: Desk) -> None:
    """Declare how people speak of `fact`; a fact without a desk can be in no notice."""
    DESKS[fact.name] = desk


def touches_customers(fact: GatedFact, customers: Customers) -> None:
    """Declare that a change of `fact` touches customers too: their contacts are told (N4, Q9)."""
    CUSTOMERS[fact.name] = customers


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
