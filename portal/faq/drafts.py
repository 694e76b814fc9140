"""The draft of a text, as its editors find it; what is read and written before anything is published.

One at a time: writers of one text queue, on SQLite by the transaction, on PostgreSQL by a lock.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.faq import revisions
from portal.faq.facts import PROMISE
from portal.faq.models import FaqBlock, FaqDraft
from portal.faq.revisions import EMPTY, Now
from portal.faq.rules import Text
from portal.kernel.access import Actor
from portal.store.events import who
from portal.store.facts import GatedFact

NOTHING = Text(EMPTY, EMPTY)


@dataclass(frozen=True)
class OnDesk:
    """A text on its editors' desk. `fact` and `now` are None for a question there is not yet.

    `held` is what readers get, `draft` what editors wrote since (None: nothing). `number` grows with
    every save; `outdated`: another text holds by now than when the draft was last saved.
    """

    text_id: str
    fact: GatedFact | None
    now: Now | None
    held: Text
    draft: Text | None
    number: int
    edited_by: str
    edited_at: datetime | None
    outdated: bool

    @property
    def is_promise(self) -> bool:
        """Whether it is a standing promise."""
        return self.fact is PROMISE

    @property
    def is_new(self) -> bool:
        """Whether readers have nothing of it yet."""
        return self.now is None

    @property
    def text(self) -> Text:
        """What an editor goes on from."""
        return self.draft or self.held

    @property
    def seen(self) -> str:
        """What an editor saw: a save says it, and one that says another came too late."""
        return f"{self.number}.{self.now.holding.revision_id if self.now else 0}"


def on_desk(session: Session, text_id: str, today: date) -> OnDesk | None:
    """A text with its draft, as of today; None where there is neither."""
    row = session.get(FaqDraft, text_id)
    fact = revisions.fact_of(session, text_id)
    if fact is None and (row is None or not row.is_open):
        return None
    now, held = None, NOTHING
    if fact is not None:
        now = revisions.on_date(revisions.holdings(session, text_id)[text_id], today)
        found = revisions.texts(session, [now.holding.revision_id])
        held = revisions.text_of(found[now.holding.revision_id])
    opened = row is not None and row.is_open
    return OnDesk(
        text_id=text_id,
        fact=fact,
        now=now,
        held=held,
        draft=revisions.text_of(row) if opened else None,
        number=row.number if row else 0,
        edited_by=row.edited_by if row and opened else "",
        edited_at=row.edited_at if row and opened else None,
        outdated=bool(
            row and opened and now and row.base_id not in (None, now.holding.revision_id)
        ),
    )


def lock(session: Session, text_id: str) -> None:
    """Let the writers of one text queue until the end of the transaction."""
    if session.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(f"faq:{text_id}", 2)
        session.execute(select(func.pg_advisory_xact_lock(key)))


def write(session: Session, desk: OnDesk, text: Text, actor: Actor, now: datetime) -> None:
    """Let `text` be the draft; the number grows."""
    row = session.get(FaqDraft, desk.text_id)
    if row is None:
        row = FaqDraft(text_id=desk.text_id, number=0)
        session.add(row)
    row.number += 1
    row.is_open = True
    row.question, row.answer = text.question, text.answer
    row.base_id = desk.now.holding.revision_id if desk.now else None
    row.edited_by, row.edited_at = who(actor), now


def close(session: Session, text_id: str) -> None:
    """The draft is published or thrown away; its number stays."""
    row = session.get(FaqDraft, text_id)
    if row is not None:
        row.number += 1
        row.is_open = False
        row.question = row.answer = EMPTY
        row.base_id = None


def promise_ids(session: Session) -> frozenset[str]:
    """The standing promises there are."""
    return frozenset(session.scalars(select(FaqBlock.id)))
