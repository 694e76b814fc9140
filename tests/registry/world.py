"""Files for the importer, written by tests as people would, and what the database says after."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from portal.registry.facts import ACCOUNT_TEAM
from portal.registry.kinds import KINDS
from portal.registry.models import Contract, Registry, Team
from portal.store.db import db
from portal.store.facts import Warrant

ORDER = (
    *("teams", "people", "products", "partners", "agreements"),
    *("customers", "contracts", "services", "training", "customer_contacts"),
)
CTL, L3 = "centurylink", "level3"


class Desk:
    """Somebody at the command line who imports and exports, with a folder for the files."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app, self.folder = app, folder
        self.exit_code = 0

    def file(self, name: str, content: str | bytes) -> Path:
        """A file of that content."""
        path = self.folder / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    def run(self, kind: str, path: Path, *options: str) -> dict[str, Any]:
        """The JSON answer of an import, with what it leaves out when there is nothing to say."""
        arguments = ["registry", "import", kind, str(path), "--json", *options]
        result = self.app.test_cli_runner().invoke(args=arguments)
        assert result.exit_code in (0, 1) and not isinstance(result.exception, AssertionError)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.exit_code = result.exit_code
        answer: dict[str, Any] = {"repeated": 0, "held": [], "corrected": []}
        answer |= json.loads(result.stdout)
        assert (self.exit_code == 1) == bool(answer["errors"])
        return answer

    def give(self, kind: str, rows: Iterable[Sequence[str]], *options: str) -> dict[str, Any]:
        """Import rows that give the kind's columns from the first on; the rest is blank."""
        columns = KINDS[kind].names
        lines = [",".join(columns)]
        for row in rows:
            cells = [*row, *[""] * (len(columns) - len(row))]
            lines.append(",".join('"{}"'.format(cell.replace('"', '""')) for cell in cells))
        return self.run(kind, self.file(f"{kind}.csv", "\n".join(lines) + "\n"), *options)

    def export(self, kind: str, *options: str) -> bytes:
        """The bytes of an export."""
        arguments = ["registry", "export", kind, *options]
        result = self.app.test_cli_runner().invoke(args=arguments)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.stdout_bytes

    def base(self) -> None:
        """Two account teams and a channel team in each registry, a product, partners, customers."""
        for slug, mark in ((CTL, "C"), (L3, "L")):
            teams = [(slug, f"{mark}{n}", "account", f"Team {mark}{n}") for n in (1, 2, 3)]
            done = self.give("teams", [*teams, (slug, f"{mark}X", "channel", f"Channel {mark}")])
            assert not done["errors"]
            assert not self.give("products", [(slug, f"{mark}P", "Enlace", "Link")])["errors"]
        assert not self.give("partners", [("P1", "One"), ("P2", "Two")])["errors"]
        assert not self.give("customers", [("K1", "First"), ("K2", "Second")])["errors"]


def contract(
    number: str,
    team: str = "",
    starts: str = "2010-01-01",
    *replaces: str,
    registry: str = CTL,
    status: str = "active",
    ends: str = "",
    rolls: str = "",
) -> tuple[str, ...]:
    """A row of a contracts file."""
    facts = (registry, number, "K1", "P1", team, status, starts, ends, rolls)
    return (*facts, ";".join(replaces))


def history(number: str, registry: str = CTL) -> list[tuple[str, str, str, str]]:
    """The periods of the team of a contract's line: from, to, team, kind of warrant."""
    model = ACCOUNT_TEAM.model
    query = (
        select(model.valid_from, model.valid_to, Team.code, Warrant.kind)
        .join(Team, Team.id == model.team_id)
        .join(Warrant, Warrant.id == model.warrant_id)
        .join(Contract, Contract.line_id == model.line_id)
        .join(Registry, Registry.id == Contract.registry_id)
        .where(Contract.number == number, Registry.slug == registry)
        .order_by(model.valid_from)
    )
    rows = db.session.execute(query).all()
    db.session.rollback()
    return [(str(a), str(b or ""), code, kind.value) for a, b, code, kind in rows]


def lines(registry: str = CTL) -> set[frozenset[str]]:
    """Which contracts stand on a line together."""
    query = select(Contract.line_id, Contract.number).join(
        Registry, Registry.id == Contract.registry_id
    )
    found: dict[int, set[str]] = {}
    for line, number in db.session.execute(query.where(Registry.slug == registry)):
        found.setdefault(line, set()).add(number)
    db.session.rollback()
    return {frozenset(numbers) for numbers in found.values()}


def everything(desk: Desk) -> dict[str, bytes]:
    """All the registries hold, as exports."""
    return {kind: desk.export(kind) for kind in ORDER}


def codes(answer: dict[str, Any]) -> list[tuple[int | None, str]]:
    """Lines and codes of the errors."""
    return [(each["line"], each["code"]) for each in answer["errors"]]
