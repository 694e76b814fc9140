"""Questions about a notice until a date; answers are public to everybody the notice went to.

Moments are the program's.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.localized import Localized
from portal.notices.models import Notice, NoticeQuestion, NoticeVersion
from portal.notices.queries import own_versions
from portal.store.db import atomic
from portal.store.events import emit
from portal.store.scope import visible_to


class Closed(Exception):
    """Questions are not taken, or not any more."""


def ask(ref: str, text: str, *, actor: Actor, now: datetime) -> int:
    """Ask about a notice for one's company; the question's id.

    Raises LookupError for a notice the actor does not see, Closed when its time for questions is
    over or it has none.
    """
    with atomic() as session:
        query = visible_to(NoticeVersion, actor).join(Notice, Notice.id == NoticeVersion.notice_id)
        version = session.scalar(
            query.where(Notice.ref == ref).order_by(NoticeVersion.number.desc()).limit(1)
        )
        if version is None or actor.partner_id is None or actor.person_id is None:
            raise LookupError("no such notice")
        if version.questions_until is None or clock.local_date(now) > version.questions_until:
            raise Closed
        row = NoticeQuestion(
            notice_id=version.notice_id,
            partner_id=actor.partner_id,
            asked_by=actor.person_id,
            asked_at=now,
            text=text,
            public_text=Localized(),
            answer=Localized(),
        )
        session.add(row)
        session.flush()
        _event(session, row, "notices.asked", actor)
        return row.id


def answer(
    question_id: int, public_text: Localized, said: Localized, *, actor: Actor, now: datetime
) -> bool:
    """Answer in every language, with the question as everybody may read it; False once answered.

    Raises LookupError for a question about another registry's notice.
    """
    with atomic() as session:
        row = session.scalar(
            select(NoticeQuestion).where(NoticeQuestion.id == question_id).with_for_update()
        )
        own = own_versions(actor).with_only_columns(NoticeVersion.notice_id)
        if row is None or row.notice_id not in set(session.scalars(own)):
            raise LookupError("no such question")
        if row.answered_at is not None:
            return False
        row.public_text, row.answer = public_text, said
        row.answered_by, row.answered_at = actor.person_id, now
        _event(session, row, "notices.answered", actor)
    return True


def _event(session: Session, row: NoticeQuestion, verb: str, actor: Actor) -> None:
    registry = select(Notice.registry_id).where(Notice.id == row.notice_id)
    emit(
        *(session, f"notice:{row.notice_id}", verb),
        actor=actor,
        at=clock.wall(),
        partner_id=row.partner_id,
        registry_id=session.scalar(registry),
        payload={"question": row.id},
    )
