"""Real lists through the committed profiles, from the file to a routed order.

The lists are not part of the project: where they are absent these tests say so and end.
"""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from bench.shared import shared_data
from portal.orders.basket import Action, Basket, BasketLine
from portal.orders.queries import load_routing_facts
from portal.orders.rules import route_basket
from portal.registry.models import Contract, Customer, Registry
from portal.store.db import db
from tests.registry.world import CTL, L3, ORDER, Desk, lines

SLUGS = {"CenturyLink": CTL, "Level 3": L3}
ON = date(2017, 12, 1)


def shared(name: str) -> Path:
    """The file, or the end of the test with a word that cannot be overlooked."""
    paths = shared_data(name)
    if not paths:
        pytest.skip("SHARED DATA ABSENT: the real lists are not imported (set PORTAL_SHARED)")
    return paths[0]


def load(desk: Desk, path: Path, profile: str, kinds: tuple[str, ...]) -> dict[str, int]:
    """Import each kind twice; the second time nothing changes. How many rows were made."""
    made = {}
    for kind in kinds:
        done = desk.run(kind, path, "--profile", profile)
        assert done["errors"] == []
        again = desk.run(kind, path, "--profile", profile)
        assert (again["created"], again["changed"]) == (0, 0)
        assert again["unchanged"] == done["created"]
        made[kind] = done["created"]
    return made


Asked = Sequence[tuple[str, str]]


def added(asked: Asked, partner: str) -> list[tuple[str, str, str | None] | str]:
    """For each service and product: registry, contract and team it lands on, or why not."""
    rows = [
        BasketLine(str(place), Action.ADD, service=service, product=product)
        for place, (service, product) in enumerate(asked)
    ]
    basket = Basket(partner, ON, tuple(rows))
    decision = route_basket(basket, load_routing_facts(db.session(), basket))
    told: dict[str | None, tuple[str, str, str | None] | str] = {
        reason.line: reason.code.value for reason in decision.reasons
    }
    for order in decision.value.orders if decision.value else ():
        place = (order.registry, order.contract, order.account_team)
        told |= dict.fromkeys(order.lines, place)
    return [told.get(row.line, "") for row in rows]


def test_an_addition_to_every_number_block_lands_on_its_own_registry(desk: Desk) -> None:
    """R3 over 934 blocks, in all 139 cities that both companies serve; R4 for the other product."""
    path = shared("number_blocks.csv")
    others = {"people", "training", "customer_contacts"}
    kinds = tuple(kind for kind in ORDER if kind not in others)
    made = load(desk, path, "number_blocks", kinds)
    assert (made["customers"], made["contracts"], made["services"]) == (540, 705, 934)
    with path.open(encoding="utf-8-sig", newline="") as source:
        blocks = list(csv.DictReader(source))
    cities: dict[tuple[str, str], set[str]] = {}
    for block in blocks:
        cities.setdefault((block["city"], block["area"]), set()).add(block["registry"])
    both = {city for city, registries in cities.items() if len(registries) == 2}
    assert len(both) == 139
    products = {"CenturyLink": "centurylink-block", "Level 3": "level-3-block"}
    ids = [f"{block['npa']}-{block['nxx_or_block']}" for block in blocks]
    own = [products[block["registry"]] for block in blocks]
    landed = added([*zip(ids, own, strict=True)], "number-blocks")
    for block, place in zip(blocks, landed, strict=True):
        assert (place[0], place[2]) == (SLUGS[block["registry"]], "BLOCKS")
    shared_blocks = [
        (id_, next(iter({*products.values()} - {product})))
        for id_, product, block in zip(ids, own, blocks, strict=True)
        if (block["city"], block["area"]) in both
    ]
    assert {*added(shared_blocks, "number-blocks")} == {"product.other_registry"}


def test_real_agreements_become_contracts_or_are_passed_over_never_guessed(desk: Desk) -> None:
    path = shared("real_agreements.csv")
    kinds = ("partners", "agreements", "customers", "contracts")
    made = load(desk, path, "real_agreements", kinds)
    assert (made["customers"], made["contracts"]) == (29, 11)
    done = desk.run("contracts", path, "--profile", "real_agreements")
    found = [(each["column"], each["code"]) for each in done["skipped"]]
    assert {each: found.count(each) for each in found} == {
        ("reference", "skip.blank"): 13,
        ("base_date", "skip.blank"): 5,
        ("base_date", "skip.partial_date"): 4,
    }
    assert done["repeated"] + len(done["skipped"]) + made["contracts"] == done["rows"] == 40
    assert len(lines(CTL)) + len(lines(L3)) == 11


def test_level_3_as_a_customer_in_the_other_book_confuses_nothing(desk: Desk) -> None:
    path = shared("real_agreements.csv")
    kinds = ("partners", "agreements", "customers", "contracts")
    load(desk, path, "real_agreements", kinds)
    query = (
        select(Registry.slug, Contract.number)
        .join(Contract, Contract.registry_id == Registry.id)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(Customer.name == "Level 3 Communications, LLC")
    )
    assert [tuple(row) for row in db.session.execute(query)] == [(CTL, "QWE-T-02-08")]
    db.session.rollback()
    for slug in (CTL, L3):
        assert desk.give("products", [(slug, f"P-{slug}", "Enlace", "Link")])["created"] == 1
    services = [
        (CTL, "CIRCUIT/1", "QWE-T-02-08", f"P-{CTL}", "active"),
        (L3, "CIRCUIT/1", "PO 18419", f"P-{L3}", "active"),
        (CTL, "CIRCUIT/2", "QWE-T-02-08", f"P-{CTL}", "active"),
        (L3, "CIRCUIT/3", "PO 18419", f"P-{L3}", "active"),
    ]
    assert desk.give("services", services)["created"] == 4
    asked = [("CIRCUIT/2", f"P-{CTL}"), ("CIRCUIT/3", f"P-{L3}")]
    assert added(asked, "public-filings") == [(CTL, "QWE-T-02-08", None), (L3, "PO 18419", None)]
    asked = [("CIRCUIT/2", f"P-{L3}"), ("CIRCUIT/1", f"P-{L3}")]
    assert added(asked, "public-filings") == ["product.other_registry", "service.ambiguous"]
