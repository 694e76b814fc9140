"""Lists of the registries, page by page: by key, never by offset, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.registry.facts import CHANNEL_TEAM, COMPENSATION, SCHEDULE
from portal.registry.models import (
    Agreement,
    Contract,
    Customer,
    LineTeam,
    Partner,
    Product,
    Registry,
    Service,
    Team,
)
from portal.registry.queries import in_force
from portal.registry.rules import ContractStatus, EndOfTerm, Program, ServiceStatus, normal
from portal.store.facts import in_period
from portal.store.scope import visible_to

PAGE = 50
T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and the key after which the next page starts (None: there is none)."""

    rows: tuple[T, ...]
    after: int | None


@dataclass(frozen=True)
class RegistryCard:
    """One registry and how much of it the actor sees."""

    id: int
    slug: str
    name: str
    thread: int
    agreements: int
    contracts: int
    services: int
    products: int


@dataclass(frozen=True)
class AgreementRow:
    """An agreement with its dated facts on a date."""

    id: int
    registry: str
    registry_name: str
    thread: int
    number: str
    partner: str
    partner_name: str
    program: Program | None
    status: ContractStatus
    starts_on: date
    ends_on: date | None
    terms: str | None
    schedule: str | None
    team: str | None
    team_name: str | None
    team_id: int | None


@dataclass(frozen=True)
class ContractRow:
    """A contract in a list, with the team that serves its line on a date."""

    id: int
    registry: str
    registry_name: str
    thread: int
    number: str
    customer: str
    customer_name: str
    partner: str
    partner_name: str
    status: ContractStatus
    starts_on: date
    ends_on: date | None
    end_of_term: EndOfTerm
    line_id: int
    team: str | None
    team_name: str | None
    team_id: int | None
    in_force: bool


@dataclass(frozen=True)
class ServiceRow:
    """A service of a contract line."""

    id: int
    service: str
    contract: str
    product: str | None
    product_name: Any
    status: ServiceStatus
    installed_on: date | None
    site_a: str | None
    site_z: str | None


def overview(session: Session, actor: Actor) -> list[RegistryCard]:
    """Every registry in order, with counts of what the actor sees: five queries."""
    counts = [_count(session, actor, model) for model in (Agreement, Contract, Service, Product)]
    rows = session.execute(
        select(Registry.id, Registry.slug, Registry.name, Registry.thread).order_by(
            Registry.position
        )
    )
    return [RegistryCard(*row, *(count.get(row[0], 0) for count in counts)) for row in rows]


def _count(session: Session, actor: Actor, model: Any) -> dict[int, int]:
    query: Any = visible_to(model, actor).with_only_columns(model.registry_id, func.count())
    return {row[0]: row[1] for row in session.execute(query.group_by(model.registry_id))}


def agreements(
    session: Session,
    actor: Actor,
    *,
    on: date,
    registry_id: int | None = None,
    partner_id: int | None = None,
    after: int = 0,
    limit: int = PAGE,
) -> Page[AgreementRow]:
    """Agreements the actor sees, with team, terms and schedule of `on`: one query."""
    columns = (Agreement.id, Registry.slug, Registry.name.label("book"), Registry.thread)
    own = (Agreement.program, Agreement.status, Agreement.starts_on, Agreement.ends_on)
    query: Any = visible_to(Agreement, actor).with_only_columns(
        *(*columns, Agreement.number, Partner.code, Partner.name.label("company"), *own),
        *(COMPENSATION.model.terms, SCHEDULE.model.schedule),
        *(Team.code.label("team"), Team.name.label("team_name"), Team.id.label("team_id")),
    )
    query = query.select_from(Agreement).join(Registry, Registry.id == Agreement.registry_id)
    query = query.join(Partner, Partner.id == Agreement.partner_id)
    for fact in (COMPENSATION, SCHEDULE, CHANNEL_TEAM):
        holds = and_(fact.model.agreement_id == Agreement.id, in_period(fact.model, on))
        query = query.outerjoin(fact.model, holds)
    query = query.outerjoin(Team, Team.id == CHANNEL_TEAM.model.team_id)
    if registry_id is not None:
        query = query.where(Agreement.registry_id == registry_id)
    if partner_id is not None:
        query = query.where(Agreement.partner_id == partner_id)
    query = query.where(Agreement.id > after).order_by(Agreement.id).limit(limit + 1)
    return _page([AgreementRow(*row) for row in session.execute(query)], limit)


def contract_query(actor: Actor, on: date) -> Any:
    """The contracts the actor sees, as the columns of ContractRow."""
    own = (Contract.status, Contract.starts_on, Contract.ends_on, Contract.end_of_term)
    query: Any = visible_to(Contract, actor).with_only_columns(
        *(Contract.id, Registry.slug, Registry.name.label("book"), Registry.thread),
        *(Contract.number, Customer.code.label("customer"), Customer.name.label("client")),
        *(Partner.code.label("partner"), Partner.name.label("company"), *own, Contract.line_id),
        *(Team.code.label("team"), Team.name.label("team_name"), Team.id.label("team_id")),
        in_force(Contract, on).label("in_force"),
    )
    query = query.select_from(Contract).join(Registry, Registry.id == Contract.registry_id)
    query = query.join(Customer, Customer.id == Contract.customer_id)
    query = query.join(Partner, Partner.id == Contract.partner_id)
    holds = and_(LineTeam.line_id == Contract.line_id, in_period(LineTeam, on))
    return query.outerjoin(LineTeam, holds).outerjoin(Team, Team.id == LineTeam.team_id)


def contract_rows(session: Session, query: Any) -> list[ContractRow]:
    """The rows of a `contract_query`."""
    return [ContractRow(*[*row[:-1], bool(row[-1])]) for row in session.execute(query)]


def contracts(
    session: Session,
    actor: Actor,
    *,
    on: date,
    registry_id: int | None = None,
    partner_id: int | None = None,
    customer_id: int | None = None,
    team_id: int | None = None,
    status: ContractStatus | None = None,
    text: str = "",
    after: int = 0,
    limit: int = PAGE,
) -> Page[ContractRow]:
    """Contracts the actor sees, filtered; `text` is a part of a number or of a customer's name."""
    query = contract_query(actor, on)
    filters = (
        (Contract.registry_id, registry_id),
        (Contract.partner_id, partner_id),
        (Contract.customer_id, customer_id),
        (Contract.status, status),
        (LineTeam.team_id, team_id),
    )
    for column, wanted in filters:
        if wanted is not None:
            query = query.where(column == wanted)
    if written := text.strip():
        named = func.lower(Customer.name).contains(written.lower(), autoescape=True)
        key = normal(written)
        query = query.where(or_(Contract.normal.contains(key), named) if key else named)
    query = query.where(Contract.id > after).order_by(Contract.id).limit(limit + 1)
    return _page(contract_rows(session, query), limit)


def services(
    session: Session,
    actor: Actor,
    *,
    line_id: int | None = None,
    customer_id: int | None = None,
    after: int = 0,
    limit: int = PAGE,
) -> Page[ServiceRow]:
    """Services the actor sees, of a line or of a customer: one query."""
    own = (Service.status, Service.installed_on, Service.site_a, Service.site_z)
    query: Any = visible_to(Service, actor).with_only_columns(
        *(Service.id, Service.service_id, Contract.number, Product.code, Product.name, *own)
    )
    query = query.select_from(Service).join(Contract, Contract.id == Service.contract_id)
    query = query.outerjoin(Product, Product.id == Service.product_id)
    if line_id is not None:
        query = query.where(Contract.line_id == line_id)
    if customer_id is not None:
        query = query.where(Contract.customer_id == customer_id)
    query = query.where(Service.id > after).order_by(Service.id).limit(limit + 1)
    return _page([ServiceRow(*row) for row in session.execute(query)], limit)


def _page(rows: Sequence[Any], limit: int) -> Page[Any]:
    more = len(rows) > limit
    return Page(tuple(rows[:limit]), rows[limit - 1].id if more else None)


def portfolio(session: Session, actor: Actor, registry_id: int) -> Sequence[Product]:
    """The products of one registry, by code."""
    query: Select[Product] = visible_to(Product, actor)
    query = query.where(Product.registry_id == registry_id).order_by(Product.code)
    return session.scalars(query).all()
