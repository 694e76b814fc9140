"""`flask registry`: files into the registries and out of them."""

import json
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask_babel import force_locale

from portal.kernel import clock
from portal.kernel.access import SYSTEM
from portal.registry import export
from portal.registry.commands import Imported, held_json, import_file
from portal.registry.kinds import KINDS
from portal.registry.labels import held_reason, reason
from portal.registry.problems import Held, Problem
from portal.registry.profiles import locate
from portal.store.db import db
from portal.store.pack import PROGRAMS
from portal.web.commands import Commands

group = Commands("registry", help="The contract registries: import and export.")
KIND = click.argument("kind", type=click.Choice(sorted(KINDS)))
SHOWN = 50
LANGUAGE = "en"  # of the commands, as of their help


@group.command("import")
@KIND
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--registry", metavar="SLUG", help="Fill the registry column with this.")
@click.option("--profile", metavar="NAME|PATH", help="How to read this source's columns (TOML).")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.option(
    "--correction",
    metavar="REASON",
    help="The file corrects an error: teams, terms, addresses … change without a notice, marked.",
)
@click.pass_context
def import_(
    ctx: click.Context,
    kind: str,
    file: Path,
    registry: str | None,
    profile: str | None,
    dry_run: bool,
    as_json: bool,
    correction: str | None,
) -> None:
    """Import FILE (CSV or XLSX) as rows of KIND: all of it, or nothing (exit 1) and why.

    The account team of a contract line, an agreement's team, terms and schedule, and the addresses
    of teams and people change only by an advance notice: where a later file says another, the
    change is listed as held. A service stays on the contract line it was bought on. --registry
    fills the column; partners, customers and training have none and stand over all registries.
    """
    if correction is not None and not correction.strip():
        raise click.BadParameter("say why the file is a correction", param_hint="--correction")
    folder = PROGRAMS / current_app.extensions["portal.program"].slug
    result = import_file(
        kind,
        file,
        registry=registry,
        profile=locate(profile, folder) if profile else None,
        dry_run=dry_run,
        correction=correction,
        actor=SYSTEM,
        now=clock.wall(),
    )
    with force_locale(LANGUAGE):
        said = json.dumps(as_dict(result), ensure_ascii=False) if as_json else _text(result)
    click.echo(said)
    ctx.exit(1 if result.errors else 0)


@group.command("export")
@KIND
@click.option("--registry", metavar="SLUG", help="Only the rows of this registry.")
@click.option("--format", "form", type=click.Choice(["csv", "xlsx"]), default="csv")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: stdout.")
def export_(kind: str, registry: str | None, form: str, output: Path | None) -> None:
    """Export the rows of KIND with the columns of an import, which takes the file back as it is.

    Teams, terms, schedules and addresses are those of the business date (of its last day, for a
    contract that was replaced). Partners, customers and training stand over all registries.
    """
    try:
        table = export.table(db.session(), kind, registry, on=clock.today())
    except export.UnknownRegistry as error:
        raise click.BadParameter(f"there are {error}", param_hint="--registry") from None
    data = export.as_xlsx(table) if form == "xlsx" else export.as_csv(table)
    if output is None:
        click.echo(data, nl=False)
    else:
        output.write_bytes(data)


def as_dict(result: Imported) -> dict[str, Any]:
    """The answer of an import as JSON values.

    `repeated`, `held`, `drafted` and `corrected` stand in it when there is something to say of them.
    """
    more = {
        "repeated": result.repeated,
        "held": [_held(each) for each in result.held],
        "drafted": list(result.drafted),
        "corrected": [held_json(each) for each in result.corrected],
    }
    return {
        "kind": result.kind,
        "dry_run": result.dry_run,
        "rows": result.rows,
        "created": result.created,
        "changed": result.changed,
        "unchanged": result.unchanged,
        "skipped": [_problem(each) for each in result.skipped],
        "errors": [_problem(each) for each in result.errors],
        **{name: found for name, found in more.items() if found},
    }


def _problem(each: Problem) -> dict[str, Any]:
    return {
        "line": each.line,
        "column": each.column,
        "value": each.value,
        "code": each.code.value,
        "reason": reason(each),
    }


def _held(each: Held) -> dict[str, Any]:
    return {**held_json(each), "reason": held_reason(each)}


def _text(result: Imported) -> str:
    lines = []
    if result.errors:
        lines.append(f"{result.kind}: nothing was imported, {len(result.errors)} errors:")
        lines += [_line(each) for each in result.errors[:SHOWN]]
    else:
        would = "would be " if result.dry_run else ""
        counts = f"{result.created} {would}created, {result.changed} changed"
        lines.append(
            f"{result.kind}: {result.rows} rows, {counts}, {result.unchanged} unchanged,"
            f" {result.repeated} repeated, {len(result.skipped)} skipped,"
            f" {len(result.held)} held, {len(result.corrected)} corrected"
        )
    lines += [_line(each) for each in result.skipped[:SHOWN]]
    lines += [f"  line {each.line}: held: {held_reason(each)}" for each in result.held[:SHOWN]]
    lines += [f"  drafted: notice {ref} waits for its date and author" for ref in result.drafted]
    left = max(0, *(len(each) - SHOWN for each in (result.errors, result.skipped, result.held)))
    return "\n".join([*lines, *(["  … --json lists them all"] if left else [])])


def _line(each: Problem) -> str:
    place = f"line {each.line}" if each.line else "file"
    column = f", {each.column}" if each.column else ""
    value = f" {each.value!r}" if each.value else ""
    return f"  {place}{column}{value}: {reason(each)} [{each.code.value}]"
