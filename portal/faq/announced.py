"""Which texts will read otherwise, and from when: what published notices announce of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.faq.facts import ANSWER, PROMISE
from portal.faq.library import Question
from portal.kernel import clock
from portal.notices.gate import terms_of
from portal.notices.gate_rules import DAY, day_start, soonest
from portal.notices.models import Notice, NoticeChange, NoticeEffect, NoticeVersion


@dataclass(frozen=True)
class Announced:
    """A change to come: its day, which is `certain` once it is sealed and else the earliest there can
    be, and the notice's reference.
    """

    on: date
    certain: bool
    ref: str


def announced(session: Session, on: date) -> dict[str, Announced]:
    """The next announced change of each text after `on`, of what was published by then. One query."""
    query = (
        select(
            *(NoticeChange.subject, Notice.ref, NoticeEffect.effect_on),
            *(NoticeVersion.effective_on, NoticeVersion.published_at, NoticeVersion.lead_days),
        )
        .join(NoticeVersion, NoticeVersion.id == NoticeChange.version_id)
        .join(Notice, Notice.id == NoticeVersion.notice_id)
        .outerjoin(NoticeEffect, NoticeEffect.change_id == NoticeChange.id)
        .where(
            NoticeChange.fact.in_((ANSWER.name, PROMISE.name)),
            NoticeVersion.published_at < day_start(on + DAY, clock.zone().key),
            or_(NoticeVersion.superseded_at.is_(None), NoticeEffect.effect_on.is_not(None)),
            or_(NoticeEffect.effect_on.is_(None), NoticeEffect.effect_on > on),
        )
    )
    found: dict[str, Announced] = {}
    for row in session.execute(query):
        day = row.effect_on or max(soonest(terms_of(row)), on + DAY)
        one = Announced(day, row.effect_on is not None, row.ref)
        found[row.subject] = min(one, found.get(row.subject, one), key=lambda each: each.on)
    return found


def next_of(question: Question, found: Mapping[str, Announced]) -> Announced | None:
    """The next announced change of an answer: of its own text, or of a promise inside."""
    own = [found[name] for name in (question.id, *question.promises) if name in found]
    return min(own, key=lambda each: each.on, default=None)
