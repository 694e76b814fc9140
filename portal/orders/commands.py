"""Placing orders: every line on the contract its registry requires, or none (R5, R7)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.decision import Decision
from portal.orders.basket import Action, Basket
from portal.orders.book import Book
from portal.orders.models import Order, OrderLine
from portal.orders.queries import load_routing_facts
from portal.orders.records import RoutingFacts
from portal.orders.rules import Placement, route_basket
from portal.registry.commands import settled
from portal.registry.models import Contract, Partner, Product, Registry, Service, Team
from portal.store.db import atomic, retrying
from portal.store.decisions import KINDS, Kind, StoredDecision, as_json, record
from portal.store.events import emit
from portal.store.types import new_ref, uuid7

KIND = "orders.place"


class NotYours(Exception):
    """The actor asked in another company's name; no page lets anyone do that."""


@dataclass(frozen=True)
class Receipt:
    """What became of a placement: the stored decision's reference, and whether it was refused.

    `again` says that this key had been answered before and nothing new was done; `differs` that the
    earlier answer was to another basket, so this one was not considered.
    """

    ref: str
    refused: bool
    again: bool = False
    differs: bool = False


def _decide(asked: dict[str, Any], facts: dict[str, Any]) -> Decision[Placement]:
    return route_basket(msgspec.convert(asked, Basket), msgspec.convert(facts, RoutingFacts))


KINDS[KIND] = Kind(_decide)


def route(session: Session, basket: Basket) -> tuple[Decision[Placement], RoutingFacts]:
    """What would become of `basket`, and the facts of that answer. Nothing is stored."""
    facts = load_routing_facts(session, basket)
    return route_basket(basket, facts), facts


@retrying
def place(basket: Basket, *, actor: Actor, now: datetime, key: str) -> Receipt:
    """Place every line on the contract its registry requires, or none; keep the decision (R7).

    `now` is the business moment; orders are dated by it, whatever date the basket was looked at
    for. `key` is the person's own for this basket: sent again, it gets the first answer. Raises
    NotYours when the basket is another company's.
    """
    asked = replace(basket, on=clock.local_date(now))
    try:
        return _place(asked, actor, now, key)
    except IntegrityError:
        # Somebody else wrote this key first (or a reference met its twin): there is an answer now.
        return _place(asked, actor, now, key)


def _place(basket: Basket, actor: Actor, now: datetime, key: str) -> Receipt:
    with atomic() as session:
        _own_company(session, basket, actor)
        settled(session)
        if earlier := _earlier(session, basket, actor, key):
            return earlier
        facts = load_routing_facts(session, basket)
        decision = route_basket(basket, facts)
        wall = clock.wall()
        stored = record(
            session,
            KIND,
            decision,
            asked=basket,
            facts=facts,
            actor=actor,
            business_at=now,
            recorded_at=wall,
            key=key,
        )
        if decision.value is not None:
            orders = _write(session, stored, basket, facts, decision.value, now)
            # One event per registry: its staff read of its own orders, never of the other's.
            for registry_id in dict.fromkeys(order["registry_id"] for order in orders):
                emit(
                    session,
                    f"placement:{stored.ref}",
                    "orders.placed",
                    actor=actor,
                    at=wall,
                    partner_id=actor.partner_id,
                    registry_id=registry_id,
                    payload={
                        "orders": [o["ref"] for o in orders if o["registry_id"] == registry_id]
                    },
                )
        return Receipt(stored.ref, decision.refused)


def _own_company(session: Session, basket: Basket, actor: Actor) -> None:
    own = session.scalar(select(Partner.code).where(Partner.id == actor.partner_id))
    if own is None or own != basket.partner:
        raise NotYours(f"{actor.email or 'somebody'} does not act for {basket.partner}")


def _earlier(session: Session, basket: Basket, actor: Actor, key: str) -> Receipt | None:
    """The answer this person's key already has; the day it is asked again does not matter."""
    query = select(StoredDecision.ref, StoredDecision.refused, StoredDecision.asked).where(
        StoredDecision.person_id == actor.person_id, StoredDecision.key == key
    )
    row = session.execute(query).first()
    if row is None:
        return None
    asked = {**as_json(basket), "on": None}
    return Receipt(row.ref, row.refused, again=True, differs={**row.asked, "on": None} != asked)


def _write(
    session: Session,
    stored: StoredDecision,
    basket: Basket,
    facts: RoutingFacts,
    placement: Placement,
    now: datetime,
) -> list[dict[str, Any]]:
    """The rows of the orders and their lines."""
    ids = _Ids(session, basket, facts, placement)
    at = {line.line: position for position, line in enumerate(basket.lines)}
    orders: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for position, part in enumerate(placement.orders):
        registry = ids.registries[part.registry]
        contract = ids.contracts[registry, part.contract]
        order = {
            "id": uuid7(),
            "ref": new_ref(),
            "registry_id": registry,
            "contract_id": contract.id,
            "account_team_id": ids.teams.get((registry, part.account_team)),
            "partner_id": contract.partner_id,
            "customer_id": contract.customer_id,
            "decision_id": stored.id,
            "position": position,
            "on_date": basket.on,
            "placed_at": now,
        }
        orders.append(order)
        lines += [
            {
                "order_id": order["id"],
                "registry_id": registry,
                "position": at[name],
                "line": name,
                "action": basket.lines[at[name]].action,
                "service_id": ids.services.get((registry, ids.meant.get(name))),
                "product_id": ids.products.get((registry, ids.wanted[name])),
            }
            for name in part.lines
        ]
    session.execute(insert(Order), orders)
    session.execute(insert(OrderLine), lines)
    return orders


class _Ids:
    """The database's ids of what a placement names, read in a fixed number of queries."""

    def __init__(
        self, session: Session, basket: Basket, facts: RoutingFacts, placement: Placement
    ) -> None:
        book = Book(facts, basket.partner, basket.on)
        self.meant = {
            line.line: book.services(line.service, basket.customer)[0].service.service
            for line in basket.lines
            if line.action.follows and line.service is not None
        }
        self.wanted = {
            line.line: None if line.action is Action.DISCONNECT else line.product
            for line in basket.lines
        }
        self.registries = {
            row.slug: row.id for row in session.execute(select(Registry.slug, Registry.id))
        }
        numbers = {part.contract for part in placement.orders}
        self.contracts = {
            (row.registry_id, row.number): row
            for row in session.execute(
                select(
                    Contract.id,
                    Contract.registry_id,
                    Contract.number,
                    Contract.partner_id,
                    Contract.customer_id,
                ).where(Contract.number.in_(numbers))
            )
        }
        codes = {part.account_team for part in placement.orders}
        self.teams = _found(session, Team, Team.code, codes)
        self.services = _found(session, Service, Service.service_id, set(self.meant.values()))
        self.products = _found(session, Product, Product.code, set(self.wanted.values()))


def _found(
    session: Session, model: Any, column: Any, wanted: set[str] | set[str | None]
) -> dict[tuple[int, str | None], int]:
    """Ids of the rows of `model` whose `column` is wanted, by registry and that column."""
    query = select(model.id, model.registry_id, column).where(column.in_(wanted - {None}))
    return {(row[1], row[2]): row[0] for row in session.execute(query)}
