"""Whose trail an event is part of (facts.md section 9), and a page of it in a fixed number of queries."""

import uuid
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, exists, false, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from portal.accounts.models import Membership, Person
from portal.audit.rules import ADMINISTRATION, Group, verbs_of
from portal.kernel.access import CHANNEL_ROLES, PARTNER_ROLES, REGISTRY_ROLES, Actor, Role
from portal.registry.models import Partner, Registry
from portal.store.events import Event
from portal.store.ordering import by_name
from portal.store.scope import scope, visible_to

PAGE = 30
MOST_CHOICES = 500


@scope(Event)
def events(actor: Actor) -> ColumnElement[bool] | None:
    """A company's, for its administrators; a registry's, for its channel people; what the portal's
    administrators do themselves: people, imports, access. An unknown kind is none of theirs.
    """
    if actor.role is Role.PARTNER_ADMIN and actor.partner_id is not None:
        return Event.partner_id == actor.partner_id
    if actor.role in CHANNEL_ROLES and actor.registry_id is not None:
        return Event.registry_id == actor.registry_id
    if actor.role is Role.ADMIN:
        return Event.verb.in_(verbs_of(*ADMINISTRATION))
    return false()


@dataclass(frozen=True)
class Filters:
    """What a trail is narrowed to; None narrows nothing."""

    group: Group | None = None
    person: int | None = None


class Happened(NamedTuple):
    """An event beside the names of what it is about; people are still numbers."""

    event: Event
    registry: str | None
    thread: int | None
    partner: str | None


@dataclass(frozen=True)
class Page:
    """A page of a trail, newest first; `names` are those of the reader's own people in it, by id."""

    rows: tuple[Happened, ...]
    names: dict[int, str]
    older: uuid.UUID | None


def page(
    session: Session, reader: Actor, filters: Filters, before: uuid.UUID | None, size: int = PAGE
) -> Page:
    """The events that `reader` may see, older than `before` when given. Two queries."""
    query = _seen(reader, filters).order_by(Event.id.desc()).limit(size + 1)
    if before is not None:
        query = query.where(Event.id < before)
    found = [Happened(*row) for row in session.execute(query)]
    rows = tuple(found[:size])
    people = {number for row in rows for number in (row.event.person_id, subject(row.event))}
    told = session.execute(_own_people(reader).where(Person.id.in_(people - {None})))
    names = {row[0]: row[1] for row in told}
    return Page(rows, names, rows[-1].event.id if len(found) > size else None)


def own_people(session: Session, reader: Actor) -> list[tuple[int, str]]:
    """Ids and names of the reader's own people, by name, at most MOST_CHOICES: those to filter by."""
    query = _own_people(reader).order_by(by_name(Person.name), Person.id).limit(MOST_CHOICES)
    return [(row[0], row[1]) for row in session.execute(query)]


def subject(event: Event) -> int | None:
    """The person an event is about, by its stream or its payload; None for nobody."""
    kind, _, number = event.stream.partition(":")
    if kind == "person" and number.isdigit():
        return int(number)
    told = event.payload.get("person", event.payload.get("person_id"))
    return told if isinstance(told, int) else None


def is_own(reader: Actor, event: Event) -> bool:
    """Whether who did it acted on the reader's own side, which alone is told by name and address."""
    if event.person_id is None:
        return True
    return event.role in _own_roles(reader) or event.person_id == reader.person_id


def _own_roles(reader: Actor) -> set[str]:
    """The roles of the reader's side; somebody who is still setting up the second factor has none."""
    if reader.role is Role.ADMIN:
        return {*Role, ""}
    if reader.role in PARTNER_ROLES:
        return {*PARTNER_ROLES, ""}
    return {*REGISTRY_ROLES, ""}


def _seen(reader: Actor, filters: Filters) -> Select[Any]:
    query = (
        visible_to(Event, reader)
        .add_columns(Registry.name, Registry.thread, Partner.name)
        .outerjoin(Registry, Registry.id == Event.registry_id)
        .outerjoin(Partner, Partner.id == Event.partner_id)
    )
    if filters.group is not None:
        query = query.where(Event.verb.in_(verbs_of(filters.group)))
    if filters.person is not None:
        own = Event.role.in_(sorted(_own_roles(reader)))
        query = query.where(Event.person_id == filters.person, own)
    return query


def _own_people(reader: Actor) -> Select[int, str]:
    """Ids and names of those who have or had a role on the reader's side."""
    query = select(Person.id, Person.name)
    if reader.role is Role.ADMIN:
        return query
    own = Membership.registry_id == reader.registry_id
    if reader.role in PARTNER_ROLES:
        own = Membership.partner_id == reader.partner_id
    return query.where(exists().where(and_(Membership.person_id == Person.id, own)))
