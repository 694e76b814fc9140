"""Taking mails from the outbox and saying what became of them, each in a transaction of its own.

Nothing here speaks SMTP, and no transaction is open while somebody does. A letter carries the number
of its try: who was overtaken (by a lease that ran out and a person who said "again") changes nothing.
Moments are wall time.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from portal.kernel.access import SYSTEM
from portal.store.db import atomic, db
from portal.store.events import emit
from portal.store.outbox import POSTED, Letter, Mail, MailState

# Longer than one delivery can take: a sender waits 15 seconds for each of its five answers.
LEASE = timedelta(seconds=120)
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 480))
TRIES = len(BACKOFF) + 1
# Due for so long and never taken: nobody expects it any more, and its link is void.
STALE = timedelta(days=1)
SECRETS_KEPT = timedelta(days=7)


def due(now: datetime) -> bool:
    """Whether a mail waits to be sent."""
    session = db.session()
    found = session.scalar(select(Mail.id).where(*_ready(now)).limit(1))
    session.rollback()
    return found is not None


def claim(now: datetime, host: str) -> Letter | None:
    """Take the mail that is due longest, for this sender alone until the lease ends; None: none.

    Bulk is taken when nothing else is due: who asked for a link never waits behind ten thousand. It is `sending` from here on. Whoever claims says afterwards what became of it.
    """
    with atomic() as session:
        mail = session.scalar(
            select(Mail)
            .where(*_ready(now))
            .order_by(Mail.bulk, Mail.due_at, Mail.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if mail is None:
            return None
        mail.state, mail.lease_until = MailState.SENDING, now + LEASE
        mail.attempts += 1
        mail.message_id = mail.message_id or f"<{mail.id}@{host}>"
        return mail.letter()


def sent(letter: Letter, now: datetime) -> bool:
    """It was accepted for delivery: its secret is wiped. Whether this try still spoke for it."""
    return _become(letter, MailState.SENT, sent_at=now, secret=None, last_error=None)


def put_off(letter: Letter, code: str, now: datetime) -> bool:
    """It was not accepted now: later again, or `failed` for good after the last try."""
    if letter.attempt >= TRIES:
        return failed(letter, code)
    later = now + BACKOFF[letter.attempt - 1]
    return _become(letter, MailState.WAITING, due_at=later, last_error=code)


def failed(letter: Letter, code: str) -> bool:
    """It will not be accepted: no further try, unless somebody says so."""
    return _become(letter, MailState.FAILED, last_error=code)


def doubt(letter: Letter, code: str) -> bool:
    """It may have been accepted: never sent again, unless somebody says so."""
    return _become(letter, MailState.UNCERTAIN, last_error=code)


def settle(now: datetime) -> int:
    """What time alone decides; the number of mails that became uncertain.

    A lease that ran out makes its mail `uncertain`, a day without a try makes it `failed`.
    """
    waiting = Mail.state == MailState.WAITING
    with atomic() as session:
        lost = session.scalars(
            update(Mail)
            .where(Mail.state == MailState.SENDING, Mail.lease_until <= now)
            .values(state=MailState.UNCERTAIN, lease_until=None, last_error="lease")
            .returning(Mail.id)
        ).all()
        session.execute(
            update(Mail)
            .where(waiting, Mail.due_at <= now - STALE)
            .values(state=MailState.FAILED, last_error="stale")
        )
    return len(lost)


def wipe(now: datetime) -> None:
    """Take the secrets that are a week old, sent or not: no link works as long."""
    with atomic() as session:
        old = Mail.created_at <= now - SECRETS_KEPT
        session.execute(update(Mail).where(Mail.secret.is_not(None), old).values(secret=None))


def retry(mail_id: uuid.UUID, now: datetime) -> bool:
    """Send a failed or uncertain mail again, on somebody's word; whether there was such a mail.

    An uncertain one may arrive twice then, with the same Message-ID; what was known of its coming back
    is of the try before. The word is on record.
    """
    with atomic() as session:
        mail = session.get(Mail, mail_id, with_for_update=True)
        if mail is None or mail.state not in (MailState.FAILED, MailState.UNCERTAIN):
            return False
        emit(session, f"mail:{mail.id}", "mail.retried", actor=SYSTEM, at=now)
        mail.state, mail.due_at = MailState.WAITING, now
        mail.bounced_at = mail.bounce_status = None
        session.info[POSTED] = True
        return True


def forget(session: Session, person_id: int, *addresses: str) -> None:
    """Delete every mail of a person, and every one to the addresses, inside the caller's transaction.

    For who is anonymised: mails hold names and addresses, and one that waits is not sent any more.
    """
    theirs = or_(Mail.person_id == person_id, Mail.to_address.in_(addresses))
    session.execute(delete(Mail).where(theirs))


def _ready(now: datetime) -> tuple[Any, ...]:
    return (
        Mail.state == MailState.WAITING,
        Mail.due_at <= now,
        Mail.due_at > now - STALE,
    )


def _become(letter: Letter, state: MailState, **values: Any) -> bool:
    """Only the try that was claimed speaks, be its lease over or not: it knows what happened."""
    with atomic() as session:
        found = session.scalar(
            update(Mail)
            .where(
                Mail.id == letter.id,
                Mail.attempts == letter.attempt,
                Mail.state.in_((MailState.SENDING, MailState.UNCERTAIN)),
            )
            .values(state=state, lease_until=None, **values)
            .returning(Mail.id)
        )
    return found is not None
