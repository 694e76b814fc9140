"""How the records read for one partner on one date. Pure.

Which contract is in force, which line a service belongs to, whose it is, and what an id as people
write it can mean: the vocabulary in which `rules` says where an order goes.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from portal.orders.records import ContractFact, RoutingFacts, ServiceFact
from portal.registry.rules import ServiceStatus, normal
from portal.registry.standing import State, state_on


@dataclass(frozen=True)
class Standing:
    """A service, and the contract that stands for its line on the date."""

    service: ServiceFact
    contract: ContractFact
    in_force: bool


def _newest_first(contract: ContractFact) -> tuple[int, str, str]:
    return (-contract.starts_on.toordinal(), contract.number, contract.registry)


class Book:
    """The facts, read for one partner on one date."""

    def __init__(self, facts: RoutingFacts, partner: str, on: date) -> None:
        self.facts, self.partner, self.on = facts, partner, on
        self._contracts = {(fact.registry, fact.number): fact for fact in facts.contracts}
        self._successors: dict[tuple[str, str], list[ContractFact]] = {}
        for fact in facts.contracts:
            for number in fact.replaces:
                self._successors.setdefault((fact.registry, number), []).append(fact)
        self._own: dict[str, list[ContractFact]] = {}
        for fact in sorted(facts.contracts, key=lambda row: (row.registry, row.number)):
            if fact.partner == partner:
                self._own.setdefault(fact.customer, []).append(fact)
        self._standings: dict[str, list[Standing]] = {}
        for standing in self._stand(facts.services):
            if standing.contract.partner == partner:
                key = normal(standing.service.service)
                self._standings.setdefault(key, []).append(standing)
        self._products: dict[str, list[str]] = {}
        for product in facts.products:
            self._products.setdefault(product.product, []).append(product.registry)

    def in_force(self, contract: ContractFact) -> bool:
        """Whether the contract counts on the date: active, started, running, not replaced."""
        return self.why_not(contract) is None

    def why_not(self, contract: ContractFact) -> str | None:
        """What keeps a contract from being in force: its status or a date; None when it is."""
        state = state_on(
            self.on,
            contract.status,
            contract.starts_on,
            contract.ends_on,
            contract.end_of_term,
            min((later.starts_on for later in self.successors(contract)), default=None),
        )
        return None if state is State.IN_FORCE else state.value

    def successors(self, contract: ContractFact) -> list[ContractFact]:
        """The contracts that replace this one: one at most in a sound registry."""
        found = self._successors.get((contract.registry, contract.number), [])
        return sorted(found, key=_newest_first)

    def predecessors(self, contract: ContractFact) -> list[ContractFact]:
        """The contracts this one replaces, newest first."""
        keys = ((contract.registry, number) for number in contract.replaces)
        found = [self._contracts[key] for key in keys if key in self._contracts]
        return sorted(found, key=_newest_first)

    def last(self, contract: ContractFact) -> ContractFact:
        """The last contract of the line: the one nothing replaces."""
        *_, final = self._walk(contract, self.successors)
        return final

    def current(self, contract: ContractFact) -> ContractFact | None:
        """The contract in force of the line `contract` is of: forward, else back, else None."""
        ahead = self._walk(contract, self.successors)
        behind = self._walk(contract, self.predecessors)
        for candidate in (*ahead, *behind):
            if self.in_force(candidate):
                return candidate
        return None

    def contracts_of(self, customer: str) -> tuple[ContractFact, ...]:
        """The partner's own contracts of any state with `customer`: without one, it is unknown."""
        return tuple(self._own.get(customer, ()))

    def customers(self) -> tuple[str, ...]:
        """The partner's customers among the facts."""
        return tuple(sorted(self._own))

    def named(self, number: str, customer: str) -> tuple[ContractFact, ...]:
        """The partner's contracts with `customer` of that number, exact or by its characters."""
        own = self.contracts_of(customer)
        exact = tuple(fact for fact in own if fact.number == number)
        return exact or tuple(fact for fact in own if _alike(fact.number, number))

    def is_called(self, contract: ContractFact, number: str) -> bool:
        """Whether a caller who wrote `number` meant `contract`."""
        if contract.number == number or not _alike(contract.number, number):
            return contract.number == number
        own = (fact for facts in self._own.values() for fact in facts)
        return not any(fact.number == number for fact in own)

    def services(self, written: str, customer: str | None) -> tuple[Standing, ...]:
        """The partner's services (of `customer`, when named) that `written` can mean."""
        key = normal(written)
        alike = tuple(
            standing
            for standing in self._standings.get(key, ())
            if customer in (None, standing.contract.customer)
        )
        exact = tuple(standing for standing in alike if standing.service.service == written)
        return exact or (alike if key else ())

    def bought_on(self, service: ServiceFact) -> str | None:
        """The contract a service is recorded under; None when that paper is another partner's."""
        paper = self._contracts[service.registry, service.contract]
        return paper.number if paper.partner == self.partner else None

    @staticmethod
    def ended(service: ServiceFact) -> bool:
        """Whether the service is gone."""
        return service.status is ServiceStatus.DISCONNECTED

    @staticmethod
    def newest(contracts: Iterable[ContractFact]) -> ContractFact:
        """The one that started last, by number when several did."""
        return min(contracts, key=_newest_first)

    def homes(self, product: str) -> tuple[str, ...]:
        """The registries whose portfolio holds `product`."""
        return tuple(sorted(set(self._products.get(product, ()))))

    def active(self, registry: str) -> bool:
        """Whether the partner holds an active agreement with `registry` on the date (R8)."""
        own = (fact for fact in self.facts.agreements if fact.registry == registry)
        return any(fact.active_on(self.on) for fact in own)

    def _stand(self, services: Iterable[ServiceFact]) -> Iterator[Standing]:
        """Each service with the contract in force of its line, else with the line's last."""
        for service in sorted(services, key=lambda fact: (fact.registry, fact.service)):
            bought = self._contracts.get((service.registry, service.contract))
            if bought is not None:
                current = self.current(bought)
                yield Standing(service, current or self.last(bought), current is not None)

    @staticmethod
    def _walk(
        start: ContractFact, step: Callable[[ContractFact], list[ContractFact]]
    ) -> Iterator[ContractFact]:
        """`start` and everything `step` reaches, nearest first; ends on a cycle too."""
        seen, level = {start.number}, [start]
        while level:
            yield from level
            reached = {fact.number: fact for near in level for fact in step(near)}
            fresh = [fact for fact in reached.values() if fact.number not in seen]
            level = sorted(fresh, key=_newest_first)
            seen |= reached.keys()


def _alike(one: str, other: str) -> bool:
    """Whether two ids have the same letters and digits, and any."""
    return normal(one) == normal(other) != ""
