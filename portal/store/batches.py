"""How far a mail to many has come: its mails counted by what became of them, and those in trouble.

Every mail of a batch is in exactly one of the counts: one that came back is no longer among the sent.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from portal.store.outbox import Mail, MailState

LOST = Mail.bounced_at.is_not(None)


@dataclass(frozen=True)
class Progress:
    """The mails of a batch by what became of them. `moving`: some are still on their way."""

    waiting: int = 0
    sending: int = 0
    sent: int = 0
    bounced: int = 0
    failed: int = 0
    uncertain: int = 0

    @property
    def total(self) -> int:
        """All there are."""
        return self.done + self.waiting + self.sending

    @property
    def done(self) -> int:
        """Those of which the end is known, or known not to be known."""
        return self.sent + self.bounced + self.failed + self.uncertain

    @property
    def moving(self) -> bool:
        """Whether any is still on its way."""
        return self.done < self.total


def progress(session: Session, batch: str) -> Progress:
    """The mails of `batch`, counted. One query."""
    return progress_of(session, (batch,)).get(batch, Progress())


def progress_of(session: Session, batches: Collection[str]) -> dict[str, Progress]:
    """The mails of each of `batches` that has any, counted. One query."""
    counts: dict[str | None, dict[str, int]] = {}
    query = (
        select(Mail.batch, Mail.state, LOST, func.count())
        .where(Mail.batch.in_(batches))
        .group_by(Mail.batch, Mail.state, LOST)
    )
    for batch, state, lost, count in session.execute(query):
        told = counts.setdefault(batch, {})
        name = "bounced" if lost else state.value
        told[name] = told.get(name, 0) + count
    return {batch: Progress(**told) for batch, told in counts.items() if batch}


def troubled(
    session: Session, batch: str, *, after: uuid.UUID | None = None, most: int = 50
) -> Sequence[Row[Any]]:
    """The mails of `batch` that failed, came back or may not have arrived, by id, from the one after
    `after`: id, person_id, state, bounced_at and `why`, a code. One query.
    """
    bad = or_(Mail.state.in_((MailState.FAILED, MailState.UNCERTAIN)), LOST)
    why = func.coalesce(Mail.bounce_status, Mail.last_error).label("why")
    query: Any = select(Mail.id, Mail.person_id, Mail.state, Mail.bounced_at, why)
    query = query.where(Mail.batch == batch, bad).order_by(Mail.id).limit(most)
    found: Sequence[Row[Any]] = session.execute(
        query if after is None else query.where(Mail.id > after)
    ).all()
    return found
