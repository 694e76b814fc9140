"""Each mail by one sender, once: real processes, killed and racing (catalogue 0.10, C4, C5)."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.config import ROOT
from portal.kernel import clock
from portal.store import sending
from portal.store.db import atomic, db
from portal.store.outbox import Mail, MailState
from portal.web import mail as mailer
from tests.concurrency.crowd import together
from tests.mail.conftest import mail, put

LEASE_OVER = sending.LEASE + timedelta(seconds=1)
MANY = 20


def send():
    return sum(mailer.send_due().values())


def send_unclaimed():
    """The control: looked up in one transaction and marked in the next."""
    sending.claim = _look_then_mark
    return send()


def _look_then_mark(now, host):
    session = db.session()
    waits = Mail.state == MailState.WAITING
    row = session.scalar(select(Mail).where(waits).order_by(Mail.id).limit(1))
    letter = None if row is None else replace(row.letter(), attempt=1, message_id=f"<{row.id}@x>")
    session.rollback()
    time.sleep(0.02)
    if letter is not None:
        with atomic() as session:
            values = {
                "state": MailState.SENDING,
                "lease_until": now,
                "attempts": 1,
                "sent_at": None,
            }
            session.execute(update(Mail).where(Mail.id == letter.id).values(**values))
    return letter


def test_two_senders_at_once_send_each_mail_once(posting, app):
    for at in range(MANY):
        put(to=f"p{at}@andes.example")
    shares = together(app, send, [()] * 2)
    assert sum(shares) == MANY, shares
    assert sorted(mail["To"] for mail in posting.taken) == sorted(
        f"p{at}@andes.example" for at in range(MANY)
    )


def test_without_the_claim_some_go_out_twice(posting, app):
    for at in range(MANY):
        put(to=f"p{at}@andes.example")
    together(app, send_unclaimed, [()] * 2)
    assert len(posting.taken) > MANY


@pytest.fixture
def killed(posting, app):
    """A mail whose sender was killed when the server had taken it, before that could be marked."""
    settings, key = app.extensions["portal.config"], put()
    db.session.remove()
    environ = {
        **os.environ,
        "PORTAL_DATA": str(settings.data),
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_URL": settings.url,
        "PORTAL_SMTP": f"smtp://127.0.0.1:{posting.port}",
        "PORTAL_MAIL_FROM": "Portal <portal@portal.example>",
    }
    sender = subprocess.Popen(
        [sys.executable, "-m", "flask", "mail", "send"], env=environ, cwd=ROOT
    )
    posting.answers["data"] = lambda: os.kill(sender.pid, signal.SIGKILL)
    assert sender.wait(timeout=120) == -signal.SIGKILL
    posting.answers.clear()
    return key


def test_a_sender_killed_after_the_server_took_it_leaves_it_uncertain(posting, killed, later):
    assert len(posting.taken) == 1
    assert mail(killed).state is MailState.SENDING
    assert mailer.send_due() == {}, "the lease still runs"
    assert mailer.send_due(later(LEASE_OVER)) == {}
    row = mail(killed)
    assert (row.state, row.last_error) == (MailState.UNCERTAIN, "lease")
    assert mailer.send_due(later(timedelta(hours=12))) == {}
    assert len(posting.taken) == 1


def test_put_back_instead_it_would_go_out_twice(posting, killed, later, monkeypatch):
    """The control: what a queue does that calls an ended lease a failure."""

    def put_back(now):
        with atomic() as session:
            session.execute(update(Mail).values(state=MailState.WAITING, lease_until=None))
        return 0

    monkeypatch.setattr(sending, "settle", put_back)
    assert mailer.send_due(later(LEASE_OVER)) == {"accepted": 1}
    assert len(posting.taken) == 2


def test_a_slow_sender_that_comes_back_says_what_happened(posting):
    """Its lease is over and nobody else tried: it knows better than the clock."""
    key, now = put(), clock.wall()
    letter = sending.claim(now, "portal.test")
    assert sending.settle(now + LEASE_OVER) == 1
    assert sending.sent(letter, now + LEASE_OVER)
    assert (mail(key).state, mail(key).secret) == (MailState.SENT, None)


def test_an_overtaken_sender_changes_nothing(posting):
    key, now = put(), clock.wall()
    first = sending.claim(now, "portal.test")
    sending.settle(now + LEASE_OVER)
    assert sending.retry(key, now)
    assert not sending.sent(first, now), "a person said again: the old try no longer speaks"
    second = sending.claim(now, "portal.test")
    assert (second.attempt, second.message_id) == (2, first.message_id)
    assert not sending.failed(first, "smtp_550_rcpt")
    assert mail(key).state is MailState.SENDING


def test_what_is_claimed_is_claimed_by_nobody_else(posting):
    put()
    now = clock.wall()
    assert sending.claim(now, "portal.test") is not None
    assert sending.claim(now, "portal.test") is None


def test_no_transaction_is_open_while_a_server_is_waited_for(posting, monkeypatch):
    """A mail server that takes its time holds up nobody's writing (C17)."""
    seen = []
    for name in ("connect", "deliver"):
        real = getattr(mailer, name)

        def watched(*arguments, real=real):
            seen.append(db.session().in_transaction())
            return real(*arguments)

        monkeypatch.setattr(mailer, name, watched)
    put()
    put()
    mailer.send_due()
    assert seen == [False] * 3
