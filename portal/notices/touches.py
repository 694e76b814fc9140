"""What in the registries a notice's changes touch beside companies: contracts, and the orders on them.

Learnt from what a fact hangs on (a contract line, an agreement), whatever the fact is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.notices.changes import Change
from portal.orders.models import Order
from portal.registry.models import Agreement, Contract, ContractLine, Customer, Registry
from portal.registry.scopes import in_force
from portal.store.facts import GatedFact, Key
from portal.store.scope import visible_to

MOST = 20


@dataclass(frozen=True)
class Touched:
    """Contracts in force and the orders placed on them: how many, and the first of each.

    `contracts` are (id, registry slug, number, customer), `orders` (ref, contract number).
    """

    contract_count: int = 0
    contracts: tuple[tuple[int, str, str, str], ...] = ()
    order_count: int = 0
    orders: tuple[tuple[str, str], ...] = ()


def hangs_on(fact: GatedFact) -> str:
    """The table whose rows a fact is of; "" where its subject is no row of another table."""
    keys = fact.model.__table__.c[fact.subject].foreign_keys
    return next((key.column.table.name for key in keys), "")


def touched(session: Session, actor: Actor, changes: Sequence[Change], on: date) -> Touched:
    """What the changes touch of what `actor` sees, on `on`. Four queries, or none."""
    lines = _subjects(changes, ContractLine.__tablename__)
    agreements = _subjects(changes, Agreement.__tablename__)
    if not lines and not agreements:
        return Touched()
    of_agreement = exists().where(
        Agreement.id.in_(agreements),
        Agreement.registry_id == Contract.registry_id,
        Agreement.partner_id == Contract.partner_id,
    )
    query = visible_to(Contract, actor).where(
        and_(in_force(Contract, on), or_(Contract.line_id.in_(lines), of_agreement))
    )
    ids = query.with_only_columns(Contract.id)
    shown: Any = query.join(Customer, Customer.id == Contract.customer_id)
    shown = shown.join(Registry, Registry.id == Contract.registry_id)
    shown = shown.with_only_columns(Contract.id, Registry.slug, Contract.number, Customer.name)
    placed = visible_to(Order, actor).where(Order.contract_id.in_(ids))
    orders: Any = placed.join(Contract, Contract.id == Order.contract_id)
    orders = orders.with_only_columns(Order.ref, Contract.number)
    return Touched(
        _count(session, ids),
        _rows(session, shown.order_by(Contract.number, Contract.id)),
        _count(session, placed.with_only_columns(Order.id)),
        _rows(session, orders.order_by(Order.id.desc())),
    )


def _subjects(changes: Sequence[Change], table: str) -> list[Key]:
    return [change.key for change in changes if hangs_on(change.fact) == table]


def _count(session: Session, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _rows(session: Session, query: Select[Any]) -> Any:
    return tuple(tuple(row) for row in session.execute(query.limit(MOST)))
