"""What the contract pages show: the registries, their contracts, one contract, one service.

Core selects in a fixed number of queries, scoped to the reader; what they may not see is absent.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, and_, distinct, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from portal.kernel.access import Actor
from portal.registry import queries
from portal.registry.models import (
    Contract,
    Customer,
    LineTeam,
    Partner,
    Registry,
    Replacement,
    Team,
)
from portal.registry.standing import State, state_on
from portal.store.facts import in_period
from portal.store.scope import visible_to
from portal.web.site import row_id

PAGE = 30
MOST_CHOICES = 500


class RegistryRow(NamedTuple):
    """A registry as its pages name it."""

    id: int
    slug: str
    name: str
    thread: int


class Key(NamedTuple):
    """Where a page of contracts begins: beyond this one, towards the older or the newer."""

    starts_on: date
    id: int
    newer: bool


@dataclass(frozen=True)
class Overview:
    """One registry at a glance: how many contracts, of how many customers, served by whom."""

    registry: RegistryRow
    in_force: int = 0
    total: int = 0
    customers: int = 0
    teams: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Filters:
    """What a list of contracts is narrowed to; None narrows nothing."""

    registry: int | None = None
    in_force: bool | None = None
    customer: int | None = None
    partner: int | None = None


@dataclass(frozen=True)
class Listed:
    """One contract as a list shows it."""

    id: int
    number: str
    customer_id: int
    customer: str
    partner_id: int
    partner: str
    starts_on: date
    ends_on: date | None
    state: State


@dataclass(frozen=True)
class Papers:
    """A page of contracts, newest first, with the keys to the neighbouring pages."""

    rows: tuple[Listed, ...]
    newer: str | None = None
    older: str | None = None


def registries(session: Session, actor: Actor) -> list[RegistryRow]:
    """The registries the actor works in: staff their own, a partner each of them."""
    query = select(Registry.id, Registry.slug, Registry.name, Registry.thread)
    if actor.registry_id is not None:
        query = query.where(Registry.id == actor.registry_id)
    return [RegistryRow(*row) for row in session.execute(query.order_by(Registry.position))]


def overviews(session: Session, actor: Actor, on: date) -> list[Overview]:
    """Each registry the actor works in, as of `on`. Three queries."""
    counted = counts(session, actor, on)
    served: dict[int, list[tuple[int, str]]] = {}
    in_use = select(Contract.line_id).where(queries.in_force(Contract, on))
    for registry_id, team_id, name in session.execute(
        visible_to(LineTeam, actor)
        .with_only_columns(LineTeam.registry_id, Team.id, Team.name)
        .select_from(LineTeam)
        .join(Team, Team.id == LineTeam.team_id)
        .where(in_period(LineTeam, on), LineTeam.line_id.in_(in_use))
        .distinct()
        .order_by(Team.name, Team.id)
        .limit(40)
    ):
        served.setdefault(registry_id, []).append((team_id, name))
    return [
        Overview(row, *counted.get(row.id, (0, 0, 0)), teams=tuple(served.get(row.id, ())))
        for row in registries(session, actor)
    ]


def counts(
    session: Session, actor: Actor, on: date, partner_id: int | None = None
) -> dict[int, tuple[int, int, int]]:
    """By registry: contracts in force on `on`, all contracts, and their customers. One query."""
    query = visible_to(Contract, actor).with_only_columns(
        *(Contract.registry_id, func.count().filter(queries.in_force(Contract, on))),
        *(func.count(), func.count(distinct(Contract.customer_id))),
    )
    if partner_id is not None:
        query = query.where(Contract.partner_id == partner_id)
    rows = session.execute(query.group_by(Contract.registry_id))
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def papers(
    session: Session, actor: Actor, on: date, filters: Filters, key: Key | None = None
) -> Papers:
    """A page of the contracts that fit, newest first. One query."""
    query = listing(actor).where(*_narrowed(filters, on))
    if key is not None:
        query = query.where(_beyond(key))
    forward = key is not None and key.newer
    order = (Contract.starts_on, Contract.id)
    ordered = query.order_by(*(order if forward else (column.desc() for column in order)))
    found = [_paper(row, on) for row in session.execute(ordered.limit(PAGE + 1))]
    more, shown = len(found) > PAGE, found[:PAGE]
    if forward:
        shown.reverse()
    newer = bool(shown) and (more if forward else key is not None)
    older = bool(shown) and (key is not None if forward else more)
    return Papers(
        tuple(shown),
        _key(shown[0]) if newer else None,
        _key(shown[-1]) if older else None,
    )


def customer_choices(session: Session, actor: Actor, registry_id: int) -> list[tuple[int, str]]:
    """The customers the actor knows in a registry, by name; the first five hundred."""
    query = (
        visible_to(Contract, actor)
        .with_only_columns(Customer.id, Customer.name)
        .select_from(Contract)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(Contract.registry_id == registry_id)
        .distinct()
        .order_by(Customer.name, Customer.id)
        .limit(MOST_CHOICES)
    )
    return [(row.id, row.name) for row in session.execute(query)]


def replaced_on() -> ScalarSelect[Any]:
    """When the contract that replaces a contract starts, or null."""
    newer = aliased(Contract)
    return (
        select(func.min(newer.starts_on))
        .join(Replacement, Replacement.contract_id == newer.id)
        .where(Replacement.replaced_id == Contract.id)
        .correlate(Contract)
        .scalar_subquery()
    )


def listing(actor: Actor) -> Any:
    """The contracts the actor sees, with what a list says of each."""
    return (
        visible_to(Contract, actor)
        .with_only_columns(
            *(Contract.id, Contract.number, Contract.status, Contract.starts_on),
            *(Contract.ends_on, Contract.end_of_term, Contract.customer_id, Contract.partner_id),
            *(Customer.name.label("customer"), Partner.name.label("partner")),
            *(Contract.registry_id, replaced_on().label("replaced_on")),
        )
        .join(Customer, Customer.id == Contract.customer_id)
        .join(Partner, Partner.id == Contract.partner_id)
    )


def _paper(row: Any, on: date) -> Listed:
    state = state_on(on, row.status, row.starts_on, row.ends_on, row.end_of_term, row.replaced_on)
    return Listed(
        *(row.id, row.number, row.customer_id, row.customer, row.partner_id, row.partner),
        *(row.starts_on, row.ends_on, state),
    )


def _narrowed(filters: Filters, on: date) -> list[ColumnElement[bool]]:
    columns = (
        (Contract.registry_id, filters.registry),
        (Contract.customer_id, filters.customer),
        (Contract.partner_id, filters.partner),
    )
    found = [column == wanted for column, wanted in columns if wanted is not None]
    if filters.in_force is not None:
        current = queries.in_force(Contract, on)
        found.append(current if filters.in_force else ~current)
    return found


def key_of(text: str | None, *, newer: bool) -> Key | None:
    """The key an address names, as `papers` gives it; None for none and for nonsense."""
    day, _, number = (text or "").partition(".")
    try:
        return Key(date.fromisoformat(day), row_id(number), newer)
    except ValueError:
        return None


def _key(row: Listed) -> str:
    return f"{row.starts_on.isoformat()}.{row.id}"


def _beyond(key: Key) -> ColumnElement[bool]:
    same = Contract.starts_on == key.starts_on
    if key.newer:
        return or_(Contract.starts_on > key.starts_on, and_(same, Contract.id > key.id))
    return or_(Contract.starts_on < key.starts_on, and_(same, Contract.id < key.id))
