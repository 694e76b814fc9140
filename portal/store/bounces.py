"""Mail that came back: accepted by a mail server, and given up by it or by the next one.

What a returned mail says is read in `web/returned.py`. Here our mail is found by its Message-ID and
marked; it stays `sent` or `uncertain`, since that is what happened when it left. Moments are wall time.
"""

import re
import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.kernel.access import SYSTEM
from portal.store.db import atomic
from portal.store.events import emit
from portal.store.outbox import Mail, MailState

# RFC 3463: class, subject, detail. Only class 5 is for good; 4 says "not yet" (or, with the action
# "failed", that the sender gave up trying).
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>@\s]+>")
LEFT = (MailState.SENDING, MailState.SENT, MailState.UNCERTAIN)


class Marked(StrEnum):
    """What was done about a mail that is said to have come back."""

    NOW = "now"
    BEFORE = "before"
    UNKNOWN = "unknown"


def mark(message_id: str, status: str, now: datetime, *, how: str) -> Marked:
    """Mark our mail of that Message-ID as come back; one event. `how` is a code of who said so.

    A second word about the same mail changes nothing. A mail that never left, or that is none of
    ours, is unknown. Raises ValueError for a status that RFC 3463 does not know.
    """
    if not STATUS.fullmatch(status):
        raise ValueError("a status is three numbers: 5.1.1")
    found = _OURS.fullmatch(message_id.strip())
    if found is None:
        return Marked.UNKNOWN
    with atomic() as session:
        return _mark(session, uuid.UUID(found[1]), found[0], (status, how), now)


def _mark(
    session: Session, key: uuid.UUID, message_id: str, said: tuple[str, str], now: datetime
) -> Marked:
    mail = (Mail.id == key, Mail.message_id == message_id, Mail.state.in_(LEFT))
    status, how = said
    marked = session.scalar(
        update(Mail)
        .where(*mail, Mail.bounced_at.is_(None))
        .values(bounced_at=now, bounce_status=status)
        .returning(Mail.id)
    )
    if marked is not None:
        payload = {"status": status, "how": how}
        emit(session, f"mail:{key}", "mail.bounced", actor=SYSTEM, at=now, payload=payload)
        return Marked.NOW
    there = session.get(Mail, key)
    known = there is not None and there.message_id == message_id and there.bounced_at is not None
    return Marked.BEFORE if known else Marked.UNKNOWN
