"""`flask mail`: what the outbox holds, for whoever runs the machine.

Where no mail server is set, this is how a mail to somebody without an account is read, link and all:
who may run this may read the database too.
"""

import uuid

import click
from sqlalchemy import select

from portal.kernel import clock
from portal.store import sending
from portal.store.db import db
from portal.store.outbox import Mail, MailState
from portal.web import mail, mail_words
from portal.web.commands import Commands
from portal.web.smtp import Unreachable

group = Commands("mail", help="The outbox: what waits, what was sent, what failed.")
BAD = (MailState.FAILED, MailState.UNCERTAIN)


@group.command("send")
def send() -> None:
    """Send what is due now. Ends with 1 when the mail server cannot be reached."""
    if mail.kept():
        raise click.ClickException(
            "PORTAL_SMTP is not set: mail stays in the portal's inbox pages (flask mail list)"
        )
    try:
        told = mail.send_due()
    except Unreachable as error:
        raise click.ClickException(f"the mail server cannot be used: {error}") from error
    click.echo(", ".join(f"{count} {fate}" for fate, count in told.items()) or "nothing is due")


@group.command("list")
@click.option("--failed", is_flag=True, help="Only those that failed or may not have arrived.")
@click.option("--limit", default=50, show_default=True, help="At most so many, the newest first.")
def list_mail(failed: bool, limit: int) -> None:
    """Id, state, when, kind, address and error of each mail, the newest first."""
    query = select(Mail).order_by(Mail.id.desc()).limit(limit)
    for row in db.session().scalars(query.where(Mail.state.in_(BAD)) if failed else query):
        parts = (row.id, row.state.value, f"{row.created_at:%Y-%m-%d %H:%M}Z", row.kind)
        click.echo("  ".join(map(str, (*parts, row.to_address, row.last_error or "-"))))


@group.command("show")
@click.argument("mail_id", metavar="ID", type=click.UUID)
def show(mail_id: uuid.UUID) -> None:
    """One mail as it reads, with its link while that is kept."""
    row = db.session().get(Mail, mail_id)
    if row is None:
        raise click.ClickException(f"there is no mail {mail_id}")
    found = mail_words.render(row.letter(), secret=row.secret)
    click.echo(f"To: {row.to_address}\nSubject: {found.subject}\n\n{found.text}", nl=False)


@group.command("retry")
@click.argument("mail_id", metavar="ID", type=click.UUID)
def retry(mail_id: uuid.UUID) -> None:
    """Send a failed or uncertain mail again; an uncertain one may arrive twice."""
    if not sending.retry(mail_id, clock.wall()):
        raise click.ClickException(f"{mail_id} is no failed or uncertain mail")
    click.echo("it is due now")
