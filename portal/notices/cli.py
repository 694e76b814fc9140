"""`flask notices`: what is written, out and due, to read. Nothing here changes anything (N1)."""

from datetime import date

import click
from flask_babel import force_locale
from sqlalchemy import select

from portal.kernel import clock
from portal.notices import changes as typed
from portal.notices import labels
from portal.notices.gate import terms_of
from portal.notices.gate_rules import soonest
from portal.notices.models import Notice, NoticeVersion
from portal.notices.proof_pages import Counts, counts
from portal.notices.queries import State, state_of
from portal.notices.telling import in_told
from portal.registry.models import Registry
from portal.store.db import db
from portal.web.commands import Commands

group = Commands("notices", help="Advance notices, to read: what is written, out and due.")
LANGUAGE = "en"  # of the commands, as of their help
SHOWN = 200


@group.command("list")
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only these.")
def list_(state: str | None) -> None:
    """Every version by notice, the newest first: its reference, state, date and title."""
    query = (
        select(Notice.ref, Registry.slug, NoticeVersion)
        .join(NoticeVersion, NoticeVersion.notice_id == Notice.id)
        .join(Registry, Registry.id == Notice.registry_id)
        .order_by(NoticeVersion.id.desc())
        .limit(SHOWN)
    )
    rows = db.session().execute(query).all()
    counted = counts(db.session(), [row[2].id for row in rows], clock.today())
    for ref, slug, version in rows:
        if state in (None, state_of(version).value):
            click.echo(_line(ref, slug, version, counted.get(version.id)))
    if not rows:
        click.echo("no notice yet")


@group.command("show")
@click.argument("ref")
def show(ref: str) -> None:
    """What every version of the notice REF says and changes, and how far it has come."""
    session = db.session()
    query = (
        select(Registry.slug, NoticeVersion)
        .join(Notice, Notice.id == NoticeVersion.notice_id)
        .join(Registry, Registry.id == Notice.registry_id)
        .where(Notice.ref == ref)
        .order_by(NoticeVersion.number)
    )
    rows = session.execute(query).all()
    if not rows:
        raise click.ClickException(f"there is no notice {ref}")
    counted = counts(session, [version.id for _slug, version in rows], clock.today())
    for slug, version in rows:
        click.echo(_line(ref, slug, version, counted.get(version.id)))
        for code, text in version.body.items():
            click.echo(f"  {code}: {version.title.get(code, '')}\n      {' '.join(text.split())}")
        with force_locale(LANGUAGE):
            for told in in_told(session, typed.of_version(session, version.id), {}, LANGUAGE):
                now = told.before or "nothing"
                click.echo(f"  {told.fact}, {told.subject}: {now} -> {told.after}")


@group.command("due")
def due() -> None:
    """What is held and when it leaves; what is out and from when it can hold, the nearest first."""
    query = (
        select(Notice.ref, Registry.slug, NoticeVersion)
        .join(NoticeVersion, NoticeVersion.notice_id == Notice.id)
        .join(Registry, Registry.id == Notice.registry_id)
        .where(NoticeVersion.publish_at.is_not(None), NoticeVersion.superseded_at.is_(None))
    )
    rows = db.session().execute(query).all()
    counted = counts(db.session(), [row[2].id for row in rows], clock.today())
    found: list[tuple[date, str]] = []
    for ref, slug, version in rows:
        how = counted.get(version.id)
        if version.publish_at is not None and version.published_at is None:
            found.append((clock.local_date(version.publish_at), _line(ref, slug, version, how)))
        elif (on := soonest(terms_of(version))) >= clock.today() or (how and how.unserved):
            found.append((on, _line(ref, slug, version, how)))
    for on, line in sorted(found):
        click.echo(f"{on.isoformat()}  {line}")
    if not found:
        click.echo("nothing is due")


def _line(ref: str, slug: str, version: NoticeVersion, how: Counts | None) -> str:
    with force_locale(LANGUAGE):
        state = str(labels.STATES[state_of(version)][0])
        title = version.title.pick(LANGUAGE) or "untitled"
    on = version.effective_on.isoformat() if version.effective_on else "no date"
    reached = f", {how.served} of {how.companies} companies reached" if how else ""
    return f"{ref} v{version.number} {slug}: {state}, for {on}{reached}: {title}"
