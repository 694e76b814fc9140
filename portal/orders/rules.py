"""Where an order goes (R1 to R5, R7, R8). Pure: no I/O, no clock, no language.

Every line is routed alone and has at most one fault, the first of the list below; a basket is
placed whole or not at all, as one order per contract (R5). A line about a service follows the
contract line on which that service was bought, whatever contract the caller names (R3).
"""

from dataclasses import dataclass
from datetime import date

from portal.kernel.decision import JSON, Code, CodeSpec, Decision, Reason, reason
from portal.orders.basket import Action, Basket, BasketLine
from portal.orders.book import Book
from portal.orders.records import ContractFact, RoutingFacts

RULESET = "orders/1"


class OrderCode(Code):
    """Why a line is refused, or (`contract.follows_service`) goes elsewhere than named.

    Their order is the order in which faults are looked for.
    """

    PARTNER_UNKNOWN = "partner.unknown"
    CUSTOMER_UNKNOWN = "customer.unknown"
    SERVICE_UNKNOWN = "service.unknown"
    SERVICE_AMBIGUOUS = "service.ambiguous"
    PRODUCT_UNKNOWN = "product.unknown"
    SERVICE_ENDED = "service.ended"
    OTHER_REGISTRY = "product.other_registry"
    AGREEMENT_INACTIVE = "agreement.inactive"
    CONTRACT_UNKNOWN = "contract.unknown"
    CONTRACT_NONE = "contract.none"
    NOT_IN_FORCE = "contract.not_in_force"
    CONTRACT_AMBIGUOUS = "contract.ambiguous"
    FOLLOWS_SERVICE = "contract.follows_service"


C = OrderCode
CODES: dict[Code, CodeSpec] = {
    C.PARTNER_UNKNOWN: CodeSpec("R2", True, ("partner",)),
    C.CUSTOMER_UNKNOWN: CodeSpec("R2", True, ("customer",)),
    C.SERVICE_UNKNOWN: CodeSpec("R3", True, ("service",)),
    C.SERVICE_AMBIGUOUS: CodeSpec("R3", True, ("service", "candidates")),
    C.PRODUCT_UNKNOWN: CodeSpec("R2", True, ("product",)),
    C.SERVICE_ENDED: CodeSpec("R3", True, ("service", "registry")),
    # `registry` holds the product; `contract` is the caller's own in force there, if any.
    C.OTHER_REGISTRY: CodeSpec(
        "R4", True, ("product", "registry", "asked", "asked_registry", "contract")
    ),
    C.AGREEMENT_INACTIVE: CodeSpec("R8", True, ("registry", "agreement")),
    C.CONTRACT_UNKNOWN: CodeSpec("R2", True, ("contract", "registry")),
    C.CONTRACT_NONE: CodeSpec("R2", True, ("customer", "registry")),
    C.NOT_IN_FORCE: CodeSpec("R8", True, ("contract", "registry", "why", "on")),
    C.CONTRACT_AMBIGUOUS: CodeSpec("R2", True, ("customer", "candidates")),
    C.FOLLOWS_SERVICE: CodeSpec(
        "R3", False, ("named", "contract", "registry", "service", "original")
    ),
}


@dataclass(frozen=True)
class OrderPart:
    """One order: the lines that go to one contract, with the team that serves it on the date."""

    registry: str
    contract: str
    account_team: str | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Placement:
    """The orders a basket becomes, in the order of their first lines."""

    orders: tuple[OrderPart, ...]


@dataclass(frozen=True)
class Route:
    """Where one line goes, and what to tell about it."""

    contract: ContractFact
    told: Reason | None = None

    def order(self, on: date, lines: tuple[str, ...]) -> OrderPart:
        """The order of `lines` on this contract, with its team on that date."""
        contract = self.contract
        return OrderPart(contract.registry, contract.number, contract.team_on(on), lines)


def route_basket(basket: Basket, facts: RoutingFacts) -> Decision[Placement]:
    """The orders `basket` becomes, or every line's fault, in the order of the lines."""
    book = Book(facts, basket.partner, basket.on)
    routes = [(line.line, route_line(line, basket.customer, book)) for line in basket.lines]
    faults = tuple(route for _, route in routes if isinstance(route, Reason))
    if faults:
        return Decision(RULESET, None, faults)
    placed = [(line, route) for line, route in routes if isinstance(route, Route)]
    parts: dict[tuple[str, str], tuple[Route, list[str]]] = {}
    for line, route in placed:
        key = (route.contract.registry, route.contract.number)
        parts.setdefault(key, (route, []))[1].append(line)
    orders = tuple(route.order(basket.on, tuple(lines)) for route, lines in parts.values())
    told = tuple(route.told for _, route in placed if route.told)
    return Decision(RULESET, Placement(orders), told)


def route_line(line: BasketLine, customer: str | None, book: Book) -> Route | Reason:
    """Where `line` alone goes, or its first fault."""
    if not book.facts.partner_known:
        return _fault(C.PARTNER_UNKNOWN, line, partner=book.partner)
    if customer is not None and not book.contracts_of(customer):
        return _fault(C.CUSTOMER_UNKNOWN, line, customer=customer)
    if line.action.follows:
        return _follow(line, customer, book)
    assert customer is not None, "a well-formed basket names the customer of something new"
    return _home(line, customer, book)


def _follow(line: BasketLine, customer: str | None, book: Book) -> Route | Reason:
    """The contract in force of the line on which the service was bought (R3)."""
    assert line.service is not None, "a well-formed line about a service names it"
    found = book.services(line.service, customer)
    if not found:
        return _fault(C.SERVICE_UNKNOWN, line, service=line.service)
    if len(found) > 1:
        candidates = [
            {"registry": one.service.registry, "service": one.service.service} for one in found
        ]
        return _fault(C.SERVICE_AMBIGUOUS, line, service=line.service, candidates=candidates)
    service, contract = found[0].service, found[0].contract
    product = None if line.action is Action.DISCONNECT else line.product
    if product is not None and not book.homes(product):
        return _fault(C.PRODUCT_UNKNOWN, line, product=product)
    if book.ended(service):
        return _fault(C.SERVICE_ENDED, line, service=service.service, registry=service.registry)
    if product is not None and (fault := _other_portfolio(line, product, (contract,), book)):
        return fault
    if not book.active(service.registry):
        return _no_agreement(line, (service.registry,), book)
    if not found[0].in_force and line.action is not Action.DISCONNECT:
        return _not_in_force(line, contract, book)
    if line.contract is None or book.is_called(contract, line.contract):
        return Route(contract)
    return Route(
        contract,
        _fault(
            C.FOLLOWS_SERVICE,
            line,
            named=line.contract,
            contract=contract.number,
            registry=contract.registry,
            service=service.service,
            original=book.bought_on(service),
        ),
    )


def _home(line: BasketLine, customer: str, book: Book) -> Route | Reason:
    """The customer's contract in the registry whose portfolio holds the new product (R2).

    Where several portfolios hold it, the one where it can be placed; when several can, the caller
    chooses by naming a contract.
    """
    assert line.product is not None, "a well-formed line for something new names its product"
    homes = book.homes(line.product)
    if not homes:
        return _fault(C.PRODUCT_UNKNOWN, line, product=line.product)
    named = book.named(line.contract, customer) if line.contract is not None else ()
    if named:
        if fault := _other_portfolio(line, line.product, named, book):
            return fault
        homes = tuple(home for home in homes if any(own.registry == home for own in named))
    active = tuple(home for home in homes if book.active(home))
    if not active:
        return _no_agreement(line, homes, book)
    if line.contract is not None and not named:
        return _fault(C.CONTRACT_UNKNOWN, line, contract=line.contract, registry=active[0])
    fits = [own for own in named or book.contracts_of(customer) if own.registry in active]
    if not fits:
        return _fault(C.CONTRACT_NONE, line, customer=customer, registry=active[0])
    counting = [own for own in fits if book.in_force(own)]
    if not counting:
        return _not_in_force(line, book.newest(fits), book)
    if len(counting) > 1:
        candidates = [{"registry": own.registry, "contract": own.number} for own in counting]
        return _fault(C.CONTRACT_AMBIGUOUS, line, customer=customer, candidates=candidates)
    return Route(counting[0])


def _other_portfolio(
    line: BasketLine, product: str, asked: tuple[ContractFact, ...], book: Book
) -> Reason | None:
    """R4: the fault of asking `product` on contracts that are all of another portfolio, or None.

    It names the caller's own contract of the same customer in the right registry if there is
    one. This is the one place where R4 is decided, so where an approved joint opportunity
    (R6) lifts it.
    """
    homes = book.homes(product)
    if any(contract.registry in homes for contract in asked):
        return None
    own = [
        contract
        for contract in book.contracts_of(asked[0].customer)
        if contract.registry in homes and book.in_force(contract)
    ]
    right = book.newest(own) if own else None
    return _fault(
        C.OTHER_REGISTRY,
        line,
        product=product,
        registry=right.registry if right else homes[0],
        asked=asked[0].number,
        asked_registry=asked[0].registry,
        contract=right.number if right else None,
    )


def _no_agreement(line: BasketLine, homes: tuple[str, ...], book: Book) -> Reason:
    """No active agreement in any of `homes`: the partner's latest there, or None (R8)."""
    own = [fact for fact in book.facts.agreements if fact.registry in homes]
    latest = max(own, key=lambda fact: (fact.starts_on, fact.number, fact.registry), default=None)
    return _fault(
        C.AGREEMENT_INACTIVE,
        line,
        registry=latest.registry if latest else homes[0],
        agreement=latest.number if latest else None,
    )


def _not_in_force(line: BasketLine, contract: ContractFact, book: Book) -> Reason:
    """What keeps the caller's contract from counting, and the date of that where it has one."""
    why = book.why_not(contract)
    dates = {"not_started": contract.starts_on, "ended": contract.ends_on}
    day = dates.get(why or "")
    return _fault(
        C.NOT_IN_FORCE,
        line,
        contract=contract.number,
        registry=contract.registry,
        why=why,
        on=day.isoformat() if day else None,
    )


def _fault(code: OrderCode, line: BasketLine, **facts: JSON) -> Reason:
    return reason(CODES, code, line.line, **facts)
