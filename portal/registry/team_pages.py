"""The directory: the teams of the registries with their people, how they are reached on a date, and
who is meant by a name, a number or an address, a former one included (Q9).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case
from sqlalchemy.orm import Session

from portal.kernel.access import PARTNER_ROLES, Actor
from portal.registry.addresses import NONE, Coming, Reach, Reaches, reaches
from portal.registry.facts import PERSON_EMAIL, PERSON_PHONE, TEAM_EMAIL, TEAM_PHONE
from portal.registry.models import AgreementTeam, LineTeam, Registry, Team, TeamMember
from portal.registry.rules import TeamKind
from portal.store.facts import in_period
from portal.store.ordering import by_name
from portal.store.scope import visible_to

MOST_TEAMS = 200
MOST_FOUND = 30
LONGEST = 200
ADDRESS = re.compile(r"[^\s<>,;:\"'()]+@[^\s<>,;:\"'()]+")


@dataclass(frozen=True)
class Person:
    """Somebody in a team: how to reach them, before by what address, and what is announced."""

    name: str
    email: str
    former_email: str | None
    phone: str | None
    coming: tuple[Coming, ...] = ()


@dataclass(frozen=True)
class TeamCard:
    """A team of one registry: how and when to reach it, who is in it, and what is announced."""

    id: int
    kind: TeamKind
    name: str
    hours: dict[str, Any] | None
    registry_id: int
    slug: str
    registry: str
    thread: int
    email: str | None = None
    former_email: str | None = None
    phone: str | None = None
    coming: tuple[Coming, ...] = ()
    people: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Found:
    """Somebody who fits a search, in which team; `former` is the old address that alone fits."""

    person: Person
    team_id: int
    team: str
    registry: str
    thread: int
    former: str | None


@dataclass(frozen=True)
class FoundTeam:
    """A team that fits a search; `former` is the old address or number that alone fits."""

    card: TeamCard
    former: str | None


@dataclass(frozen=True)
class Hits:
    """Whom a search found, and whether there are more people than are given."""

    teams: tuple[FoundTeam, ...] = ()
    people: tuple[Found, ...] = ()
    more: bool = False


def cards(session: Session, actor: Actor, ids: Iterable[int], on: date) -> dict[int, TeamCard]:
    """The teams of those ids with their people, as they are reached on `on`. Three queries."""
    wanted = sorted(set(ids))
    rows = session.execute(_teams(actor).where(Team.id.in_(wanted))).all()
    return {card.id: card for card in _with_people(session, actor, rows, on)}


def all_teams(session: Session, actor: Actor, on: date) -> list[TeamCard]:
    """The teams of every registry with their people, channel teams first. Three queries."""
    rows = session.execute(_in_order(actor).limit(MOST_TEAMS)).all()
    return _with_people(session, actor, rows, on)


def own_teams(session: Session, actor: Actor, on: date) -> set[int]:
    """Ids of the teams that serve the reader's company, or that the reader is in. Two queries."""
    if actor.role not in PARTNER_ROLES:
        return {actor.team_id} if actor.team_id is not None else set()
    found: set[int] = set()
    for model in (AgreementTeam, LineTeam):
        query = visible_to(model, actor).with_only_columns(model.team_id)
        found.update(session.scalars(query.where(in_period(model, on)).distinct()))
    return found


def search(session: Session, actor: Actor, text: str, on: date) -> Hits:
    """Teams and people by part of name, phone or address, as they are reached on `on`.

    People are found by the name of their team too. Accents and capitals do not count. A whole
    address (also inside "Name <address>") finds whom it belongs, belonged or will belong to.
    Three queries.
    """
    written = text.strip()[:LONGEST]
    address = ADDRESS.search(written)
    words = fold(address[0] if address else written).split()
    digits = re.sub(r"\D", "", written) if re.fullmatch(r"[\d\s().+-]{4,}", written) else ""
    if not words:
        return Hits()
    known = reaches(session, on)
    teams, people = [], []
    for row in session.execute(_in_order(actor)):
        email, phone = _of(known, TEAM_EMAIL.name, row.id), _of(known, TEAM_PHONE.name, row.id)
        fits, former = _fits(row.name, email, phone, words, digits)
        if fits:
            teams.append(FoundTeam(_card(row, known), former))
    for row in session.execute(_people(actor)):
        email, phone = _emails(known, row), _of(known, PERSON_PHONE.name, row.id)
        fits, former = _fits(f"{row.name} {row.team}", email, phone, words, digits)
        if fits:
            people.append(
                Found(
                    *(_person(row, known), row.team_id, row.team, row.registry, row.thread),
                    former,
                )
            )
    return Hits(tuple(teams[:MOST_FOUND]), tuple(people[:MOST_FOUND]), len(people) > MOST_FOUND)


def fold(text: str) -> str:
    """`text` in lower case without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))


def _fits(
    name: str, email: Reach, phone: Reach, words: list[str], digits: str
) -> tuple[bool, str | None]:
    """Whether it fits what was written, and the former address by which alone it does."""
    if digits:
        numbers = [(phone.now, None), *((one, one) for one in reversed(phone.former))]
        numbers += [(one.value, None) for one in phone.coming]
        for number, former in numbers:
            if digits in re.sub(r"\D", "", number or ""):
                return True, former
        return False, None
    today = fold(" ".join([name, email.now or "", *(one.value for one in email.coming)]))
    for former in (None, *reversed(email.former)):
        ever = today if former is None else f"{today} {fold(former)}"
        if all(word in ever for word in words):
            return True, former
    return False, None


def _of(known: Reaches, fact: str, subject: int) -> Reach:
    return known.get((fact, subject), NONE)


def _emails(known: Reaches, row: Any) -> Reach:
    """A person's addresses; the one that files call the former one came before all others."""
    reach = _of(known, PERSON_EMAIL.name, row.id)
    first = (row.former_email,) if row.former_email not in (None, reach.now) else ()
    return Reach(reach.now, tuple(dict.fromkeys((*first, *reach.former))), reach.coming)


def _person(row: Any, known: Reaches) -> Person:
    email, phone = _emails(known, row), _of(known, PERSON_PHONE.name, row.id)
    coming = (*email.coming, *phone.coming)
    return Person(row.name, email.now or row.listed_as, email.latest(), phone.now, coming)


def _card(row: Any, known: Reaches, people: Iterable[Person] = ()) -> TeamCard:
    email, phone = _of(known, TEAM_EMAIL.name, row.id), _of(known, TEAM_PHONE.name, row.id)
    coming = (*email.coming, *phone.coming)
    reached = (email.now, email.latest(), phone.now, coming)
    return TeamCard(*(*row, *reached, tuple(people)))


def _teams(actor: Actor) -> Any:
    return (
        visible_to(Team, actor)
        .with_only_columns(
            *(Team.id, Team.kind, Team.name, Team.hours, Team.registry_id),
            *(Registry.slug, Registry.name.label("registry"), Registry.thread),
        )
        .join(Registry, Registry.id == Team.registry_id)
    )


def _in_order(actor: Actor) -> Any:
    channel_first = case((Team.kind == TeamKind.CHANNEL, 0), else_=1)
    return _teams(actor).order_by(Registry.position, channel_first, by_name(Team.name), Team.id)


def _people(actor: Actor) -> Any:
    return (
        visible_to(TeamMember, actor)
        .with_only_columns(
            *(TeamMember.id, TeamMember.team_id, TeamMember.name, TeamMember.listed_as),
            *(TeamMember.former_email, Team.name.label("team")),
            *(Registry.name.label("registry"), Registry.thread),
        )
        .join(Team, Team.id == TeamMember.team_id)
        .join(Registry, Registry.id == TeamMember.registry_id)
        .order_by(by_name(TeamMember.name), TeamMember.id)
    )


def _with_people(session: Session, actor: Actor, rows: Iterable[Any], on: date) -> list[TeamCard]:
    teams = list(rows)
    ids = [row.id for row in teams]
    known = reaches(session, on, ids)
    people: dict[int, list[Person]] = {}
    for row in session.execute(_people(actor).where(TeamMember.team_id.in_(ids))):
        people.setdefault(row.team_id, []).append(_person(row, known))
    return [_card(row, known, people.get(row.id, ())) for row in teams]
