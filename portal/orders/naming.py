"""What the codes in a decision are called, for those who read it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.decision import Decision
from portal.kernel.localized import Localized
from portal.orders.records import RoutingFacts
from portal.orders.rules import Placement
from portal.registry.addresses import value_on
from portal.registry.facts import TEAM_EMAIL, TEAM_PHONE
from portal.registry.models import Customer, Product, Registry, Team

Key = tuple[str, str]


@dataclass(frozen=True)
class RegistryName:
    """A registry as a page shows it: in words, at its thread."""

    name: str
    thread: int


@dataclass(frozen=True)
class TeamCard:
    """How a team is called and reached; `hours` as kept with the team, or None."""

    name: str
    phone: str | None = None
    email: str | None = None
    hours: dict[str, Any] | None = None


@dataclass(frozen=True)
class Names:
    """Names by registry slug and code; what has none is called by its code."""

    registries: dict[str, RegistryName]
    customers: dict[str, str] = field(default_factory=dict)
    products: dict[Key, Localized] = field(default_factory=dict)
    teams: dict[Key, TeamCard] = field(default_factory=dict)

    def registry(self, slug: str) -> RegistryName:
        """The registry called `slug`."""
        return self.registries.get(slug) or RegistryName(slug, 0)

    def customer(self, code: str) -> str:
        """The customer's name."""
        return self.customers.get(code, code)

    def product(self, code: str, language: str, registry: str | None = None) -> str:
        """The product's name in `language`, in `registry` or wherever it is found."""
        found = self.products.get((registry, code)) if registry else None
        if found is None:
            found = next((name for key, name in self.products.items() if key[1] == code), None)
        return found.pick(language) if found else code

    def team(self, registry: str, code: str) -> TeamCard:
        """The team's card."""
        return self.teams.get((registry, code)) or TeamCard(code)


def registry_names(session: Session) -> dict[str, RegistryName]:
    """The registries of this portal, in their order."""
    rows = session.execute(
        select(Registry.slug, Registry.name, Registry.thread).order_by(Registry.position)
    )
    return {row.slug: RegistryName(row.name, row.thread) for row in rows}


def load_names(
    session: Session,
    facts: RoutingFacts,
    decision: Decision[Placement],
    partner: str,
    on: date,
    registries: dict[str, RegistryName] | None = None,
    products: dict[Key, Localized] | None = None,
) -> Names:
    """The names of what `facts` and `decision` mention, in four queries, two when `registries`
    and `products` are given; teams as they are reached on `on`.

    Customers of contracts that are another partner's stay unnamed.
    """
    customers = {one.customer for one in facts.contracts if one.partner == partner}
    if products is None:
        codes = {one.product for one in facts.products} | {one.product for one in facts.services}
        products = product_names(session, codes - {None})
    orders = decision.value.orders if decision.value else ()
    return Names(
        registries=registries if registries is not None else registry_names(session),
        customers={
            row.code: row.name
            for row in session.execute(
                select(Customer.code, Customer.name).where(Customer.code.in_(customers))
            )
        },
        products=products,
        teams=_teams(session, {order.account_team for order in orders} - {None}, on),
    )


def product_names(
    session: Session, codes: Iterable[str | None] | None = None
) -> dict[Key, Localized]:
    """The names of the products of these codes, or of all portfolios."""
    query = select(Registry.slug, Product.code, Product.name).join(
        Registry, Registry.id == Product.registry_id
    )
    if codes is not None:
        query = query.where(Product.code.in_(codes))
    rows = session.execute(query.order_by(Registry.position, Product.code))
    return {(row.slug, row.code): row.name for row in rows}


def _teams(session: Session, codes: set[str | None], on: date) -> dict[Key, TeamCard]:
    phone, email = (value_on(fact, Team.id, on) for fact in (TEAM_PHONE, TEAM_EMAIL))
    rows = session.execute(
        select(Registry.slug, Team.code, Team.name, phone, email, Team.hours)
        .join(Registry, Registry.id == Team.registry_id)
        .where(Team.code.in_(codes))
    )
    return {(slug, code): TeamCard(*card) for slug, code, *card in rows}
