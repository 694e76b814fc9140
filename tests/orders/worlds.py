"""Random small worlds and baskets, sound as the registries keep them (one successor at most)."""

from datetime import date, timedelta

from hypothesis import strategies as st

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

REGISTRIES = ("north", "south")
PARTNERS = ("P1", "P1", "P1", "P1", "P2")
CUSTOMERS = ("C1", "C1", "C1", "C2")
DAY = date(2017, 12, 1)
days = st.integers(-3, 3).map(lambda shift: DAY + timedelta(days=shift))
starts = st.sampled_from([-3, -3, -2, -1, 0, 1]).map(lambda shift: DAY + timedelta(days=shift))
ends = st.sampled_from([None, None, None, -1, 0, 1]).map(
    lambda shift: None if shift is None else DAY + timedelta(days=shift)
)
mostly_active = st.sampled_from([ContractStatus.ACTIVE] * 8 + list(ContractStatus))
NUMBERS = ("K1", "K-1", "K2", "K3", "K4", "K5")
SERVICES = ("X1", "{0}1", "{0}-1", "{0}2", "{0}3", "{0}4")
PRODUCTS = ("A", "B", "AB")


@st.composite
def registry_rows(draw, registry):
    contracts, free = [], []
    for number in draw(st.lists(st.sampled_from(NUMBERS), unique=True, min_size=2, max_size=5)):
        replaced = draw(st.lists(st.sampled_from(free), unique=True, max_size=2)) if free else []
        free = [other for other in free if other not in replaced] + [number]
        periods = draw(st.lists(days, unique=True, max_size=2).map(sorted))
        teams = tuple(
            TeamPeriod(
                f"{registry}-{number}-{at}",
                start,
                periods[at + 1] - timedelta(days=1) if at + 1 < len(periods) else None,
            )
            for at, start in enumerate(periods)
        )
        contracts.append(
            ContractFact(
                registry,
                number,
                draw(st.sampled_from(CUSTOMERS)),
                draw(st.sampled_from(PARTNERS)),
                draw(mostly_active),
                draw(starts),
                draw(ends),
                draw(st.sampled_from(EndOfTerm)),
                tuple(replaced),
                teams,
            )
        )
    numbers = [contract.number for contract in contracts]
    services = [
        ServiceFact(
            registry,
            name.format(registry[0].upper()),
            draw(st.sampled_from(numbers)),
            draw(st.none() | st.sampled_from(PRODUCTS)),
            draw(
                st.sampled_from(["active", "active", "pending", "disconnected"]).map(ServiceStatus)
            ),
        )
        for name in draw(st.lists(st.sampled_from(SERVICES), unique=True, min_size=2, max_size=4))
    ]
    agreements = [
        AgreementFact(registry, f"A{at}", draw(mostly_active), draw(starts), draw(ends))
        for at in range(draw(st.sampled_from([1, 1, 2, 0])))
    ]
    held = draw(st.lists(st.sampled_from(PRODUCTS), unique=True, min_size=1))
    return contracts, services, agreements, [ProductFact(registry, one) for one in held]


@st.composite
def worlds(draw):
    """Facts of both registries, mostly of P1 and C1, so that many baskets are accepted."""
    one, two = (draw(registry_rows(registry)) for registry in REGISTRIES)
    contracts, services, agreements, products = (
        tuple(a + b) for a, b in zip(one, two, strict=True)
    )
    known = draw(st.sampled_from([True] * 30 + [False]))
    return RoutingFacts(known, agreements, contracts, services, products)


maybe_number = st.sampled_from((None, None, None, *NUMBERS, "k1", "K9"))
service_ids = st.sampled_from(("X1", "N1", "S-1", "n 2", "S9", "--"))
products = st.sampled_from((*PRODUCTS, *PRODUCTS, *PRODUCTS, "Z"))


@st.composite
def cases(draw):
    """A world, and a basket of P1 that mostly asks for what is there."""
    facts = draw(worlds())
    own = [contract.customer for contract in facts.contracts if contract.partner == "P1"]
    customer = draw(st.sampled_from([*own, *own, None, None, None, "C9"]))
    actions = [one for one in Action if customer is not None or one is not Action.NEW]
    lines = []
    for at in range(draw(st.sampled_from([1, 1, 2, 3]))):
        action = draw(st.sampled_from(actions))
        if action is Action.NEW:
            line = BasketLine(f"{at}", action, None, draw(products), draw(maybe_number))
        else:
            there = draw(st.sampled_from(facts.services))
            held = [one.product for one in facts.products if one.registry == there.registry]
            named = draw(st.sampled_from([there.service] * 3) | service_ids)
            product = draw(st.sampled_from(held) | products)
            if action is not Action.ADD:
                product = draw(st.sampled_from([None, product]))
            line = BasketLine(f"{at}", action, named, product, draw(maybe_number))
        lines.append(line)
    return facts, Basket("P1", draw(days), tuple(lines), customer)
