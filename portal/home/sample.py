"""The sample world of the pack: it belongs to no company, lives in memory, and is routed for real.

The signed-out home and the rulebook show it through the very rule that places orders.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from portal.kernel.localized import Localized
from portal.orders.basket import Action, Basket, BasketLine
from portal.orders.records import (
    AgreementFact,
    ContractFact,
    ProductFact,
    RoutingFacts,
    ServiceFact,
    TeamPeriod,
)
from portal.registry.rules import ContractStatus, EndOfTerm, ServiceStatus
from portal.store import pack
from portal.store.pack import Example


def basket(example: Example, today: date) -> Basket:
    """The basket of an example, asked on its own date or `today`."""
    return Basket(
        partner=example.partner,
        on=example.on or today,
        lines=tuple(
            BasketLine(
                line["line"],
                Action(line["action"]),
                line.get("service"),
                line.get("product"),
                line.get("contract"),
            )
            for line in example.lines
        ),
        customer=example.customer,
    )


@dataclass(frozen=True)
class SampleWorld:
    """The facts, the names of what is in them, and the examples."""

    partner: str
    facts: RoutingFacts
    products: dict[tuple[str, str], Localized]
    customers: dict[str, str]
    teams: dict[tuple[str, str], dict[str, str]]
    hours: dict[tuple[str, str], dict[str, str]]
    examples: tuple[Example, ...]

    def facts_for(self, partner: str) -> RoutingFacts:
        """What the rule may stand on when `partner` asks: nothing for an unknown one."""
        return self.facts if partner == self.partner else RoutingFacts(partner_known=False)

    def example(self, identifier: str) -> Example | None:
        """The example of that id."""
        return next((one for one in self.examples if one.id == identifier), None)

    def customer_of_new(self, registry: str, today: date) -> str | None:
        """The sample customer for whom something new of `registry` is shown."""
        wanted = (c for c in self.facts.contracts if c.registry == registry)
        standing = [c.customer for c in wanted if c.starts_on <= today]
        alone = [customer for customer in standing if standing.count(customer) == 1]
        return next(iter(alone or standing), None)


@cache
def sample_world(slug: str) -> SampleWorld:
    """The sample world of a pack, read once per process."""
    folder = pack.sample_path(slug)
    teams: dict[tuple[str, str], list[TeamPeriod]] = defaultdict(list)
    contracts = _rows(folder / "contracts.csv")
    for row in contracts:
        start = date.fromisoformat(row["starts_on"])
        teams[row["registry"], row["contract_number"]].append(
            TeamPeriod(row["account_team"], start)
        )
    examples = pack.load_showcase(slug)
    return SampleWorld(
        partner=_rows(folder / "partners.csv")[0]["partner_id"],
        facts=RoutingFacts(
            partner_known=True,
            agreements=tuple(
                AgreementFact(
                    row["registry"],
                    row["agreement_number"],
                    ContractStatus(row["status"]),
                    date.fromisoformat(row["starts_on"]),
                    _date(row["ends_on"]),
                )
                for row in _rows(folder / "agreements.csv")
            ),
            contracts=tuple(
                ContractFact(
                    row["registry"],
                    row["contract_number"],
                    row["customer_id"],
                    row["partner_id"],
                    ContractStatus(row["status"]),
                    date.fromisoformat(row["starts_on"]),
                    _date(row["ends_on"]),
                    EndOfTerm(row["end_of_term"] or "expire"),
                    tuple(filter(None, row["replaces"].split(";"))),
                    tuple(teams[row["registry"], row["contract_number"]]),
                )
                for row in contracts
            ),
            services=tuple(
                ServiceFact(
                    row["registry"],
                    row["service_id"],
                    row["contract_number"],
                    row["product_code"] or None,
                    ServiceStatus(row["status"]),
                )
                for row in _rows(folder / "services.csv")
            ),
            products=tuple(
                ProductFact(row["registry"], row["product_code"])
                for row in _rows(folder / "products.csv")
            ),
        ),
        products={
            (row["registry"], row["product_code"]): Localized(es=row["name_es"], en=row["name_en"])
            for row in _rows(folder / "products.csv")
        },
        customers={row["customer_id"]: row["name"] for row in _rows(folder / "customers.csv")},
        teams={(row["registry"], row["team_code"]): row for row in _rows(folder / "teams.csv")},
        hours={(row["registry"], row["team_code"]): row for row in _rows(folder / "hours.csv")},
        examples=examples,
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
