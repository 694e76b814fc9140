"""`flask doctor`: a sound portal passes, and each thing that can be broken is told when it is."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from portal.store.db import db
from portal.web import checkup
from portal.web.checkup import BROKE, CHECKS, Finding, Needs, Words
from tests.conftest import House
from tests.home.breaks import ALONG
from tests.home.breaks_money import BREAKS
from tests.home.sick import Ward, fit
from tests.postgres import fresh_database
from tests.web.test_commands import flask

# The tests' own server keeps nothing for good.
ALWAYS_THERE = {"postgresql": {"postgresql.setting"}, "sqlite": set()}
# Told of a demo, and a fault only where the world comes.
OF_A_DEMO = {"clock.set", "demo.people", "worker.silent"}
NOWHERE = "postgresql://nobody:hidden@127.0.0.1:1/none"


def cases() -> Iterator[tuple[str, str]]:
    """Each thing to break, on each database that it is a thing of."""
    of_no_database = {
        code
        for each in CHECKS.values()
        for code in each.codes
        if each.needs is Needs.NOTHING and not each.opens
    }
    for code, (on, _) in BREAKS.items():
        if on in {"both", "sqlite"}:
            yield "sqlite", code
        if on in {"both", "postgresql"} and code not in of_no_database:
            yield "postgres", code


@pytest.fixture
def ward(demo: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ward]:
    before = os.umask(0o077)  # as app.py has it
    found = fit(demo, tmp_path / "data", monkeypatch)
    yield found
    os.umask(before)
    db.session.remove()
    found.after.close()


def test_a_portal_that_is_fit_for_the_world_has_no_finding(ward: Ward) -> None:
    assert set(ward.codes()) == ALWAYS_THERE[db.engine.dialect.name]


@pytest.mark.parametrize(("house", "code"), sorted(cases()), indirect=["house"])
def test_what_is_broken_is_told_and_nothing_else(
    ward: Ward, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    if code not in CHECKS["languages"].codes:
        monkeypatch.delitem(CHECKS, "languages")  # slow, and of files that nothing here touches
    BREAKS[code][1](ward)
    told = ward.codes().keys() - ALWAYS_THERE[db.engine.dialect.name]
    assert told == {code} | ALONG[code]


def test_every_finding_there_is_was_seen_on_something_broken() -> None:
    declared = {code for each in CHECKS.values() for code in each.codes}
    elsewhere = {"postgresql.setting", "database.silent", "database.damaged"}
    assert declared | {BROKE} == set(BREAKS) | elsewhere


def test_every_check_says_what_it_promises() -> None:
    for each in CHECKS.values():
        assert each.look.__doc__, each.name
        for code, words in each.codes.items():
            assert words.said and words.mend, code


def test_a_check_named_twice_is_refused_and_one_more_joins_the_list(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slice brings its own check: that of support minutes will look like this one."""
    monkeypatch.setattr(checkup, "CHECKS", dict(CHECKS))
    codes = {"minutes.off": Words("{unit} is off by {amount}", "see the entries of {unit}")}

    @checkup.check("minutes", Needs.SCHEMA, codes)
    def minutes(_place: checkup.Place) -> Iterator[Finding]:
        yield Finding("minutes.off", {"unit": "USD", "amount": 3})

    assert ward.codes()["minutes.off"]
    with pytest.raises(ValueError, match="already"):
        checkup.check("minutes", Needs.SCHEMA, codes)(minutes)


def test_what_stands_on_something_broken_is_not_looked_at(ward: Ward) -> None:
    BREAKS["migrations.behind"][1](ward)
    outcomes = {one.check: one for one in checkup.examine(ward.place)}
    left_out = {name for name, one in outcomes.items() if not one.looked}
    assert left_out == {each.name for each in CHECKS.values() if each.needs is Needs.SCHEMA}


def test_the_doctor_writes_nothing(ward: Ward) -> None:
    before = {table: rows(table) for table in ("event", "job_run", "mail", "decision")}
    ward.codes()
    assert {table: rows(table) for table in before} == before
    assert not [file for file in ward.data.iterdir() if file.name.startswith(".doctor")]


def rows(table: str) -> int:
    with db.engine.connect() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() or 0)


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """What tells a process of its own which empty database is meant."""
    if request.param == "sqlite":
        yield {}
        return
    server = request.getfixturevalue("postgres_house").server
    with fresh_database(server) as url:
        yield {"PORTAL_DATABASE_URL": url}


def test_the_command_on_a_portal_from_nothing_to_a_demo(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    def run(*arguments: str) -> tuple[int, list[str]]:
        done = flask(tmp_path / "data", *arguments, **settings)
        assert done.stderr == "" or arguments[0] != "doctor", done.stderr
        return done.returncode, done.stdout.splitlines()

    code, lines = run("doctor")
    faults = [line for line in lines if line.startswith("FAULT")]
    assert code == 1 and len(faults) == 1 and faults[0].endswith("Mend: flask db upgrade")
    assert not (tmp_path / "data" / "portal.sqlite3").exists(), "asking makes no database"
    for step in ("db upgrade", "program load", "seed demo"):
        assert run(*step.split())[0] == 0, step

    code, lines = run("doctor")
    assert code == 0, lines
    assert {line[:5] for line in lines} == {"ok   ", "note "}
    assert (
        len([line for line in lines if line.startswith("ok")]) >= len(CHECKS) - len(OF_A_DEMO) - 1
    )

    code, lines = run("doctor", "--deploy", "--deep", "--json")
    told = json.loads("\n".join(lines))
    findings = [one for each in told["checks"] for one in each["findings"]]
    assert (code, told["sound"]) == (1, False)
    found = {one["code"] for one in findings if one["fault"]} - ALWAYS_THERE["postgresql"]
    assert found == OF_A_DEMO | {
        "address.here",
        "address.plain",
        "address.proxies",
        "mail.nowhere",
    }
    assert all(one["said"] and one["mend"] for one in findings)


def test_a_database_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    done = flask(tmp_path, "doctor", PORTAL_DATABASE_URL=NOWHERE)
    faults = [line for line in done.stdout.splitlines() if line.startswith("FAULT")]
    assert done.returncode == 1
    assert len(faults) == 1 and "does not answer" in faults[0]
    assert "Traceback" not in done.stdout + done.stderr
    assert "hidden" not in done.stdout + done.stderr


def test_a_file_that_is_damaged_is_told(sqlite_house: House, tmp_path: Path) -> None:
    sqlite_house.state("demo")
    sqlite_house.close()
    whole = (sqlite_house.folder / "work.sqlite3").read_bytes()
    with sqlite_house.app.app_context():
        root = db.session.scalar(text("SELECT rootpage FROM sqlite_master WHERE name = 'service'"))
        db.session.remove()
    middle = (root - 1) * 4096
    (tmp_path / "portal.sqlite3").write_bytes(
        whole[:middle] + b"\xff" * 4096 + whole[middle + 4096 :]
    )
    (tmp_path / "portal.sqlite3").chmod(0o600)
    tmp_path.chmod(0o700)
    done = flask(tmp_path, "doctor", "--deep", "--json")
    codes = {one["code"] for each in json.loads(done.stdout)["checks"] for one in each["findings"]}
    assert done.returncode == 1
    assert "database.damaged" in codes, done.stdout
