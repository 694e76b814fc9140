"""The revisions of the texts and the periods in which they hold, as values; making a new one.

A text is a question ("Q5") or a standing promise ("P2"); its kind says which fact it is of.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.faq.facts import ANSWER, PROMISE
from portal.faq.models import FaqBlock, FaqEntry, FaqRevision
from portal.faq.rules import Text
from portal.kernel.access import Actor
from portal.kernel.localized import Localized
from portal.store.events import who
from portal.store.facts import GatedFact, Warrant, WarrantKind
from portal.store.periods import begin

EMPTY = Localized()


@dataclass(frozen=True)
class Holding:
    """A revision that holds between two dates, and on whose word: a warrant's kind and reason."""

    text_id: str
    revision_id: int
    since: date
    until: date | None
    warrant: WarrantKind
    reason: str
    at: datetime


@dataclass(frozen=True)
class Now:
    """Which of its holdings a text has on a date, and the next one, if a change is announced.

    `begun` is false before the first of them: that one is shown, as not in force yet.
    """

    holding: Holding
    next: Holding | None
    begun: bool


def holdings(session: Session, text_id: str | None = None) -> dict[str, tuple[Holding, ...]]:
    """The periods of every text, or of one, oldest first. Two queries."""
    found: dict[str, list[Holding]] = {}
    for fact in (ANSWER, PROMISE):
        model, subject = fact.model, getattr(fact.model, fact.subject)
        columns = (subject, model.revision_id, model.valid_from, model.valid_to)
        query = (
            select(*columns, Warrant.kind, Warrant.reason, Warrant.at)
            .join(Warrant, Warrant.id == model.warrant_id)
            .order_by(subject, model.valid_from)
        )
        if text_id is not None:
            query = query.where(subject == text_id)
        for row in session.execute(query):
            found.setdefault(row[0], []).append(Holding(*row))
    return {name: tuple(periods) for name, periods in found.items()}


def on_date(periods: tuple[Holding, ...], on: date) -> Now:
    """What holds on `on`: the last that has begun, else the first."""
    at = max((n for n, period in enumerate(periods) if period.since <= on), default=-1)
    later = periods[at + 1] if at + 1 < len(periods) else None
    if at < 0:
        return Now(periods[0], next(iter(periods[1:]), None), begun=False)
    return Now(periods[at], later, begun=True)


def texts(session: Session, ids: Iterable[int]) -> Mapping[int, FaqRevision]:
    """Revisions by id. One query."""
    rows = session.scalars(select(FaqRevision).where(FaqRevision.id.in_(list(ids))))
    return {row.id: row for row in rows}


def fact_of(session: Session, text_id: str) -> GatedFact | None:
    """The fact whose subject a text is; None for a text there is not."""
    if session.get(FaqEntry, text_id) is not None:
        return ANSWER
    return PROMISE if session.get(FaqBlock, text_id) is not None else None


def make(
    session: Session,
    text_id: str,
    text: Text,
    *,
    why: Localized,
    actor: Actor,
    now: datetime,
    corrects: bool = False,
) -> FaqRevision:
    """A new revision of a text, with its id; it holds nowhere yet."""
    last = select(func.max(FaqRevision.number)).where(FaqRevision.text_id == text_id)
    row = FaqRevision(
        text_id=text_id,
        number=(session.scalar(last) or 0) + 1,
        question=text.question,
        answer=text.answer,
        why=why,
        corrects=corrects,
        made_by=who(actor),
        made_at=now,
    )
    session.add(row)
    session.flush()
    return row


def start(
    session: Session,
    fact: GatedFact,
    text_id: str,
    text: Text,
    *,
    on: date,
    warrant_id: int,
    actor: Actor,
    now: datetime,
) -> FaqRevision:
    """The first revision of a new text, holding from `on`: it needs no notice (N1)."""
    row = make(session, text_id, text, why=EMPTY, actor=actor, now=now)
    begin(session, fact, text_id, row.id, on=on, warrant_id=warrant_id)
    return row


def text_of(row: Any) -> Text:
    """What a revision, or a draft, says."""
    return Text(row.question, row.answer)
