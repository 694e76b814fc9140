"""`flask mail`: what the outbox holds, for whoever runs the machine.

Where no mail server is set, this is how a mail to somebody without an account is read, link and all:
who may run this may read the database too.
"""

import uuid
from typing import BinaryIO

import click
from sqlalchemy import select

from portal.kernel import clock
from portal.store import bounces, sending
from portal.store.bounces import Marked
from portal.store.db import db
from portal.store.outbox import Mail, MailState
from portal.web import mail, mail_words, returned
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
@click.option(
    "--failed", is_flag=True, help="Only those that failed, came back or may not have arrived."
)
@click.option("--limit", default=50, show_default=True, help="At most so many, the newest first.")
def list_mail(failed: bool, limit: int) -> None:
    """Id, state, when, kind, address and error of each mail, the newest first."""
    query = select(Mail).order_by(Mail.id.desc()).limit(limit)
    if failed:
        query = query.where(Mail.state.in_(BAD) | Mail.bounced_at.is_not(None))
    for row in db.session().scalars(query):
        state = "bounced" if row.bounced_at else row.state.value
        parts = (row.id, state, f"{row.created_at:%Y-%m-%d %H:%M}Z", row.kind)
        why = row.bounce_status or row.last_error or "-"
        click.echo("  ".join(map(str, (*parts, row.to_address, why))))


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


@group.command("bounced")
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--id", "message_id", help="By hand: the Message-ID of the mail that came back.")
@click.option("--status", help="By hand: why, as the server said it (RFC 3463), as 5.1.1.")
def bounced(file: BinaryIO, message_id: str | None, status: str | None) -> None:
    """Mark the mail that came back: reads the one mail that tells of it, or takes --id and --status.

    A mail that is only late is not marked. For the mailbox of PORTAL_MAIL_FROM, one mail a call.
    """
    if bool(message_id) != bool(status):
        raise click.UsageError("by hand it takes both --id and --status")
    if message_id and status:
        if not bounces.STATUS.fullmatch(status):
            raise click.UsageError("--status is three numbers of RFC 3463, as 5.1.1")
        said = returned.Returned((_bracketed(message_id),), status, status[0] == "5", "hand")
    else:
        try:
            said = returned.read(file.read(returned.MOST + 1))
        except returned.Unreadable as error:
            raise click.ClickException(f"nothing is marked: {error}") from error
    if not said.failed:
        click.echo(f"nothing is marked: {said.status} does not say that it failed for good")
        return
    for each in said.message_ids:
        marked = bounces.mark(each, said.status, clock.wall(), how=said.how)
        if marked is not Marked.UNKNOWN:
            words = "marked" if marked is Marked.NOW else "it was marked before"
            click.echo(f"{words}: {each} came back ({said.status})")
            return
    raise click.ClickException("nothing is marked: no mail that left here has that Message-ID")


def _bracketed(message_id: str) -> str:
    return f"<{message_id.strip().strip('<>')}>"
