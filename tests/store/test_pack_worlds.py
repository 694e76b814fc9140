"""The two made-up worlds of the pack are whole, keep the registries apart (R1), and tell no secrets."""

import csv
from datetime import date

import pytest

from portal.home.sample import basket, sample_world
from portal.kernel.access import Role
from portal.orders.rules import CODES, OrderCode, route_basket
from portal.store import pack

SLUG = pack.default_slug()
FOLDERS = {"sample": pack.sample_path(SLUG), "demo": pack.demo_path(SLUG)}


def rows(world: str, kind: str) -> list[dict[str, str]]:
    with (FOLDERS[world] / f"{kind}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("world", FOLDERS)
def test_every_row_names_only_things_of_its_own_registry(world):
    """R1 on the data itself, before any database sees it."""
    teams = {(r["registry"], r["team_code"]): r["kind"] for r in rows(world, "teams")}
    products = {(r["registry"], r["product_code"]) for r in rows(world, "products")}
    contracts = {(r["registry"], r["contract_number"]): r for r in rows(world, "contracts")}
    partners = {r["partner_id"] for r in rows(world, "partners")}
    customers = {r["customer_id"] for r in rows(world, "customers")}
    for kind in ("people", "hours"):
        assert all((r["registry"], r["team_code"]) in teams for r in rows(world, kind))
    for row in rows(world, "agreements"):
        assert teams[row["registry"], row["channel_team"]] == "channel"
        assert row["partner_id"] in partners
    for row in contracts.values():
        assert teams[row["registry"], row["account_team"]] == "account"
        assert row["partner_id"] in partners and row["customer_id"] in customers
        for number in filter(None, row["replaces"].split(";")):
            old = contracts[row["registry"], number]
            assert (old["customer_id"], old["account_team"]) == (
                row["customer_id"],
                row["account_team"],
            )
    for row in rows(world, "services"):
        contract = contracts[row["registry"], row["contract_number"]]
        assert (row["registry"], row["product_code"]) in products
        assert not row["installed_on"] or row["installed_on"] >= contract["starts_on"]


def test_the_worlds_share_no_code_and_no_name():
    """What a visitor sees of the sample world says nothing of a company of the demo."""
    keys = {"teams": "team_code", "products": "product_code", "contracts": "contract_number",
            "services": "service_id", "customers": "name", "partners": "name", "people": "email"}  # fmt: skip
    for kind, key in keys.items():
        assert not {r[key] for r in rows("sample", kind)} & {r[key] for r in rows("demo", kind)}


def test_the_two_demo_companies_share_no_customer_and_hold_what_was_asked():
    held = {(r["partner_id"], r["registry"]) for r in rows("demo", "agreements")}
    assert held == {("norte", "centurylink"), ("norte", "level3"), ("sur", "centurylink")}
    books: dict[str, dict[str, set[str]]] = {"norte": {}, "sur": {}}
    for row in rows("demo", "contracts"):
        books[row["partner_id"]].setdefault(row["customer_id"], set()).add(row["registry"])
    assert not set(books["norte"]) & set(books["sur"])
    assert sum(len(registries) == 2 for registries in books["norte"].values()) >= 3
    ends = {r["end_of_term"] for r in rows("demo", "contracts")}
    assert ends == {"expire", "month_to_month", "auto_renew"}
    assert any(";" in r["replaces"] for r in rows("demo", "contracts"))
    assert len(rows("demo", "services")) >= 30


def test_every_role_but_the_visitor_has_somebody_in_the_demo():
    demo = pack.load_accounts(SLUG)
    assert demo.today == date(2017, 12, 1)
    assert {person.role for person in demo.people} == set(Role) - {Role.VISITOR}
    teams = {(r["registry"], r["team_code"]) for r in rows("demo", "teams")}
    partners = {r["partner_id"] for r in rows("demo", "partners")}
    for person in demo.people:
        assert person.partner in partners | {None}
        assert person.team is None or (person.registry, person.team) in teams
        assert person.address.endswith(".example")


def test_people_of_the_former_company_have_a_new_address_and_keep_the_old():
    """Q9: all former addresses become the new domain's: some have, the others will by notice."""
    former, new = "@level3.example", "@centurylink.example"
    for world in FOLDERS:
        for row in rows(world, "people"):
            moved = row["email"].endswith(new) and row["former_email"].endswith(former)
            if row["registry"] == "level3":
                assert moved or (row["email"].endswith(former) and not row["former_email"])
            else:
                assert row["email"].endswith(new) and not row["former_email"]


@pytest.mark.parametrize("example", pack.load_showcase(SLUG), ids=lambda example: example.id)
@pytest.mark.parametrize("today", [date(2017, 12, 1), date(2031, 6, 1)])
def test_an_example_is_answered_as_it_says(example, today):
    """The examples hold on whatever date the portal lives, in a demo or in earnest."""
    world = sample_world(SLUG)
    decision = route_basket(basket(example, today), world.facts_for(example.partner))
    assert decision.refused == (example.outcome == "refused")
    assert [reason.code for reason in decision.reasons] == list(example.codes)
    if decision.value is not None:
        assert tuple(order.contract for order in decision.value.orders) == example.contracts


def test_the_examples_show_every_code_there_is():
    shown = {code for example in pack.load_showcase(SLUG) for code in example.codes}
    assert shown == {code.value for code in OrderCode if code in CODES}
