"""The rows a routing decision stands on, as they are kept with it (R7). Pure.

Their order says nothing. Dates are the program's, inclusive; a blank end is open.
"""

from dataclasses import dataclass
from datetime import date

from portal.registry.rules import ContractStatus, EndOfTerm, ServiceStatus
from portal.registry.standing import State, state_on


def within(start: date, on: date, end: date | None) -> bool:
    """Whether `on` is from `start` to `end`, both inclusive; a blank end is open."""
    return start <= on and (end is None or on <= end)


@dataclass(frozen=True)
class TeamPeriod:
    """The account team of a contract line between two dates, both inclusive."""

    team: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class AgreementFact:
    """One of the partner's own agreements."""

    registry: str
    number: str
    status: ContractStatus
    starts_on: date
    ends_on: date | None = None

    def active_on(self, on: date) -> bool:
        """Whether it lets the partner act on `on` (R8)."""
        return state_on(on, self.status, self.starts_on, self.ends_on) is State.IN_FORCE


@dataclass(frozen=True)
class ContractFact:
    """One contract of a line the partner takes part in; `teams` are the periods of the line."""

    registry: str
    number: str
    customer: str
    partner: str
    status: ContractStatus
    starts_on: date
    ends_on: date | None = None
    end_of_term: EndOfTerm = EndOfTerm.EXPIRE
    replaces: tuple[str, ...] = ()
    teams: tuple[TeamPeriod, ...] = ()

    def team_on(self, on: date) -> str | None:
        """The line's account team on `on`: the first one for a date before it, None without any."""
        periods = sorted(self.teams, key=lambda period: period.valid_from)
        holding = [period for period in periods if within(period.valid_from, on, period.valid_to)]
        if holding:
            return holding[-1].team
        before = [period for period in periods if period.valid_from <= on]
        return (before[-1] if before else periods[0]).team if periods else None


@dataclass(frozen=True)
class ServiceFact:
    """One installed service, on the contract it is recorded under."""

    registry: str
    service: str
    contract: str
    product: str | None
    status: ServiceStatus


@dataclass(frozen=True)
class ProductFact:
    """A product of one registry's portfolio."""

    registry: str
    product: str


@dataclass(frozen=True)
class RoutingFacts:
    """Everything a routing decision stands on."""

    partner_known: bool
    agreements: tuple[AgreementFact, ...] = ()
    contracts: tuple[ContractFact, ...] = ()
    services: tuple[ServiceFact, ...] = ()
    products: tuple[ProductFact, ...] = ()
