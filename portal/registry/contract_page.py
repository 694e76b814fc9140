"""One contract with everything it renews and is renewed by, its team, and its services.

A consolidation starts a new contract line, so the chain shown goes over lines, both ways.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import CTE, case, literal, or_, select
from sqlalchemy.orm import Session, aliased

from portal.kernel.access import Actor
from portal.registry.models import (
    Contract,
    Customer,
    LineTeam,
    Partner,
    Product,
    Registry,
    Replacement,
    Service,
    Team,
)
from portal.registry.rules import ContractStatus, EndOfTerm, ServiceStatus
from portal.registry.standing import Dated, Held, State, dated, state_on
from portal.registry.team_pages import TeamCard, cards
from portal.store.facts import Warrant
from portal.store.scope import visible, visible_to

SERVICES = 50


@dataclass(frozen=True)
class Paper:
    """One contract of a chain; `shown` when the reader may see it.

    `replaces` are ids, of contracts outside the chain too: others that were consolidated with it.
    """

    id: int
    line_id: int
    number: str
    registry_id: int
    customer_id: int
    customer: str
    partner_id: int
    partner: str
    status: ContractStatus
    starts_on: date
    ends_on: date | None
    end_of_term: EndOfTerm
    shown: bool
    replaces: tuple[int, ...] = ()
    replaced_by: int | None = None
    replaced_on: date | None = None
    state: State = State.IN_FORCE


@dataclass(frozen=True)
class Chain:
    """A contract among those it renews and those that renew it, oldest first.

    `standing` is the one that stands for its line: in force, else the last.
    """

    paper: Paper
    papers: tuple[Paper, ...]
    standing: Paper
    behind: tuple[int, ...]

    @property
    def by_id(self) -> dict[int, Paper]:
        """The contracts of the chain by id."""
        return {paper.id: paper for paper in self.papers}


@dataclass(frozen=True)
class ServiceRow:
    """A service, and the contract it was bought on."""

    id: int
    service: str
    status: ServiceStatus
    installed_on: date | None
    site_a: str | None
    site_z: str | None
    product: Any
    contract_id: int


@dataclass(frozen=True)
class Served:
    """The account team of a line through time, and the team of the date with its people."""

    fact: Dated
    team: TeamCard | None


def chain(
    session: Session, actor: Actor, slug: str, contract_id: int, on: date, *, bought: bool = False
) -> Chain | None:
    """The chain of a contract of registry `slug` on `on`, or None when the actor does not see it.

    With `bought` the contract itself may be hidden: the caller saw a service of it. Two queries.
    """
    rows = session.execute(_family(actor, slug, contract_id)).all()
    papers = {row.id: Paper(*(*row[:12], bool(row.shown))) for row in rows}
    if contract_id not in papers or not (bought or papers[contract_id].shown):
        return None
    papers = _linked(session, papers, on)
    paper = papers[contract_id]
    ahead = list(_walk(paper, lambda one: _next(papers, one)))
    behind = list(
        _walk(paper, lambda one: [papers[each] for each in one.replaces if each in papers])
    )
    current = (one for one in (*ahead, *behind) if one.state is State.IN_FORCE)
    return Chain(
        paper,
        tuple(sorted(papers.values(), key=lambda one: (one.starts_on, one.number))),
        next(current, ahead[-1]),
        tuple(one.id for one in behind),
    )


def served(session: Session, actor: Actor, line_id: int, on: date) -> Served:
    """The account team of a line: what holds on `on`, what held, what is announced. Four queries."""
    query = (
        visible_to(LineTeam, actor)
        .with_only_columns(
            *(LineTeam.team_id, Team.name, LineTeam.valid_from, LineTeam.valid_to),
            *(Warrant.kind, Warrant.reason),
        )
        .join(Team, Team.id == LineTeam.team_id)
        .join(Warrant, Warrant.id == LineTeam.warrant_id)
        .where(LineTeam.line_id == line_id)
        .order_by(LineTeam.valid_from)
    )
    fact = dated(
        [
            Held((row.team_id, row.name), row.valid_from, row.valid_to, row.kind, row.reason)
            for row in session.execute(query)
        ],
        on,
    )
    team = cards(session, actor, [fact.now.value[0]], on) if fact.now else {}
    return Served(fact, team.get(fact.now.value[0]) if fact.now else None)


def services(
    session: Session, actor: Actor, papers: tuple[int, ...], after: str | None
) -> tuple[list[ServiceRow], str | None]:
    """The services bought on `papers` by id, and the id after which there are more. One query."""
    query = _service_columns(actor).where(Service.contract_id.in_(papers))
    if after:
        query = query.where(Service.service_id > after)
    found = session.execute(query.order_by(Service.service_id).limit(SERVICES + 1)).all()
    rows = [ServiceRow(*row) for row in found[:SERVICES]]
    return rows, rows[-1].service if len(found) > SERVICES else None


def service(session: Session, actor: Actor, slug: str, service_id: int) -> ServiceRow | None:
    """One service of registry `slug`, or None when the actor does not see it. One query."""
    query = _service_columns(actor).join(Registry, Registry.id == Service.registry_id)
    found = session.execute(query.where(Registry.slug == slug, Service.id == service_id)).first()
    return ServiceRow(*found) if found else None


def _service_columns(actor: Actor) -> Any:
    columns = (Service.id, Service.service_id, Service.status, Service.installed_on)
    return (
        visible_to(Service, actor)
        .with_only_columns(
            *(*columns, Service.site_a, Service.site_z, Product.name, Service.contract_id)
        )
        .outerjoin(Product, Product.id == Service.product_id)
    )


def _family(actor: Actor, slug: str, contract_id: int) -> Any:
    """The contract with all it replaces and all that replace it; `shown` says which are visible."""
    ways = [_reach(contract_id, way) for way in ("ahead", "behind")]
    seen = visible(Contract, actor)
    shown = literal(1) if seen is None else case((seen, 1), else_=0)
    return (
        select(
            *(Contract.id, Contract.line_id, Contract.number, Contract.registry_id),
            *(Contract.customer_id, Customer.name, Contract.partner_id, Partner.name),
            *(Contract.status, Contract.starts_on, Contract.ends_on, Contract.end_of_term),
            shown.label("shown"),
        )
        .join(Customer, Customer.id == Contract.customer_id)
        .join(Partner, Partner.id == Contract.partner_id)
        .join(Registry, Registry.id == Contract.registry_id)
        .where(Registry.slug == slug, or_(*(Contract.id.in_(select(way.c.id)) for way in ways)))
    )


def _reach(contract_id: int, way: str) -> CTE:
    old, new = Replacement.replaced_id, Replacement.contract_id
    source, target = (old, new) if way == "ahead" else (new, old)
    start = select(literal(contract_id).label("id")).cte(way, recursive=True)
    return start.union(select(target).join(start, start.c.id == source))


def _linked(session: Session, papers: dict[int, Paper], on: date) -> dict[int, Paper]:
    """The papers with what replaces what among them, and the state of each on `on`."""
    newer = aliased(Contract)
    sides = (Replacement.replaced_id, Replacement.contract_id)
    rows = session.execute(
        select(Replacement.contract_id, Replacement.replaced_id, newer.starts_on)
        .join(newer, newer.id == Replacement.contract_id)
        .where(or_(*(column.in_(sorted(papers)) for column in sides)))
    ).all()
    replaces: dict[int, list[int]] = defaultdict(list)
    successor: dict[int, tuple[int, date]] = {}
    for new, old, starts_on in rows:
        replaces[new].append(old)
        successor[old] = (new, starts_on)
    found = {}
    for key, paper in papers.items():
        by, since = successor.get(key, (None, None))
        state = state_on(
            *(on, paper.status, paper.starts_on, paper.ends_on, paper.end_of_term, since)
        )
        older = tuple(sorted(replaces[key]))
        found[key] = replace(paper, replaces=older, replaced_by=by, replaced_on=since, state=state)
    return found


def _next(papers: dict[int, Paper], paper: Paper) -> list[Paper]:
    found = papers.get(paper.replaced_by) if paper.replaced_by is not None else None
    return [found] if found else []


def _walk(start: Paper, step: Callable[[Paper], list[Paper]]) -> Iterator[Paper]:
    """`start` and everything `step` reaches, nearest first."""
    seen, level = {start.id}, [start]
    while level:
        yield from level
        near = {one.id: one for paper in level for one in step(paper) if one.id not in seen}
        seen |= near.keys()
        level = sorted(near.values(), key=lambda one: (-one.starts_on.toordinal(), one.number))
