"""The directory: the teams of the registries with their people, and who is meant by a name, a
number or an address, a former one included (Q9).
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
    """Somebody in a team."""

    name: str
    email: str
    former_email: str | None
    phone: str | None


@dataclass(frozen=True)
class TeamCard:
    """A team of one registry: how and when to reach it, and who is in it."""

    id: int
    kind: TeamKind
    name: str
    email: str | None
    phone: str | None
    hours: dict[str, Any] | None
    registry_id: int
    slug: str
    registry: str
    thread: int
    people: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Found:
    """Somebody who fits a search, in which team; `former` when only the old address fits."""

    person: Person
    team_id: int
    team: str
    registry: str
    thread: int
    former: bool


def cards(session: Session, actor: Actor, ids: Iterable[int]) -> dict[int, TeamCard]:
    """The teams of those ids with their people. Two queries."""
    wanted = sorted(set(ids))
    rows = session.execute(_teams(actor).where(Team.id.in_(wanted))).all()
    return {card.id: card for card in _with_people(session, actor, rows)}


def all_teams(session: Session, actor: Actor) -> list[TeamCard]:
    """The teams of every registry with their people, channel teams first. Two queries."""
    channel_first = case((Team.kind == TeamKind.CHANNEL, 0), else_=1)
    query = _teams(actor).order_by(Registry.position, channel_first, by_name(Team.name), Team.id)
    return _with_people(session, actor, session.execute(query.limit(MOST_TEAMS)).all())


def own_teams(session: Session, actor: Actor, on: date) -> set[int]:
    """Ids of the teams that serve the reader's company, or that the reader is in. Two queries."""
    if actor.role not in PARTNER_ROLES:
        return {actor.team_id} if actor.team_id is not None else set()
    found: set[int] = set()
    for model in (AgreementTeam, LineTeam):
        query = visible_to(model, actor).with_only_columns(model.team_id)
        found.update(session.scalars(query.where(in_period(model, on)).distinct()))
    return found


def search(session: Session, actor: Actor, text: str) -> tuple[list[Found], bool]:
    """People by part of name, team, phone or address, and whether there are more than are given.

    Accents and capitals do not count. A whole address (also inside "Name <address>") finds whom it
    belongs or belonged to. One query.
    """
    written = text.strip()[:LONGEST]
    address = ADDRESS.search(written)
    words = fold(address[0] if address else written).split()
    digits = re.sub(r"\D", "", written) if re.fullmatch(r"[\d\s().+-]{4,}", written) else ""
    if not words:
        return [], False
    query = (
        visible_to(TeamMember, actor)
        .with_only_columns(
            *(TeamMember.name, TeamMember.email, TeamMember.former_email, TeamMember.phone),
            *(TeamMember.team_id, Team.name.label("team")),
            *(Registry.name.label("registry"), Registry.thread),
        )
        .join(Team, Team.id == TeamMember.team_id)
        .join(Registry, Registry.id == TeamMember.registry_id)
        .order_by(by_name(TeamMember.name), TeamMember.id)
    )
    hits = []
    for row in session.execute(query):
        former = _fits(row, words, digits)
        if former is not None:
            hits.append(
                Found(Person(*row[:4]), row.team_id, row.team, row.registry, row.thread, former)
            )
    return hits[:MOST_FOUND], len(hits) > MOST_FOUND


def fold(text: str) -> str:
    """`text` in lower case without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))


def _fits(row: Any, words: list[str], digits: str) -> bool | None:
    """False: fits as it is today. True: fits by the former address alone. None: does not fit."""
    if digits:
        return False if digits in re.sub(r"\D", "", row.phone or "") else None
    today = fold(f"{row.name} {row.email} {row.team}")
    if all(word in today for word in words):
        return False
    ever = f"{today} {fold(row.former_email or '')}"
    return True if all(word in ever for word in words) else None


def _teams(actor: Actor) -> Any:
    return (
        visible_to(Team, actor)
        .with_only_columns(
            *(Team.id, Team.kind, Team.name, Team.email, Team.phone, Team.hours),
            *(Team.registry_id, Registry.slug, Registry.name.label("registry"), Registry.thread),
        )
        .join(Registry, Registry.id == Team.registry_id)
    )


def _with_people(session: Session, actor: Actor, rows: Iterable[Any]) -> list[TeamCard]:
    teams = list(rows)
    people: dict[int, list[Person]] = {}
    query = (
        visible_to(TeamMember, actor)
        .with_only_columns(
            *(TeamMember.team_id, TeamMember.name, TeamMember.email),
            *(TeamMember.former_email, TeamMember.phone),
        )
        .where(TeamMember.team_id.in_([row.id for row in teams]))
        .order_by(by_name(TeamMember.name), TeamMember.id)
    )
    for row in session.execute(query):
        people.setdefault(row.team_id, []).append(Person(*row[1:]))
    return [TeamCard(*(*row, tuple(people.get(row.id, ())))) for row in teams]
