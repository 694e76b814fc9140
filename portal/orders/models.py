"""The tables of placed orders. Nothing in an order is of two registries, whoever writes it (R1)."""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    and_,
    false,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import ColumnElement

from portal.kernel.access import PARTNER_ROLES, REGISTRY_ROLES, Actor, Role
from portal.orders.basket import Action
from portal.registry.models import registry_key
from portal.store.db import Base
from portal.store.scope import scope
from portal.store.types import new_ref, uuid7


class Order(Base):
    """One order, on exactly one contract. Never changed: its further life is events.

    `on_date` is the date it was asked for, in the program's time; `placed_at` the business moment.
    `position` is its place among the orders its basket became.
    """

    __tablename__ = "placed_order"
    __table_args__ = (
        registry_key("contract_id", table="contract"),
        registry_key("account_team_id", table="team"),
        UniqueConstraint("registry_id", "id"),
        UniqueConstraint("decision_id", "contract_id"),
        Index("ix_placed_order_partner_id_id", "partner_id", "id"),
        Index("ix_placed_order_registry_id_account_team_id", "registry_id", "account_team_id"),
        Index("ix_placed_order_contract_id", "contract_id"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    ref: Mapped[str] = mapped_column(unique=True, default=new_ref)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    contract_id: Mapped[int]
    account_team_id: Mapped[int | None]
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    decision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("decision.id"))
    position: Mapped[int]
    on_date: Mapped[date]
    placed_at: Mapped[datetime]


class OrderLine(Base):
    """One line of an order; service and product are of the order's registry (R1).

    `line` is the caller's name for it, `position` its place in the basket.
    """

    __tablename__ = "order_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["registry_id", "order_id"], ["placed_order.registry_id", "placed_order.id"]
        ),
        registry_key("service_id", table="service"),
        registry_key("product_id", table="product"),
        UniqueConstraint("order_id", "line"),
        Index("ix_order_line_service_id", "service_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[uuid.UUID]
    registry_id: Mapped[int]
    position: Mapped[int]
    line: Mapped[str]
    action: Mapped[Action]
    service_id: Mapped[int | None]
    product_id: Mapped[int | None]


def _reach(actor: Actor) -> ColumnElement[bool]:
    if actor.role in PARTNER_ROLES:
        return Order.partner_id == actor.partner_id
    if actor.role not in REGISTRY_ROLES:
        return false()
    own = Order.registry_id == actor.registry_id
    served = Order.account_team_id == actor.team_id
    return and_(own, served) if actor.role is Role.ACCOUNT_TEAM else own


@scope(Order)
def _visible_orders(actor: Actor) -> ColumnElement[bool]:
    """A partner's own; a registry's staff those of it; an account team those it serves."""
    return _reach(actor)


@scope(OrderLine)
def _visible_lines(actor: Actor) -> ColumnElement[bool]:
    """Those of the orders the actor sees."""
    return OrderLine.order_id.in_(select(Order.id).where(_reach(actor)))
