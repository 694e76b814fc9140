"""The nearest yes: what would have been accepted instead. Pure.

The rule itself is asked again with one fact changed (this contract, that date, that service),
so nothing is suggested that would then be refused. Only the caller's own records are tried, hence
a suggestion can reveal nothing of another partner's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from portal.kernel.decision import Decision, Reason
from portal.orders.basket import Action, Basket, BasketLine
from portal.orders.book import Book
from portal.orders.records import RoutingFacts
from portal.orders.rules import OrderCode, OrderPart, Placement, Route, route_line

MOST_PER_LINE = 6


class Change(StrEnum):
    """What to change to get a yes, or whom to turn to when changing one thing is not enough."""

    CONTRACT = "contract"
    NO_CONTRACT = "no_contract"
    ACTION = "action"
    SERVICE = "service"
    CUSTOMER = "customer"
    DATE = "date"
    ASK_AGREEMENT = "ask_agreement"
    ASK_JOINT = "ask_joint_opportunity"
    ASK_TEAM = "ask_team"


@dataclass(frozen=True)
class Suggestion:
    """A way out for one refused line.

    With `basket` (the caller's, with that change) the line is accepted and goes to `goes`; `to` is
    the new value. Without it only people can help: `to` is the registry whose team to ask, or None.
    """

    line: str
    change: Change
    to: str | None = None
    basket: Basket | None = None
    goes: OrderPart | None = None


def nearest_yes(
    basket: Basket, facts: RoutingFacts, decision: Decision[Placement]
) -> tuple[Suggestion, ...]:
    """Suggestions for every refused line of `decision`, best first, in the order of its reasons."""
    lines = {line.line: line for line in basket.lines}
    attempt = _Attempt(basket, facts)
    found: list[Suggestion] = []
    for fault in decision.reasons:
        if not fault.blocks or fault.line is None:
            continue
        changes = list(attempt.changes(lines[fault.line], fault))[:MOST_PER_LINE]
        found += changes or [_ask(fault)]
    return tuple(found)


class _Attempt:
    """The caller's basket, and what becomes of it when one thing is changed."""

    def __init__(self, basket: Basket, facts: RoutingFacts) -> None:
        self.basket, self.facts = basket, facts
        self.book = Book(facts, basket.partner, basket.on)
        self._books = {basket.on: self.book}

    def changes(self, line: BasketLine, fault: Reason) -> Iterator[Suggestion]:
        """The changes that make `line` acceptable, those nearest to what was meant first."""
        match fault.code:
            case OrderCode.CUSTOMER_UNKNOWN | OrderCode.SERVICE_UNKNOWN:
                yield from self._customers(line)
            case OrderCode.SERVICE_AMBIGUOUS:
                yield from self._services(line)
            case OrderCode.SERVICE_ENDED:
                yield from self._as_new(line, None)
            case OrderCode.OTHER_REGISTRY:
                right = fault.facts["contract"]
                yield from self._contracts(line, None if right is None else str(right))
                yield from self._as_new(line, None if right is None else str(right))
            case OrderCode.AGREEMENT_INACTIVE:
                yield from self._dates(line)
            case OrderCode.NOT_IN_FORCE:
                yield from self._contracts(line, None)
                yield from self._dates(line)
            case OrderCode.CONTRACT_UNKNOWN | OrderCode.CONTRACT_AMBIGUOUS:
                yield from self._contracts(line, None)

    def _contracts(self, line: BasketLine, right: str | None) -> Iterator[Suggestion]:
        """Another own contract for something new, or none named where the rule finds it."""
        customer = self.basket.customer
        if line.action.follows or customer is None:
            return
        if line.contract is not None and right is None:
            yield from self._try(replace(line, contract=None), Change.NO_CONTRACT, None)
        numbers = {own.number for own in self.book.contracts_of(customer)} - {line.contract}
        for number in sorted(numbers if right is None else {right}):
            yield from self._try(replace(line, contract=number), Change.CONTRACT, number)

    def _services(self, line: BasketLine) -> Iterator[Suggestion]:
        """Each of the caller's services that was possibly meant, by its full id."""
        assert line.service is not None, "only a line about a service is ambiguous about it"
        meant = self.book.services(line.service, self.basket.customer)
        for service in dict.fromkeys(standing.service.service for standing in meant):
            yield from self._try(replace(line, service=service), Change.SERVICE, service)

    def _customers(self, line: BasketLine) -> Iterator[Suggestion]:
        """Another customer of the caller's, among those whose records the basket touches."""
        for customer in self.book.customers():
            if customer != self.basket.customer:
                yield from self._try(line, Change.CUSTOMER, customer, customer=customer)

    def _as_new(self, line: BasketLine, contract: str | None) -> Iterator[Suggestion]:
        """The same product as something new, on the contract of its own registry."""
        if line.service is None or not line.action.follows or line.action is Action.DISCONNECT:
            return
        meant = self.book.services(line.service, self.basket.customer)[0]
        product = line.product or meant.service.product
        if product is not None:
            new = BasketLine(line.line, Action.NEW, product=product, contract=contract)
            customer = self.basket.customer or meant.contract.customer
            yield from self._try(new, Change.ACTION, Action.NEW.value, customer=customer)

    def _dates(self, line: BasketLine) -> Iterator[Suggestion]:
        """The first later date on which the line would be accepted."""
        starts = {fact.starts_on for fact in self.facts.contracts}
        starts |= {fact.starts_on for fact in self.facts.agreements}
        ends = {fact.ends_on for fact in self.facts.contracts if fact.ends_on is not None}
        after = {end + timedelta(days=1) for end in ends if end < date.max}
        for day in sorted(day for day in starts | after if day > self.basket.on):
            found = list(self._try(line, Change.DATE, day.isoformat(), on=day))
            if found:
                yield from found
                return

    def _try(
        self,
        line: BasketLine,
        change: Change,
        to: str | None,
        *,
        customer: str | None = None,
        on: date | None = None,
    ) -> Iterator[Suggestion]:
        """The suggestion, if the rule accepts `line` so."""
        day, whose = on or self.basket.on, customer or self.basket.customer
        if day not in self._books:
            self._books[day] = Book(self.facts, self.basket.partner, day)
        route = route_line(line, whose, self._books[day])
        if isinstance(route, Route):
            lines = tuple(line if one.line == line.line else one for one in self.basket.lines)
            changed = replace(self.basket, lines=lines, customer=whose, on=day)
            yield Suggestion(line.line, change, to, changed, route.order(day, (line.line,)))


def _ask(fault: Reason) -> Suggestion:
    """Whom to turn to when no single change is enough."""
    assert fault.line is not None
    registry = fault.facts.get("registry")
    change = {
        OrderCode.OTHER_REGISTRY: Change.ASK_JOINT,
        OrderCode.AGREEMENT_INACTIVE: Change.ASK_AGREEMENT,
    }.get(OrderCode(fault.code), Change.ASK_TEAM)
    return Suggestion(fault.line, change, registry if isinstance(registry, str) else None)
