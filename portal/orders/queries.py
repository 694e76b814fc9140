"""What the database tells the routing rule, in a fixed number of queries.

However many lines a basket has, `load_routing_facts` asks the same few Core queries, and keeps
only rows of contract lines the partner takes part in, without the names and numbers of others on
them: nothing else enters a decision's record.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import CTE, ColumnElement, CompoundSelect, Select, and_, or_, select, union
from sqlalchemy.orm import Session

from portal.orders.basket import Basket
from portal.orders.records import (
    AgreementFact,
    ContractFact,
    ProductFact,
    RoutingFacts,
    ServiceFact,
    TeamPeriod,
)
from portal.registry.models import (
    Agreement,
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
from portal.registry.rules import normal


def load_routing_facts(session: Session, basket: Basket) -> RoutingFacts:
    """Everything `basket` can stand on: its partner's agreements, the services and contracts it
    names or its customers have, whole contract lines of them, and the portfolios asked for.
    """
    partner = session.scalar(select(Partner.id).where(Partner.code == basket.partner))
    if partner is None:
        return RoutingFacts(partner_known=False)
    services, seeds, customers = _services(session, basket, partner)
    named = {normal(line.contract) for line in basket.lines if line.contract} - {""}
    asked = {line.product for line in basket.lines} | {service.product for service in services}
    own = and_(
        Contract.partner_id == partner,
        or_(
            Contract.customer_id.in_(customers),
            Contract.customer_id.in_(
                select(Customer.id).where(Customer.code == (basket.customer or ""))
            ),
            Contract.customer_id.in_(
                select(Contract.customer_id).where(
                    Contract.partner_id == partner, Contract.normal.in_(named)
                )
            ),
        ),
    )
    lines = _lines_of(or_(Contract.id.in_(seeds), own))
    found = RoutingFacts(
        partner_known=True,
        agreements=_agreements(session, partner),
        contracts=_contracts(session, lines),
        services=services,
        products=_products(session, asked - {None}),
    )
    return _without_others(found, basket.partner)


def _without_others(facts: RoutingFacts, partner: str) -> RoutingFacts:
    """The facts with what tells of another partner left out: of its contracts on a shared line
    only their state, their dates and their place in the line count, so only these are kept.
    """
    others = (one for one in facts.contracts if one.partner != partner)
    hidden = {(one.registry, one.number): f"*{at}" for at, one in enumerate(others, 1)}

    def called(registry: str, number: str) -> str:
        return hidden.get((registry, number), number)

    contracts = []
    for one in facts.contracts:
        replaces = tuple(called(one.registry, number) for number in one.replaces)
        kept = replace(one, number=called(one.registry, one.number), replaces=replaces)
        contracts.append(
            kept if one.partner == partner else replace(kept, customer="", partner="", teams=())
        )
    services = (replace(one, contract=called(one.registry, one.contract)) for one in facts.services)
    return replace(facts, contracts=tuple(contracts), services=tuple(services))


def _lines_of(wanted: ColumnElement[bool]) -> CompoundSelect[Any]:
    """Ids of the wanted contracts and of everything that replaces or is replaced by them."""
    seed = select(Contract.id).where(wanted)
    ways = (_reach(seed, "lines", way) for way in ("on", "back"))
    return union(*(select(reached.c.id) for reached in ways))


def _reach(seed: Select[Any] | Select[Any, Any], name: str, way: str) -> CTE:
    """The contracts reached from `seed` one way; each row keeps where it started when seed has."""
    start = seed.cte(f"{name}_{way}", recursive=True)
    ends = (Replacement.replaced_id, Replacement.contract_id)
    source, target = ends if way == "on" else ends[::-1]
    kept = [column for column in start.c if column.name != "id"]
    return start.union(select(target, *kept).join(start, start.c.id == source))


def _services(
    session: Session, basket: Basket, partner: int
) -> tuple[tuple[ServiceFact, ...], set[int], set[int]]:
    """The services meant that the partner has a part in, their contracts' ids, and the customers
    the partner has on their lines.
    """
    written = {line.service for line in basket.lines if line.service}
    keys = {normal(each) for each in written} - {""}
    bare = {each for each in written if normal(each) == ""}
    condition = or_(Service.normal.in_(keys), Service.service_id.in_(bare))
    rows = session.execute(
        select(
            Service.service_id,
            Service.status,
            Service.contract_id,
            Registry.slug,
            Contract.number,
            Product.code,
        )
        .join(Registry, Registry.id == Service.registry_id)
        .join(Contract, Contract.id == Service.contract_id)
        .outerjoin(Product, Product.id == Service.product_id)
        .where(condition)
        .order_by(Registry.slug, Service.service_id)
    ).all()
    seed = (
        select(Contract.id, Contract.id.label("start"))
        .join(Service, Service.contract_id == Contract.id)
        .where(condition)
    )
    on, back = _reach(seed, "served", "on"), _reach(seed, "served", "back")
    reached = select(on.c.start, on.c.id).union(select(back.c.start, back.c.id)).subquery()
    parts = session.execute(
        select(reached.c.start, Contract.customer_id)
        .join(Contract, Contract.id == reached.c.id)
        .where(Contract.partner_id == partner)
    ).all()
    seeds = {part.start for part in parts}
    facts = tuple(
        ServiceFact(row.slug, row.service_id, row.number, row.code, row.status)
        for row in rows
        if row.contract_id in seeds
    )
    return facts, seeds, {part.customer_id for part in parts}


def _contracts(session: Session, lines: CompoundSelect[Any]) -> tuple[ContractFact, ...]:
    rows = session.execute(
        select(
            Contract.id,
            Contract.line_id,
            Contract.number,
            Contract.status,
            Contract.starts_on,
            Contract.ends_on,
            Contract.end_of_term,
            Registry.slug,
            Customer.code.label("customer"),
            Partner.code.label("partner"),
        )
        .join(Registry, Registry.id == Contract.registry_id)
        .join(Customer, Customer.id == Contract.customer_id)
        .join(Partner, Partner.id == Contract.partner_id)
        .where(Contract.id.in_(lines))
        .order_by(Registry.slug, Contract.number)
    ).all()
    numbers = {row.id: row.number for row in rows}
    replaces: dict[int, list[str]] = defaultdict(list)
    for one in session.execute(
        select(Replacement.contract_id, Replacement.replaced_id)
        .where(Replacement.contract_id.in_(lines))
        .order_by(Replacement.contract_id, Replacement.replaced_id)
    ):
        if one.contract_id in numbers and one.replaced_id in numbers:
            replaces[one.contract_id].append(numbers[one.replaced_id])
    teams = _teams(session, lines)
    return tuple(
        ContractFact(
            row.slug,
            row.number,
            row.customer,
            row.partner,
            row.status,
            row.starts_on,
            row.ends_on,
            row.end_of_term,
            tuple(replaces[row.id]),
            tuple(teams[row.line_id]),
        )
        for row in rows
    )


def _teams(session: Session, lines: CompoundSelect[Any]) -> dict[int, list[TeamPeriod]]:
    """The account team periods of the contract lines, oldest first."""
    found: dict[int, list[TeamPeriod]] = defaultdict(list)
    for row in session.execute(
        select(LineTeam.line_id, LineTeam.valid_from, LineTeam.valid_to, Team.code)
        .join(Team, Team.id == LineTeam.team_id)
        .where(LineTeam.line_id.in_(select(Contract.line_id).where(Contract.id.in_(lines))))
        .order_by(LineTeam.line_id, LineTeam.valid_from)
    ):
        found[row.line_id].append(TeamPeriod(row.code, row.valid_from, row.valid_to))
    return found


def _agreements(session: Session, partner: int) -> tuple[AgreementFact, ...]:
    rows = session.execute(
        select(
            Registry.slug,
            Agreement.number,
            Agreement.status,
            Agreement.starts_on,
            Agreement.ends_on,
        )
        .join(Registry, Registry.id == Agreement.registry_id)
        .where(Agreement.partner_id == partner)
        .order_by(Registry.slug, Agreement.number)
    )
    return tuple(AgreementFact(*row) for row in rows)


def _products(session: Session, codes: Iterable[str | None]) -> tuple[ProductFact, ...]:
    rows = session.execute(
        select(Registry.slug, Product.code)
        .join(Registry, Registry.id == Product.registry_id)
        .where(Product.code.in_(codes))
        .order_by(Registry.slug, Product.code)
    )
    return tuple(ProductFact(*row) for row in rows)
