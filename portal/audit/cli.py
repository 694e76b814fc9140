"""`flask audit`: holding the trail against its seals, and the hash to keep elsewhere."""

import sys
from datetime import timedelta

import click

from portal.audit import jobs, proof
from portal.audit.proof import Finding
from portal.kernel import clock
from portal.store.db import db
from portal.store.seals import newest
from portal.web.commands import Commands

group = Commands("audit", help="What happened in the portal: sealed, and held against its seals.")


@group.command("verify")
@click.option("--expect", metavar="HASH", help="A head kept elsewhere; it must be in the chain.")
def verify(expect: str | None) -> None:
    """Hold every event against its seal; ends with 1 and a line for each thing that is wrong."""

    def tell(finding: Finding) -> None:
        click.echo(f"{finding.fault}: {finding.said}")

    session = db.session()
    for finding in (opened := list(proof.unguarded(session))):
        tell(finding)
    wanted = expect.strip().lower() if expect else None
    count = proof.verify(session, now=clock.wall(), tell=tell, expect=wanted)
    wrong = count.findings + len(opened)
    click.echo(
        f"In order: {count.events} events, {count.seals} seals. Wrong: {wrong}. Head: {count.head}"
    )
    if wrong:
        sys.exit(1)


@group.command("head")
def head() -> None:
    """Print the newest seal's hash, to be kept where this database's owner cannot write."""
    found = newest(db.session())
    if found is None:
        raise click.ClickException("nothing is sealed yet: run the worker, or flask audit seal")
    click.echo(f"{found.hash} seal {found.id} at {found.at.isoformat(timespec='seconds')}")


@group.command("seal")
def seal() -> None:
    """Seal every event there is now, without waiting for the worker."""
    sealed, now = 0, clock.wall()
    while found := jobs.seal_all(now, window=False, settle=timedelta(0)):
        sealed += found
    click.echo(f"{sealed} events sealed.")
