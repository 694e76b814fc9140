"""`flask program load` and `flask seed demo`."""

import json
from dataclasses import asdict

import click
from flask import current_app

from portal.home.parts import LOADERS, RECORDS
from portal.kernel import clock
from portal.store import pack
from portal.store import program as programs
from portal.web.commands import Commands

program = Commands("program", help="The program pack of this portal.")
seed = Commands("seed", help="Made-up content to try the portal with.")


@program.command("load")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def load(dry_run: bool, as_json: bool) -> None:
    """Load what the database does not have yet of the pack; report what changed in it."""
    served = current_app.extensions["portal.program"]
    try:
        parts: list[pack.Document | pack.Record]
        parts = [*pack.load_documents(served.slug), *pack.load_records(served.slug, RECORDS)]
        report = programs.load(served, parts, LOADERS, now=clock.wall(), dry_run=dry_run)
    except (pack.PackError, programs.OtherProgram) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps({**asdict(report), "dry_run": dry_run}))
        return
    click.echo(
        f"{report.slug}: {len(report.added)} {'to add' if dry_run else 'added'}, "
        f"{len(report.unchanged)} unchanged, {len(report.changed)} changed in the pack"
    )
    for key in report.changed:
        click.echo(f"  changed in the pack, kept as it stands in the portal: {key}")
    for key in report.gone:
        click.echo(f"  no longer in the pack, kept in the portal: {key}")


@seed.command("demo")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def seed_demo(as_json: bool) -> None:
    """Fill an empty portal with the made-up world of the pack; a second time changes nothing."""
    from portal.home import demo

    try:
        result = demo.seed()
    except demo.NotADemo as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(asdict(result)))
        return
    click.echo(f"Demo world: {result.created} rows created, {result.unchanged} already there.")
    click.echo(f"Sign in at {result.sign_in}, password {result.password};")
    click.echo("the last column is the secret that a person's codes are made of (TOTP):")
    for person in result.people:
        secret = person.get("totp_secret", "")
        click.echo(f"  {person['email']:32} {person['role']:16} {secret}".rstrip())
