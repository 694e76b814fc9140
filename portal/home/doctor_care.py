"""What the doctor asks of what the portal keeps and sends for people: files, the audit and mail."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from portal.accounts.mailboxes import stale_addresses
from portal.audit.proof import problems as audit_problems
from portal.store.db import db
from portal.store.file_care import problems as file_problems
from portal.store.outbox import Mail, MailState
from portal.web.checkup import Blocks, Finding, Needs, Place, Words, check

PATIENCE = timedelta(minutes=15)


@check(
    "files",
    Needs.SCHEMA,
    {
        "file.missing": Words(
            "the bytes of file {what} are gone", "restore PORTAL_DATA/files from a copy"
        ),
        "file.changed": Words(
            "the bytes of file {what} are not those that were kept",
            "restore PORTAL_DATA/files from a copy; find out who wrote there",
        ),
        "file.orphan": Words(
            "{what} lies among the files and belongs to nobody",
            "the worker sweeps such bytes: see that it runs",
        ),
        "file.room": Words(
            "the room counted for {what} is not the sum of its files",
            "a copy that is older than its files, or a row changed by hand: restore both together",
        ),
    },
)
def files(place: Place) -> Iterator[Finding]:
    """Each file has its bytes (deep: the very ones that were kept), each byte its file."""
    for problem in file_problems(db.session(), place.now, read=place.deep):
        yield Finding(f"file.{problem.kind}", {"what": problem.what})


@check(
    "seals",
    Needs.SCHEMA,
    {
        "audit.broken": Words(
            "the audit does not hold: {what}",
            "flask audit verify; restore what was changed",
        )
    },
)
def seals(place: Place) -> Iterator[Finding]:
    """Every event is as it was sealed, and events only grow."""
    for what in audit_problems(db.session(), now=place.now):
        yield Finding("audit.broken", {"what": what})


@check(
    "mail",
    Needs.SCHEMA,
    {
        "mail.nowhere": Words(
            "there is no mail server: invitations and links stay in the portal",
            "set PORTAL_SMTP and PORTAL_MAIL_FROM",
        ),
        "mail.waiting": Words(
            "{count} mails wait to be sent since {since}",
            "see that the worker runs and that the mail server of PORTAL_SMTP answers",
            Blocks.DEPLOY,
        ),
        "mail.failed": Words(
            "{count} mails could not be sent, the last for {error}",
            "flask mail list --failed, then flask mail retry ID",
            Blocks.DEPLOY,
        ),
        "mail.uncertain": Words(
            "{count} mails may or may not have arrived",
            "flask mail list --failed; flask mail retry ID sends one again, perhaps twice",
            Blocks.NEVER,
        ),
        "mail.stale": Words(
            "{count} people get no mail: the last to them came back or was refused",
            "their company's people page shows whom; a new address, or a mail that arrives, clears it",
            Blocks.NEVER,
        ),
    },
)
def mail(place: Place) -> Iterator[Finding]:
    """Nothing that people should have been told lies about."""
    if place.deploy and place.settings.smtp is None:
        yield Finding("mail.nowhere", {})
    late = Mail.state == MailState.WAITING, Mail.due_at < place.now - PATIENCE
    session = db.session()
    count, since = session.execute(select(func.count(), func.min(Mail.due_at)).where(*late)).one()
    if count and place.settings.smtp:
        yield Finding("mail.waiting", {"count": count, "since": f"{since:%Y-%m-%d %H:%M} UTC"})
    for state in (MailState.FAILED, MailState.UNCERTAIN):
        count = session.scalar(select(func.count()).where(Mail.state == state)) or 0
        if count:
            newest = select(Mail.last_error).where(Mail.state == state)
            error = session.scalar(newest.order_by(Mail.id.desc()).limit(1))
            yield Finding(f"mail.{state}", {"count": count, "error": error})
    if people := len(stale_addresses(session)):
        yield Finding("mail.stale", {"count": people})
