"""Finding things in the registries as people write them.

Everything here is scoped: what an actor may not see is not found.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import case, or_
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.registry import scopes
from portal.registry.models import (
    Contract,
    Customer,
    Registry,
    Service,
)
from portal.registry.rules import normal
from portal.store.scope import visible_to

LONGEST = 200
FOUND = 20
in_force = scopes.in_force


@dataclass(frozen=True)
class Hit:
    """A contract or a service that was looked for; `exact` when it was written to the letter.

    `contract` is the number of its contract, which has the page.
    """

    kind: Literal["contract", "service"]
    id: int
    registry: str
    registry_name: str
    thread: int
    number: str
    contract: str
    customer: str
    exact: bool


def find(session: Session, actor: Actor, text: str) -> list[Hit]:
    """Contracts and services the actor sees by number or id as pasted, exact ones first.

    Separators and case do not count; at most twenty.
    """
    written = text.strip()[:LONGEST]
    key = normal(written)
    if not key:
        return []
    papers = _hit(Contract.id, Contract.number, Contract.number, written, Contract, actor)
    papers = papers.where(or_(Contract.normal == key, Contract.number == written))
    circuits = _hit(Service.id, Service.service_id, Contract.number, written, Service, actor)
    circuits = circuits.where(or_(Service.normal == key, Service.service_id == written))
    hits = [
        *_hits(session, "contract", papers),
        *_hits(session, "service", circuits),
    ]
    return sorted(hits, key=lambda hit: not hit.exact)[:FOUND]


def _hit(id_: Any, number: Any, contract: Any, written: str, model: Any, actor: Actor) -> Any:
    exact = case((number == written, 1), else_=0)
    query: Any = (
        visible_to(model, actor)
        .with_only_columns(
            *(id_, number, contract.label("contract"), Customer.name, exact.label("exact")),
            *(Registry.slug, Registry.name.label("registry_name"), Registry.thread),
        )
        .select_from(model)
    )
    if model is Service:
        query = query.join(Contract, Contract.id == Service.contract_id)
    return (
        query.join(Registry, Registry.id == model.registry_id)
        .join(Customer, Customer.id == Contract.customer_id)
        .order_by(exact.desc(), Registry.position, number)
        .limit(FOUND)
    )


def _hits(session: Session, kind: Literal["contract", "service"], query: Any) -> Iterable[Hit]:
    for id_, number, contract, customer, exact, slug, name, thread in session.execute(query):
        yield Hit(kind, id_, slug, name, thread, number, contract, customer, bool(exact))
