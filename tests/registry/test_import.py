"""All or nothing, the same twice, corrected files, the order of rows, what replaces what."""

import json
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from portal.registry.models import Contract, Customer
from portal.store.db import db
from portal.store.events import Event
from tests.registry.world import CTL, L3, Desk, codes, contract, everything, history, lines


def test_one_bad_row_keeps_the_whole_file_out(desk: Desk) -> None:
    done = desk.give("customers", [("K1", "fine"), ("K2", ""), ("K3", "fine")])
    assert (desk.exit_code, codes(done)) == (1, [(3, "cell.required")])
    assert db.session.scalar(select(func.count()).select_from(Customer)) == 0


def test_a_dry_run_says_what_would_happen_and_writes_nothing(house_desk: Desk) -> None:
    before = everything(house_desk)
    done = house_desk.give("contracts", [contract("A", "C1")], "--dry-run")
    assert (done["dry_run"], done["created"], house_desk.exit_code) == (True, 1, 0)
    assert everything(house_desk) == before


def test_the_same_file_twice_changes_nothing_and_leaves_no_trace(house_desk: Desk) -> None:
    rows = [contract("A", "C1"), contract("B", "C2", "2015-01-01", "A")]
    house_desk.give("contracts", rows)
    before = everything(house_desk)
    events = db.session.scalar(select(func.count()).select_from(Event))
    done = house_desk.give("contracts", rows)
    assert (done["created"], done["changed"], done["unchanged"]) == (0, 0, 2)
    assert done["held"] == []
    assert everything(house_desk) == before
    assert db.session.scalar(select(func.count()).select_from(Event)) == events


def test_a_corrected_file_changes_only_the_corrected_rows(house_desk: Desk) -> None:
    rows = [contract(number, "C1") for number in "ABC"]
    house_desk.give("contracts", rows)
    services = [(CTL, f"S{n}", "A", "CP", "active", "2011-01-01", "x", "") for n in range(5)]
    house_desk.give("services", services)
    rows[1] = contract("B", "C1", status="terminated", ends="2017-01-01")
    done = house_desk.give("contracts", rows)
    assert (done["created"], done["changed"], done["unchanged"]) == (0, 1, 2)
    services[3] = (CTL, "S3", "A", "", "disconnected", "2011-01-02", "y", "z")
    done = house_desk.give("services", services)
    assert (done["created"], done["changed"], done["unchanged"]) == (0, 1, 4)


def test_a_column_a_file_does_not_have_is_left_alone(house_desk: Desk) -> None:
    house_desk.give("contracts", [contract("A", "C1", rolls="auto_renew")])
    content = "registry,contract_number,customer_id,partner_id,status,starts_on\n"
    path = house_desk.file("c.csv", content + f"{CTL},A,K2,P1,active,2010-01-01\n")
    assert house_desk.run("contracts", path)["changed"] == 1
    assert b"A,K2,P1,C1,active,2010-01-01,,auto_renew," in house_desk.export("contracts")


@pytest.mark.parametrize(("second", "code"), [("fine", "row.duplicate"), ("other", "row.conflict")])
def test_a_key_twice_in_one_file_is_an_error(desk: Desk, second: str, code: str) -> None:
    done = desk.give("customers", [("K1", "fine"), ("K1", second)])
    assert codes(done) == [(3, code)]
    assert "line 2" in done["errors"][0]["reason"]


REPLACES: list[tuple[str, list[tuple[str, ...]], list[tuple[int, str]]]] = [
    ("unknown", [contract("A", "", "2010-01-01", "Z")], [(2, "replaces.unknown")]),
    ("itself", [contract("A", "", "2010-01-01", "A")], [(2, "replaces.itself")]),
    (
        "ring",
        [contract("A", "", "2010-01-01", "B"), contract("B", "", "2010-01-01", "A")],
        [(2, "replaces.cycle"), (3, "replaces.cycle")],
    ),
    (
        "fork",
        [
            contract("A"),
            contract("B", "", "2011-01-01", "A"),
            contract("C", "", "2011-01-01", "A"),
        ],
        [(3, "replaces.fork"), (4, "replaces.fork")],
    ),
    (
        "other registry",
        [contract("A", registry=L3), contract("B", "", "2011-01-01", "A")],
        [(3, "replaces.other_registry")],
    ),
]


@pytest.mark.parametrize(
    ("rows", "faults"), [(rows, faults) for _, rows, faults in REPLACES], ids=lambda value: ""
)
def test_what_cannot_replace_is_told(
    house_desk: Desk, rows: list[tuple[str, ...]], faults: list[tuple[int, str]]
) -> None:
    assert codes(house_desk.give("contracts", rows)) == faults


def test_a_ring_or_fork_with_what_stands_is_found(house_desk: Desk) -> None:
    house_desk.give("contracts", [contract("A"), contract("B", "", "2011-01-01", "A")])
    ring = house_desk.give("contracts", [contract("A", "", "2010-01-01", "B")])
    assert codes(ring) == [(2, "replaces.cycle")]
    fork = house_desk.give("contracts", [contract("C", "", "2012-01-01", "A")])
    assert codes(fork) == [(2, "replaces.fork")]
    house_desk.give("contracts", [contract("L", registry=L3)])
    across = house_desk.give("contracts", [contract("C", "", "2012-01-01", "L")])
    assert codes(across) == [(2, "replaces.other_registry")]


def test_a_replacement_may_pass_from_one_contract_to_another(house_desk: Desk) -> None:
    house_desk.give("contracts", [contract("A"), contract("B", "", "2011-01-01", "A")])
    rows = [contract("B", "", "2011-01-01"), contract("C", "", "2011-01-01", "A")]
    done = house_desk.give("contracts", rows)
    assert (done["errors"], done["created"], done["changed"]) == ([], 1, 1)
    assert lines() == {frozenset("AC"), frozenset("B")}


def test_a_service_stays_on_the_line_it_was_bought_on(house_desk: Desk) -> None:
    """R3: only a correction moves a service to a contract of another line."""
    rows = [contract("A"), contract("B", "", "2011-01-01", "A"), contract("C")]
    house_desk.give("contracts", rows)
    house_desk.give("services", [(CTL, "S", "A", "CP", "active")])
    same_line = house_desk.give("services", [(CTL, "S", "B", "CP", "active")])
    assert same_line["changed"] == 1
    moved = [(CTL, "S", "C", "CP", "active")]
    assert codes(house_desk.give("services", moved)) == [(2, "service.moved")]
    assert house_desk.give("services", moved, "--correction", "it was C")["changed"] == 1


def test_a_row_cannot_refer_to_the_other_registry(house_desk: Desk) -> None:
    """R1, as the helpful answer; the database holds it too."""
    house_desk.give("contracts", [contract("A")])
    done = house_desk.give("services", [(L3, "S", "A", "CP", "active")])
    assert codes(done) == [(2, "reference.other_registry")] * 2


def test_one_number_may_stand_in_both_registries(house_desk: Desk) -> None:
    rows = [contract("A", "C1"), contract("A", "L1", registry=L3)]
    assert house_desk.give("contracts", rows)["created"] == 2
    renewal = contract("B", "L1", "2015-01-01", "A", registry=L3)
    assert house_desk.give("contracts", [renewal])["created"] == 1
    assert (lines(CTL), lines(L3)) == ({frozenset("A")}, {frozenset("AB")})


@st.composite
def chains(draw: st.DrawFn) -> list[tuple[str, ...]]:
    """Contracts that renew and consolidate one another soundly, in an order drawn at random."""
    rows, free = [], []
    for place in range(draw(st.integers(2, 9))):
        count = draw(st.sampled_from([0, 1, 1, 1, 2]))
        taken = [
            free.pop(draw(st.integers(0, len(free) - 1))) for _ in range(min(count, len(free)))
        ]
        number, team = f"N{place}", draw(st.sampled_from(["", "C1", "C2", "C3"]))
        rows.append(contract(number, team, f"{2005 + place}-01-01", *taken))
        free.append(number)
    return draw(st.permutations(rows))


def wipe() -> None:
    """No contracts any more."""
    from portal.registry.models import ContractLine, LineTeam, Replacement

    for model in (Replacement, LineTeam, Contract, ContractLine):
        db.session.execute(model.__table__.delete())
    db.session.commit()


def state(desk: Desk) -> Any:
    """Lines, histories and rows, without ids."""
    numbers = sorted(number for line in lines() for number in line)
    return lines(), {number: history(number) for number in numbers}, desk.export("contracts")


@given(rows=chains())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_order_of_rows_does_not_matter_and_what_went_in_comes_out(
    house_desk: Desk, rows: list[tuple[str, ...]]
) -> None:
    wipe()
    assert house_desk.give("contracts", rows)["created"] == len(rows)
    first = state(house_desk)
    again = house_desk.give("contracts", rows)
    assert (again["unchanged"], again["held"]) == (len(rows), [])
    path = house_desk.file("out.csv", house_desk.export("contracts"))
    back = house_desk.run("contracts", path)
    assert (back["unchanged"], back["held"]) == (len(rows), [])
    wipe()
    house_desk.run("contracts", path)
    assert state(house_desk) == first
    wipe()
    house_desk.give("contracts", sorted(rows, reverse=True))
    assert state(house_desk) == first


def test_every_code_of_the_import_says_itself_in_words_with_its_own_facts() -> None:
    import re

    from portal.registry.labels import IMPORT_CODES
    from portal.registry.rules import CODES, ImportCode

    assert {*IMPORT_CODES} == {*CODES} == {*ImportCode}
    for code, label in IMPORT_CODES.items():
        assert {*re.findall(r"%\((\w+)\)s", str(label))} <= {*CODES[code].facts}, code
        assert "%" not in re.sub(r"%\(\w+\)s", "", str(label)), code


def test_the_answer_has_the_keys_promised_and_others_only_when_they_say_something(
    desk: Desk, app: Flask
) -> None:
    path = desk.file("c.csv", "customer_id,name\nC1,One\n")
    arguments = ["registry", "import", "customers", str(path), "--json"]
    said = json.loads(app.test_cli_runner().invoke(args=arguments).stdout)
    assert list(said) == [
        *("kind", "dry_run", "rows", "created", "changed", "unchanged", "skipped", "errors"),
    ]
