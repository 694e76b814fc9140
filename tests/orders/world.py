"""A small world of two registries for the pure rule: partner P1, its customers, its contracts.

P1 holds agreements with both registries. Customer C1 has K1 (level3, renewed by K2) and N1
(centurylink); C2 has K8 (level3). P2 and its K9 with C1 are a stranger's.
"""

from dataclasses import replace
from datetime import date

from portal.orders.basket import Action, Basket, BasketLine
from portal.orders.records import (
    AgreementFact,
    ContractFact,
    ProductFact,
    RoutingFacts,
    ServiceFact,
    TeamPeriod,
)
from portal.orders.rules import route_basket
from portal.registry.rules import ContractStatus, ServiceStatus

ACTIVE = ContractStatus.ACTIVE
TODAY = date(2017, 12, 1)
CTL, L3 = "centurylink", "level3"


def agreement(registry, number, **more):
    return AgreementFact(
        registry, number, **{"status": ACTIVE, "starts_on": date(2015, 1, 1)} | more
    )


def contract(registry, number, customer="C1", partner="P1", **more):
    base = {"status": ACTIVE, "starts_on": date(2015, 1, 1), "ends_on": None}
    return ContractFact(registry, number, customer, partner, **base | more)


def service(registry, name, number, product=None, status=ServiceStatus.ACTIVE):
    return ServiceFact(registry, name, number, product, status)


LINE_TEAMS = (
    TeamPeriod("L3-WEST", date(2014, 1, 1), date(2017, 11, 30)),
    TeamPeriod("L3-EAST", date(2017, 12, 1)),
)

WORLD = RoutingFacts(
    partner_known=True,
    agreements=(agreement(CTL, "A-CTL"), agreement(L3, "A-L3")),
    contracts=(
        contract(
            L3, "K1", starts_on=date(2014, 1, 1), ends_on=date(2016, 12, 31), teams=LINE_TEAMS
        ),
        contract(L3, "K2", starts_on=date(2017, 1, 1), replaces=("K1",), teams=LINE_TEAMS),
        contract(CTL, "N1", teams=(TeamPeriod("CTL-WEST", date(2015, 1, 1)),)),
        contract(L3, "K8", customer="C2"),
        contract(L3, "K9", partner="P2"),
    ),
    services=(
        service(L3, "73/HCGS/123456/000/NE", "K1", "WAVE"),
        service(L3, "S-OLD", "K2", "WAVE", ServiceStatus.DISCONNECTED),
        service(CTL, "S-CTL", "N1", "MPLS"),
        service(L3, "S-C2", "K8", "WAVE"),
        service(L3, "S-P2", "K9", "WAVE"),
    ),
    products=(
        ProductFact(L3, "WAVE"),
        ProductFact(L3, "VYVX"),
        ProductFact(CTL, "MPLS"),
        ProductFact(CTL, "BOTH"),
        ProductFact(L3, "BOTH"),
    ),
)
WAVE = "73/HCGS/123456/000/NE"


def basket(*lines, customer="C1", on=TODAY, partner="P1"):
    return Basket(partner, on, lines, customer)


def new(product="WAVE", contract=None, line="1"):
    return BasketLine(line, Action.NEW, product=product, contract=contract)


def add(service=WAVE, product="WAVE", contract=None, line="1"):
    return BasketLine(line, Action.ADD, service, product, contract)


def change(service=WAVE, product=None, contract=None, line="1"):
    return BasketLine(line, Action.CHANGE, service, product, contract)


def disconnect(service=WAVE, contract=None, line="1", product=None):
    return BasketLine(line, Action.DISCONNECT, service, product, contract)


def without(facts=WORLD, **numbers):
    """The facts without the named rows: `without(agreements=["A-L3"])`."""
    kept = {
        name: tuple(row for row in getattr(facts, name) if _name(row) not in gone)
        for name, gone in numbers.items()
    }
    return replace(facts, **kept)


def altered(number, facts=WORLD, **changes):
    """The facts with the contract, agreement or service called `number` changed."""
    rows = {
        name: tuple(
            replace(row, **changes) if _name(row) == number else row for row in getattr(facts, name)
        )
        for name in ("agreements", "contracts", "services")
    }
    return replace(facts, **rows)


def plus(facts=WORLD, **rows):
    """The facts with more rows."""
    return replace(
        facts, **{name: getattr(facts, name) + tuple(more) for name, more in rows.items()}
    )


def placed(asked, facts=WORLD):
    decision = route_basket(asked, facts)
    assert not decision.refused, decision.reasons
    assert decision.value is not None
    return decision.value.orders


def only(asked, facts=WORLD):
    (order,) = placed(asked, facts)
    return (order.registry, order.contract)


def fault(asked, facts=WORLD):
    decision = route_basket(asked, facts)
    assert decision.value is None
    (reason,) = decision.reasons
    return reason


def _name(row):
    return getattr(row, "number", None) or getattr(row, "service", None) or row.product
