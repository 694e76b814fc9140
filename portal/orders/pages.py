"""What the order pages show, loaded in a fixed number of queries."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.decision import Decision, reason
from portal.orders.basket import Action, Basket
from portal.orders.commands import KIND
from portal.orders.models import Order, OrderLine
from portal.orders.records import RoutingFacts
from portal.orders.rules import CODES, OrderCode, Placement
from portal.registry.models import Contract, Customer, Product, Registry, Service, Team
from portal.store.decisions import StoredDecision
from portal.store.scope import visible_to

PAGE = 30


@dataclass(frozen=True)
class Placed:
    """An order in a list or on its page."""

    ref: str
    decision_ref: str
    slug: str
    registry: str
    thread: int
    contract: str
    contract_id: int
    customer: str
    team: str | None
    team_id: int | None
    placed_at: datetime
    on_date: date
    id: uuid.UUID


def stored(session: Session, ref: str, actor: Actor) -> StoredDecision | None:
    """The decision of that reference, if `actor` may see it; case and separators do not matter."""
    return session.scalar(_placements(actor).where(StoredDecision.ref == ref.upper()))


def revived(row: StoredDecision) -> tuple[Basket, RoutingFacts, Decision[Placement]]:
    """A stored decision as the values it was made of; nothing is decided again."""
    value = msgspec.convert(row.value, Placement) if row.value is not None else None
    reasons = tuple(
        reason(CODES, OrderCode(said["code"]), said["line"], **said["facts"])
        for said in row.reasons
    )
    return (
        msgspec.convert(row.asked, Basket),
        msgspec.convert(row.facts, RoutingFacts),
        Decision(row.ruleset, value, reasons),
    )


def decisions(session: Session, actor: Actor, before: uuid.UUID | None) -> list[StoredDecision]:
    """The placements on record that `actor` may see, refused ones too, newest first."""
    query = _placements(actor).order_by(StoredDecision.id.desc())
    if before is not None:
        query = query.where(StoredDecision.id < before)
    return list(session.scalars(query.limit(PAGE + 1)))


def orders(
    session: Session,
    actor: Actor,
    *,
    before: uuid.UUID | None = None,
    decision: uuid.UUID | None = None,
) -> list[Placed]:
    """Orders that `actor` may see, newest first; of one decision, in their order."""
    query = _placed(actor)
    if decision is not None:
        query = query.where(Order.decision_id == decision).order_by(Order.position)
    else:
        query = query.order_by(Order.id.desc()).limit(PAGE + 1)
        if before is not None:
            query = query.where(Order.id < before)
    return [Placed(*row) for row in session.execute(query)]


def order(session: Session, ref: str, actor: Actor) -> Placed | None:
    """One order, if `actor` may see it."""
    row = session.execute(_placed(actor).where(Order.ref == ref.upper())).first()
    return Placed(*row) if row else None


def lines(session: Session, order_id: uuid.UUID) -> list[tuple[Action, str | None, Any]]:
    """(action, service id, product name) of an order's lines, in their order."""
    rows = session.execute(
        select(OrderLine.action, Service.service_id, Product.name)
        .outerjoin(Service, Service.id == OrderLine.service_id)
        .outerjoin(Product, Product.id == OrderLine.product_id)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.position)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _placements(actor: Actor) -> Select[StoredDecision]:
    """Decisions about baskets; what other rules decided has pages of its own."""
    return visible_to(StoredDecision, actor).where(StoredDecision.kind == KIND)


def _placed(actor: Actor) -> Any:
    base = visible_to(Order, actor)
    return (
        base.with_only_columns(
            Order.ref,
            StoredDecision.ref,
            Registry.slug,
            Registry.name,
            Registry.thread,
            Contract.number,
            Contract.id,
            Customer.name,
            Team.name,
            Team.id,
            Order.placed_at,
            Order.on_date,
            Order.id,
        )
        .join(StoredDecision, StoredDecision.id == Order.decision_id)
        .join(Registry, Registry.id == Order.registry_id)
        .join(Contract, Contract.id == Order.contract_id)
        .join(Customer, Customer.id == Order.customer_id)
        .outerjoin(Team, Team.id == Order.account_team_id)
    )
