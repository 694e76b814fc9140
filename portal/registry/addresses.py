"""How teams and their people are reached on a date, were reached before, and will be (Q9).

Addresses are dated facts that everybody signed in may read, so nothing here is limited to a reader.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, literal, select, union_all
from sqlalchemy.orm import Session

from portal.kernel.spans import Span, at
from portal.registry.facts import PERSON_EMAIL, PERSON_PHONE, TEAM_EMAIL, TEAM_PHONE
from portal.registry.models import TeamMember
from portal.store.facts import GatedFact, in_period

ADDRESSES = (TEAM_EMAIL, TEAM_PHONE, PERSON_EMAIL, PERSON_PHONE)


@dataclass(frozen=True)
class Coming:
    """An address that is announced: from which day it holds."""

    since: date
    value: str


@dataclass(frozen=True)
class Reach:
    """One address on a date: what holds, what held before it (the latest last), what is announced."""

    now: str | None = None
    former: tuple[str, ...] = ()
    coming: tuple[Coming, ...] = ()

    def latest(self, first: str | None = None) -> str | None:
        """The last address before the one that holds, else `first`, which came before all dates."""
        before = (*((first,) if first not in (None, self.now) else ()), *self.former)
        return before[-1] if before else None


NONE = Reach()
Reaches = Mapping[tuple[str, int], Reach]


def reaches(session: Session, on: date, teams: Collection[int] | None = None) -> Reaches:
    """The addresses of `teams` (None: of all) and of their people, by fact and id. One query."""
    query = union_all(*(_periods(fact, teams) for fact in ADDRESSES))
    found: dict[tuple[str, int], list[Span]] = {}
    for name, subject, start, end, value in session.execute(query):
        found.setdefault((name, subject), []).append(Span(start, end, value, None))
    return {
        key: reach(sorted(spans, key=lambda one: one.start), on) for key, spans in found.items()
    }


def reach(spans: list[Span], on: date) -> Reach:
    """The periods of one address, oldest first, as they read on `on`."""
    stands = at(spans, on)
    now = stands.value if stands else None
    former = dict.fromkeys(one.value for one in spans if one.end is not None and one.end < on)
    former.pop(now, None)
    coming = tuple(Coming(one.start, one.value) for one in spans if one.start > on)
    return Reach(now, tuple(former), coming)


def value_on(fact: GatedFact, subject: Any, on: date) -> Any:
    """A column of a query: the value of `fact` on `on` for its row's `subject`, or null."""
    model = fact.model
    holds = and_(getattr(model, fact.subject) == subject, in_period(model, on))
    return select(getattr(model, fact.value)).where(holds).scalar_subquery()


def _periods(fact: GatedFact, teams: Collection[int] | None) -> Any:
    model = fact.model
    subject = getattr(model, fact.subject)
    columns = (subject, model.valid_from, model.valid_to, getattr(model, fact.value))
    query = select(literal(fact.name), *columns)
    if teams is None:
        return query
    if fact in (TEAM_EMAIL, TEAM_PHONE):
        return query.where(subject.in_(teams))
    members = select(TeamMember.id).where(TeamMember.team_id.in_(teams))
    return query.where(subject.in_(members))
