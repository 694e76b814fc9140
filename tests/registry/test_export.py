"""What comes out goes back in: unchanged where it came from, the same in an empty portal."""

from pathlib import Path

import pytest
from flask import Flask

from portal.registry.reading import FORMULA
from tests.registry.world import CTL, L3, ORDER, Desk, contract, everything, history


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_demo_world_round_trips(demo: Flask, tmp_path: Path, form: str) -> None:
    desk = Desk(demo, tmp_path)
    before = everything(desk)
    for kind in ORDER:
        path = desk.file(f"{kind}.{form}", desk.export(kind, "--format", form))
        done = desk.run(kind, path)
        assert (done["created"], done["changed"], done["held"]) == (0, 0, [])
        assert done["unchanged"] == done["rows"] > 0
    assert everything(desk) == before


def test_a_world_exported_into_an_empty_portal_is_the_same_world(
    house_desk: Desk,
) -> None:
    """History included: which team served a line when."""
    house_desk.give(
        "contracts",
        [
            contract("A", "C1"),
            contract("B", "C2", "2015-01-01", "A", rolls="month_to_month"),
            contract("C", "", "2017-01-01", "B", status="pending"),
            contract("D", "C3"),
            contract("E", "C3", "2016-01-01", "D", "C", ends="2020-01-01"),
            contract("F", "C1", "2019-01-01", "E"),
            contract("A", "L2", registry=L3),
        ],
    )
    files = everything(house_desk)
    told = {number: history(number) for number in "ABCDEF"}
    wipe_all()
    for kind in ORDER:
        done = house_desk.run(kind, house_desk.file("x.csv", files[kind]))
        assert (done["errors"], done["held"]) == ([], [])
    assert everything(house_desk) == files
    assert {number: history(number) for number in "ABCDEF"} == told


def wipe_all() -> None:
    """An empty portal again, registries kept."""
    from portal.registry import models
    from portal.store.db import Base, db

    kept = {models.Registry.__table__}
    ours = [mapper.local_table for mapper in Base.registry.mappers]
    names = {each.__table__ for each in vars(models).values() if hasattr(each, "__table__")}
    for table in reversed(Base.metadata.sorted_tables):
        if table in names and table in ours and table not in kept:
            db.session.execute(table.delete())
    db.session.commit()


DANGEROUS = ["=1+1", "+54 11", "-5", "@sum", "'=quoted", "''=twice", "'plain", "'", "= x\ny"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_runs_as_a_formula_and_the_import_takes_the_escape_off(
    desk: Desk, form: str
) -> None:
    rows = [(f"K{place}", text) for place, text in enumerate(DANGEROUS)]
    escaped = [(key, f"'{text}" if FORMULA.match(text) else text) for key, text in rows]
    assert desk.give("customers", escaped)["created"] == len(rows)
    before = desk.export("customers")
    for line in before.decode().splitlines()[1:]:
        assert not line.partition(",")[2].lstrip('"').startswith(("=", "+", "-", "@"))
    assert desk.give("customers", escaped)["unchanged"] == len(rows)
    path = desk.file(f"k.{form}", desk.export("customers", "--format", form))
    assert desk.run("customers", path)["unchanged"] == len(rows)
    assert desk.export("customers") == before


def test_an_export_is_of_one_registry_when_asked(house_desk: Desk) -> None:
    both = house_desk.export("teams").decode()
    one = house_desk.export("teams", "--registry", L3).decode()
    assert CTL in both and L3 in both
    assert CTL not in one and one.count(L3) == 4
    runner = house_desk.app.test_cli_runner()
    wrong = runner.invoke(args=["registry", "export", "teams", "--registry", "third"])
    assert (wrong.exit_code, "centurylink, level3" in wrong.output) == (2, True)


def test_an_export_can_be_written_to_a_file(house_desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    assert house_desk.export("teams", "--output", str(path)) == b""
    assert path.read_bytes() == house_desk.export("teams")


def test_the_team_exported_is_that_of_the_business_date(house_desk: Desk) -> None:
    house_desk.give("contracts", [contract("A", "C1"), contract("B", "C2", "2018-06-01", "A")])
    said = {
        line.split(",")[1]: line.split(",")[4]
        for line in house_desk.export("contracts").decode().splitlines()[1:]
    }
    assert said == {"A": "C1", "B": "C2"}
