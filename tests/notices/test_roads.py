"""Every road into the portal is tried, and on none does anything that P2 names change without a served
notice (N1): requests, commands, jobs, every kind of import, the pack loader. A road that nobody listed
here or in the access table fails. The requests themselves are those of tests/surface/test_hostile.py,
which ends on the same invariant.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.home.cli import LOADERS
from portal.kernel import clock
from portal.kernel.access import SYSTEM
from portal.kernel.localized import Localized
from portal.notices import gate
from portal.notices.models import NoticePartner
from portal.registry import export
from portal.registry.commands import import_file
from portal.registry.kinds import KINDS
from portal.store import pack, program
from portal.store.db import atomic, db
from portal.store.facts import GATED
from portal.store.periods import take_effect
from portal.web.jobs import TIMETABLE
from tests.notices.invariant import strays, timelines
from tests.notices.world import actor, agreement_id, draft, publish, team_id, when
from tests.people import CHANNEL
from tests.surface.policy import POLICY

TEAM = "agreement.channel_team"
# Each command with words that make it do its work on the demo world; None: it is asked for nothing,
# since what it does is another road's (imports, the loader), or nothing of the portal's own.
COMMANDS: dict[str, tuple[str, ...] | None] = {
    "accounts create-admin": None,
    "accounts reset-factor": None,
    "accounts reset-password": None,
    "audit head": (),
    "audit seal": (),
    "audit verify": (),
    "doctor": (),
    "faq misses": (),
    "faq search": ("logo",),
    "mail bounced": None,
    "mail list": (),
    "mail retry": None,
    "mail send": (),
    "mail show": None,
    "mdf due": (),
    "mdf explain": ("NOWHERE",),
    "notices due": (),
    "notices list": (),
    "notices show": ("NOWHERE",),
    "orders replay": None,
    "orders route": None,
    "program load": (),
    "registry export": None,
    "registry import": None,
    "seed demo": (),
    "worker run": None,
}
# Of the tools that the portal stands on.
FOREIGN = {"db", "run", "shell", "routes"}


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


def test_every_road_is_listed(sqlite_house: Any) -> None:
    app: Flask = sqlite_house.app
    own = {" ".join(words) for words in commands(app.cli) if words and words[0] not in FOREIGN}
    assert own == set(COMMANDS), own ^ set(COMMANDS)
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(POLICY)


def test_no_command_changes_anything_that_stands(demo: Flask) -> None:
    before = timelines()
    for words, more in COMMANDS.items():
        if more is not None:
            demo.test_cli_runner().invoke(args=[*words.split(), *more])
    assert not strays(before)


def test_no_job_of_the_worker_does(demo: Flask) -> None:
    """Without a served notice; `tests/notices/test_gate.py` shows them with one."""
    notice = draft(
        actor(CHANNEL),
        (TEAM, agreement_id("CTL-A-1042"), team_id("CTL-CANAL-2")),
        effective="2018-01-15",
    )
    publish(notice, actor(CHANNEL), when("2017-12-01"))
    before = timelines()
    for job in TIMETABLE.values():
        job.body(clock.wall())
    assert not strays(before)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_no_file_of_any_kind_does(demo: Flask, tmp_path: Path, kind: str, seed: int) -> None:
    """Rows of the portal's own export, each with cells of others: renewals, moves, swaps, new dates."""
    dice = random.Random(seed)
    with demo.app_context():
        table = export.table(db.session(), kind, None, on=clock.today())
        before = timelines()
        rows = [dict(zip(table.headers, row, strict=True)) for row in table.rows]
        changed = [_mixed(dice, kind, row, rows) for row in dice.sample(rows, min(6, len(rows)))]
        path = tmp_path / f"{seed}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, table.headers)
            writer.writeheader()
            writer.writerows(changed)
        import_file(kind, path, actor=SYSTEM, now=clock.wall())
        assert not strays(before)


def _mixed(
    dice: random.Random, kind: str, row: dict[str, str], rows: list[dict[str, str]]
) -> dict[str, str]:
    """A row with some cells of other rows; of a contract often a renewal by another team."""
    key = set(KINDS[kind].key)
    found = dict(row)
    for name in found:
        if name not in key and dice.random() < 0.5:
            found[name] = dice.choice(rows)[name]
    if kind == "contracts" and dice.random() < 0.7:
        found["replaces"] = row["contract_number"]
        found["contract_number"] = f"{row['contract_number']}-R{dice.randrange(1000)}"
        start = clock.today() + timedelta(days=dice.randrange(-400, 400))
        found |= {"starts_on": start.isoformat(), "ends_on": "", "status": "active"}
    return found


def test_no_reload_of_the_pack_does(demo: Flask) -> None:
    """Every document and record of it changed: all is reported, nothing is applied."""
    served = demo.extensions["portal.program"]
    documents = tuple(
        replace(one, body=Localized(dict.fromkeys(one.body, "Otra cosa.")), sha256="changed")
        if hasattr(one, "body")
        else replace(one, sha256="changed")
        for one in pack.load_documents(served.slug)
    )
    before = timelines()
    report = program.load(served, documents, LOADERS, now=clock.wall())
    assert len(report.changed) == len(documents)
    assert timelines() == before


def test_every_gated_fact_has_periods_that_are_watched(demo: Flask) -> None:
    """The invariant would find nothing in a table that is empty in the demo world."""
    assert {name for name, found in timelines().items() if found} == set(GATED)


def test_without_the_gate_the_invariant_finds_it(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a notice that takes effect for who was never served."""
    notice = draft(
        actor(CHANNEL),
        (TEAM, agreement_id("CTL-A-1042"), team_id("CTL-CANAL-2")),
        effective="2018-01-15",
    )
    before = timelines()
    everybody = {
        partner: when("2017-12-01").date()
        for partner in db.session().scalars(select(NoticePartner.partner_id))
    }
    monkeypatch.setattr(gate, "_sealed", lambda *_: {**everybody, 1: when("2017-12-02").date()})
    publish(notice, actor(CHANNEL), when("2017-12-01"))
    assert any("never served" in each for each in strays(before))


def test_a_writer_beside_the_gate_is_found(demo: Flask) -> None:
    """The control: the value is written on the warrant of a first value."""
    before = timelines()
    key = agreement_id("CTL-A-1042")
    origin = before[TEAM][key][0].warrant
    with atomic() as session:
        take_effect(
            session, GATED[TEAM], {key: team_id("CTL-CANAL-2")}, on=clock.today(), warrant_id=origin
        )
    assert any("no notice" in each for each in strays(before))


def test_an_import_that_holds_nothing_is_found(
    demo: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a file as a marked correction does change it, and says so."""
    before = timelines()
    table = export.table(db.session(), "agreements", None, on=clock.today())
    row = dict(zip(table.headers, table.rows[0], strict=True))
    row["payment_schedule"] = "Nunca"
    path = tmp_path / "agreements.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table.headers)
        writer.writeheader()
        writer.writerow(row)
    import_file("agreements", path, correction="Error de tipeo", actor=SYSTEM, now=clock.wall())
    assert timelines() != before and not strays(before)
