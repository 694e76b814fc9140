"""Sending what the outbox holds, outside any transaction.

The worker sends every minute, and at once when a web process wakes it after a commit. Without
PORTAL_SMTP nothing is sent: the inbox pages are the delivery, so secrets stay until they are a week
old; with it they go as soon as their mail is sent.
"""

import smtplib
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

import structlog
from flask import current_app
from jinja2 import TemplateError
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.config import Config
from portal.kernel import clock
from portal.store import sending
from portal.store.db import db
from portal.store.outbox import POSTED, Letter
from portal.web.jobs import every, wake
from portal.web.mail_words import render
from portal.web.smtp import Fate, Unreachable, connect, deliver

JOB = "send-mail"
# The worker's other jobs wait no longer than so many mails take.
ROUND = 200


def kept() -> bool:
    """Whether mail stays in this portal's inbox pages: no mail server is set."""
    return _settings().smtp is None


def message(letter: Letter, sender: Address, now: datetime) -> EmailMessage:
    """The letter as it goes over the wire. Raises ValueError for an address that is none, or not
    ASCII, and jinja2.TemplateError as `render` does.
    """
    letter.to.encode("ascii")
    found = render(letter, secret=letter.secret)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = Address(addr_spec=letter.to)
    mail["Subject"] = found.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = letter.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = letter.language
    mail.set_content(found.text, cte="quoted-printable")
    mail.add_alternative(found.html, subtype="html", cte="quoted-printable")
    return mail


def send_due(now: Callable[[], datetime] = clock.wall, most: int | None = None) -> Counter[str]:
    """Send what is due, one mail after the other, at most `most`; how many met which fate. `now` tells
    wall time.

    A server that cannot be reached costs no mail a try: `Unreachable` is raised, and all wait.
    """
    settings, told = _settings(), Counter[str]()
    sending.wipe(now())
    if settings.smtp is None:
        return told
    if lost := sending.settle(now()):
        structlog.get_logger().error("mail.uncertain", mails=lost)
    client, host = None, urlsplit(settings.url).hostname or "localhost"
    try:
        while (most is None or told.total() < most) and sending.due(now()):
            if client is None or client.sock is None:
                client = connect(settings.smtp, host)
            letter = sending.claim(now(), host)
            if letter is None:
                break
            told[_send(client, letter, settings.smtp.sender, now)] += 1
    finally:
        if client is not None:
            client.close()
    return told


@every(JOB, minute="*")
def send_mail(now: datetime) -> None:
    """The worker's round; what cannot be sent now waits for the next, a long queue for one at once."""
    log = structlog.get_logger()
    try:
        if told := send_due(most=ROUND):
            log.info("mail", **told)
        if told.total() >= ROUND:
            wake(JOB)
    except Unreachable as error:
        log.error("mail.unreachable", why=str(error))


def _send(
    client: smtplib.SMTP, letter: Letter, sender: Address, now: Callable[[], datetime]
) -> Fate:
    log = structlog.get_logger()
    try:
        content = message(letter, sender, now()).as_bytes()
    except (TemplateError, ValueError) as error:
        code = "template" if isinstance(error, TemplateError) else "address"
        log.error("mail.unwritten", mail=str(letter.id), kind=letter.kind, why=type(error).__name__)
        sending.failed(letter, code)
        return Fate.NEVER
    fate, code = deliver(client, sender.addr_spec, letter.to, content)
    if fate is Fate.ACCEPTED:
        sending.sent(letter, now())
    elif fate is Fate.LATER:
        sending.put_off(letter, code, now())
    elif fate is Fate.NEVER:
        sending.failed(letter, code)
    else:
        sending.doubt(letter, code)
    if fate is not Fate.ACCEPTED:
        log.warning("mail.not_sent", mail=str(letter.id), fate=fate.value, code=code)
    return fate


def _settings() -> Config:
    found: Config = current_app.extensions["portal.config"]
    return found


@event.listens_for(db.session, "after_commit")
def _wake_sender(session: Session) -> None:
    if session.info.pop(POSTED, False) and not kept():
        wake(JOB)


@event.listens_for(db.session, "after_rollback")
def _nothing_posted(session: Session) -> None:
    session.info.pop(POSTED, None)
