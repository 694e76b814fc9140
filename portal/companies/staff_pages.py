"""What the portal's administrators see of people: who there is, and one person's story.

A layer of queries. Of companies it tells the name, of contracts and agreements nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from portal.accounts import factors
from portal.accounts.models import Level, Membership, Person, SignIn
from portal.accounts.rules import session_lives
from portal.kernel.access import Actor, Role
from portal.registry.models import Partner, Registry, Team
from portal.registry.rules import TeamKind
from portal.registry.team_pages import fold
from portal.store.ordering import by_name
from portal.store.scope import visible_to

PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """What the list of people is narrowed to; ids and slugs as they stand in the address."""

    q: str = ""
    role: Role | None = None
    partner_id: int | None = None
    registry: str = ""
    shut: bool = False


@dataclass(frozen=True)
class Held:
    """A membership in words. `where` is the company, the team or nothing; `ended_at` None: living."""

    id: int
    person_id: int
    role: Role
    where: str
    registry: str
    thread: int | None
    partner_id: int | None
    registry_id: int | None
    team_id: int | None
    since: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Listed:
    """One row of the list: somebody, and what they are now."""

    id: int
    name: str
    email: str
    active: bool
    held: tuple[Held, ...]


@dataclass(frozen=True)
class Story:
    """One person: what they are and were, how many sessions are open, whether a second factor is
    set up (never which).
    """

    id: int
    name: str
    email: str
    language: str
    active: bool
    anonymised: bool
    created_at: datetime
    held: tuple[Held, ...]
    sessions: int
    factor: bool


@dataclass(frozen=True)
class Choices:
    """What a form offers: (id, name), teams by registry, and companies without an administrator."""

    registries: tuple[tuple[int, str, str], ...]
    teams: tuple[tuple[int, int, str], ...]
    companies: tuple[tuple[int, str], ...]


def people(
    session: Session, actor: Actor, wanted: Wanted, after: int | None
) -> tuple[tuple[Listed, ...], int | None]:
    """A page of people by name, and the id after which there are more. Two queries.

    `q` finds by part of a name or an address; accents and case do not count.
    """
    query: Any = visible_to(Person, actor).with_only_columns(
        Person.id, Person.name, Person.email, Person.active
    )
    query = query.where(_fits(wanted)).order_by(by_name(Person.name), Person.id)
    if after is not None:
        mine = by_name(Person.name)
        last = by_name(select(Person.name).where(Person.id == after).scalar_subquery())
        query = query.where(or_(mine > last, (mine == last) & (Person.id > after)))
    if words := fold(wanted.q).split():
        rows = []
        for row in session.execute(query):
            if all(word in fold(f"{row.name} {row.email}") for word in words):
                rows.append(row)
            if len(rows) > PAGE:
                break
    else:
        rows = list(session.execute(query.limit(PAGE + 1)))
    shown = rows[:PAGE]
    living = _held(session, actor, [row.id for row in shown], living=True)
    listed = tuple(
        Listed(row.id, row.name, row.email, row.active, tuple(living.get(row.id, ())))
        for row in shown
    )
    return listed, shown[-1].id if len(rows) > PAGE else None


def story(session: Session, actor: Actor, person_id: int, now: datetime) -> Story | None:
    """One person, or None when the actor does not see them. Four queries."""
    person = session.scalar(visible_to(Person, actor).where(Person.id == person_id))
    if person is None:
        return None
    return Story(
        *(person.id, person.name, person.email, person.language, person.active),
        *(person.anonymised_at is not None, person.created_at),
        tuple(_held(session, actor, [person_id]).get(person_id, ())),
        _open_sessions(session, person, now),
        factors.confirmed(session, person_id) is not None,
    )


def membership(session: Session, actor: Actor, membership_id: int) -> Held | None:
    """One living membership, or None. One query."""
    query = _memberships(actor).where(Membership.id == membership_id)
    row = session.execute(query.where(Membership.ended_at.is_(None))).first()
    return None if row is None else _in_words(row)


def choices(session: Session) -> Choices:
    """What the forms offer: registries, account teams, companies that nobody administers. Three
    queries.
    """
    administered = exists().where(
        Membership.partner_id == Partner.id,
        Membership.role == Role.PARTNER_ADMIN,
        Membership.ended_at.is_(None),
        Membership.person_id == Person.id,
        Person.active,
    )
    registries = select(Registry.id, Registry.name, Registry.slug).order_by(Registry.position)
    teams = (
        select(Team.id, Team.registry_id, Team.name)
        .where(Team.kind == TeamKind.ACCOUNT)
        .order_by(Team.registry_id, by_name(Team.name))
    )
    companies = (
        select(Partner.id, Partner.name)
        .where(~administered)
        .order_by(by_name(Partner.name), Partner.id)
    )
    return Choices(
        tuple((row.id, row.name, row.slug) for row in session.execute(registries)),
        tuple((row.id, row.registry_id, row.name) for row in session.execute(teams)),
        tuple((row.id, row.name) for row in session.execute(companies)),
    )


def companies(session: Session, *, with_people: bool = False) -> list[tuple[int, str]]:
    """Every company by name; `with_people`: those somebody acts for. One query."""
    query = select(Partner.id, Partner.name).order_by(by_name(Partner.name), Partner.id)
    if with_people:
        living = Membership.partner_id == Partner.id, Membership.ended_at.is_(None)
        query = query.where(exists().where(*living))
    return [(row.id, row.name) for row in session.execute(query)]


def _fits(wanted: Wanted) -> Any:
    asked: list[Any] = [Person.anonymised_at.is_(None), Person.active.is_(not wanted.shut)]
    held: list[Any] = []
    if wanted.role is not None:
        held.append(Membership.role == wanted.role)
    if wanted.partner_id is not None:
        held.append(Membership.partner_id == wanted.partner_id)
    if wanted.registry:
        known = select(Registry.id).where(Registry.slug == wanted.registry)
        held.append(Membership.registry_id.in_(known))
    if held:
        own = Membership.person_id == Person.id, Membership.ended_at.is_(None)
        asked.append(exists().where(*own, *held))
    return and_(*asked)


def _memberships(actor: Actor) -> Any:
    return (
        visible_to(Membership, actor)
        .outerjoin(Partner, Partner.id == Membership.partner_id)
        .outerjoin(Registry, Registry.id == Membership.registry_id)
        .outerjoin(Team, Team.id == Membership.team_id)
        .with_only_columns(
            *(Membership.id, Membership.person_id, Membership.role, Membership.partner_id),
            *(Membership.registry_id, Membership.team_id, Membership.since, Membership.ended_at),
            *(Partner.name.label("company"), Team.name.label("team")),
            *(Registry.name.label("registry"), Registry.thread),
        )
        .order_by(Membership.since, Membership.id)
    )


def _held(
    session: Session, actor: Actor, people: list[int], *, living: bool = False
) -> dict[int, list[Held]]:
    query = _memberships(actor).where(Membership.person_id.in_(people))
    if living:
        query = query.where(Membership.ended_at.is_(None))
    found: dict[int, list[Held]] = {}
    for row in session.execute(query):
        found.setdefault(row.person_id, []).append(_in_words(row))
    return found


def _in_words(row: Any) -> Held:
    return Held(
        *(row.id, row.person_id, row.role, row.company or row.team or "", row.registry or ""),
        *(row.thread, row.partner_id, row.registry_id, row.team_id, row.since, row.ended_at),
    )


def _open_sessions(session: Session, person: Person, now: datetime) -> int:
    rows = session.execute(
        select(Membership.role, SignIn.started_at, SignIn.seen_at)
        .join(Membership, Membership.id == SignIn.membership_id)
        .where(
            SignIn.person_id == person.id,
            SignIn.version == person.session_version,
            SignIn.ended_at.is_(None),
            SignIn.level == Level.FULL,
            Membership.ended_at.is_(None),
        )
    )
    return sum(session_lives(row.role, row.started_at, row.seen_at, now) for row in rows)
