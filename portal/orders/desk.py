"""The order form: what was pasted or chosen becomes lines, and lines become a basket.

The form's whole state stands in the address (`a`, `s`, `p`, `k`: action, service, product and
contract of each line, in step), so that a look at it stores nothing and can be sent to a colleague.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.localized import Localized
from portal.orders.basket import LONGEST, Action, Basket, BasketLine
from portal.orders.naming import Key, RegistryName, product_names, registry_names
from portal.registry.models import Agreement, Contract, Customer, Partner, Registry, Service
from portal.registry.rules import normal
from portal.registry.standing import State, state_on
from portal.store.ordering import by_name
from portal.store.scope import visible_to

MOST_LINES = 40


@dataclass(frozen=True)
class FormLine:
    """One line of the form, as typed; `registry` is that of its service, once known."""

    action: str
    service: str = ""
    product: str = ""
    contract: str = ""
    registry: str | None = None

    @property
    def lacks_product(self) -> bool:
        """Whether a product must still be chosen."""
        return self.action in (Action.NEW, Action.ADD) and not self.product


@dataclass(frozen=True)
class OrderForm:
    """What the reader has typed so far. `too_many`: how many pasted lines were left out."""

    lines: tuple[FormLine, ...] = ()
    customer: str = ""
    too_many: int = 0

    @property
    def complete(self) -> bool:
        """Whether the rule can be asked."""
        new = any(line.action == Action.NEW for line in self.lines)
        return (
            bool(self.lines)
            and not any(line.lacks_product for line in self.lines)
            and bool(self.customer or not new)
        )

    def basket(self, partner: str, on: date) -> Basket:
        """The basket meant. Raises ValueError for what no basket can hold."""
        lines = tuple(
            BasketLine(
                str(number),
                Action(line.action),
                line.service or None,
                line.product or None,
                line.contract or None,
            )
            for number, line in enumerate(self.lines, 1)
        )
        return Basket(partner, on, lines, self.customer or None)

    def without(self, number: int) -> "OrderForm":
        """The form less its line of that number, counted from 1."""
        rest = (line for at, line in enumerate(self.lines, 1) if at != number)
        return replace(self, lines=tuple(rest))

    def arguments(self) -> dict[str, str | list[str]]:
        """The form as the parts of an address or the hidden fields of a form."""
        return {
            "a": [line.action for line in self.lines],
            "s": [line.service for line in self.lines],
            "p": [line.product for line in self.lines],
            "k": [line.contract for line in self.lines],
            "customer": self.customer,
        }


def of_basket(basket: Basket) -> OrderForm:
    """The form that asks for `basket`."""
    return OrderForm(
        tuple(
            FormLine(line.action.value, line.service or "", line.product or "", line.contract or "")
            for line in basket.lines
        ),
        basket.customer or "",
    )


@dataclass(frozen=True)
class Choices:
    """What the form offers: the partner's customers, and the portfolios it may sell today."""

    partner: str
    customers: tuple[tuple[str, str], ...]
    registries: dict[str, RegistryName]
    products: dict[Key, Localized]
    sold: frozenset[str]

    def portfolio(self, registry: str, language: str) -> list[tuple[str, str]]:
        """(code, name) of a registry's products, by name."""
        found = [
            (code, name.pick(language))
            for (slug, code), name in self.products.items()
            if slug == registry
        ]
        return sorted(found, key=lambda pair: pair[1].casefold())


def choices(session: Session, actor: Actor, on: date) -> Choices:
    """What `actor`'s company can choose from on `on`, in five queries."""
    customers = session.execute(
        select(Customer.code, Customer.name)
        .where(
            Customer.id.in_(
                select(Contract.customer_id).where(Contract.partner_id == actor.partner_id)
            )
        )
        .order_by(by_name(Customer.name), Customer.code)
    )
    sold = session.execute(
        select(Registry.slug, Agreement.status, Agreement.starts_on, Agreement.ends_on)
        .join(Registry, Registry.id == Agreement.registry_id)
        .where(Agreement.partner_id == actor.partner_id)
    )
    return Choices(
        partner=session.scalars(select(Partner.code).where(Partner.id == actor.partner_id)).one(),
        customers=tuple((row.code, row.name) for row in customers),
        registries=registry_names(session),
        products=product_names(session),
        sold=frozenset(
            row.slug
            for row in sold
            if state_on(on, row.status, row.starts_on, row.ends_on) is State.IN_FORCE
        ),
    )


def read(arguments: Mapping[str, Iterable[str]], pasted: str) -> OrderForm:
    """The form as sent, with what was pasted as further lines; nothing typed is dropped silently."""
    columns = [list(arguments.get(key, ())) for key in ("a", "s", "p", "k")]
    size = max(map(len, columns), default=0)
    for column in columns:
        column.extend([""] * (size - len(column)))
    lines = [
        FormLine(
            action if action in set(Action) else Action.CHANGE, *(_cut(cell) for cell in cells)
        )
        for action, *cells in zip(*columns, strict=True)
        if any(cell.strip() for cell in cells) or action == Action.NEW
    ]
    ids = (piece.strip() for piece in re.split(r"[\r\n;,\t]+", pasted))
    lines += [FormLine(Action.CHANGE, service=_cut(piece)) for piece in ids if piece]
    customer = next(iter(arguments.get("customer", ())), "")
    return OrderForm(tuple(lines[:MOST_LINES]), _cut(customer), max(0, len(lines) - MOST_LINES))


def recognise(session: Session, form: OrderForm, choices: Choices, actor: Actor) -> OrderForm:
    """The form with what the portal knows: which registry each service is of, whether a pasted id
    is a contract (then something new is asked for on it), and the one customer it can be about.
    """
    keys = {normal(line.service) for line in form.lines if line.service} - {""}
    services = _services(session, keys, actor)
    named = {normal(line.contract) for line in form.lines if line.contract} - {""}
    contracts = _contracts(session, keys | named, actor)
    lines, customers = [], set()
    for line in form.lines:
        key = normal(line.service)
        found = services.get(key, [])
        if line.service and not found and key in contracts and line.action != Action.DISCONNECT:
            number, registry, customer = contracts[key]
            line = replace(line, action=Action.NEW, service="", contract=number, registry=registry)
            customers.add(customer)
        elif len({registry for registry, _ in found}) == 1:
            line = replace(line, registry=found[0][0])
            customers |= {customer for _, customer in found}
        elif held := contracts.get(normal(line.contract)):
            _, registry, customer = held
            line = replace(line, registry=registry)
            customers.add(customer)
        elif line.registry not in choices.registries:
            line = replace(line, registry=None)
        lines.append(line)
    customer = form.customer
    needs = any(line.action == Action.NEW for line in lines)
    if not customer and needs:
        known = customers if customers else {code for code, _ in choices.customers}
        customer = known.pop() if len(known) == 1 else ""
    return replace(form, lines=tuple(lines), customer=customer)


def _services(session: Session, keys: set[str], actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """(registry, customer) of the services the actor sees, by normal id."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in session.execute(
        visible_to(Service, actor)
        .with_only_columns(Service.normal, Registry.slug, Customer.code)
        .join(Registry, Registry.id == Service.registry_id)
        .join(Contract, Contract.id == Service.contract_id)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(Service.normal.in_(keys))
    ):
        found.setdefault(row.normal, []).append((row.slug, row.code))
    return found


def _contracts(session: Session, keys: set[str], actor: Actor) -> dict[str, tuple[str, str, str]]:
    """(number, registry, customer) of the partner's contracts by normal number."""
    rows = session.execute(
        select(Contract.normal, Contract.number, Registry.slug, Customer.code)
        .join(Registry, Registry.id == Contract.registry_id)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(Contract.normal.in_(keys), Contract.partner_id == actor.partner_id)
    )
    return {row.normal: (row.number, row.slug, row.code) for row in rows}


def _cut(text: str) -> str:
    """`text` as a basket may hold it: trimmed, without what is no text, not longer than an id."""
    clean = "".join(
        char for char in text if char.isprintable() and not "\ud800" <= char <= "\udfff"
    )
    return clean.strip()[:LONGEST]
