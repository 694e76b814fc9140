"""Whether an answer helped: one opinion a person and text, counted for the editors.

Like searches in vain these are counts, no deeds: no event tells of them.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import throttle
from portal.accounts.keys import fingerprint
from portal.accounts.throttle import LONGEST_SPAN, Bucket, Later
from portal.faq.models import FaqOpinion, FaqRevision
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.store.db import atomic, retrying

MOST_AN_HOUR = 20
MOST_COMMENTS = 200


@dataclass(frozen=True)
class Comment:
    """What somebody wrote of a revision; who, nobody is told."""

    number: int
    helpful: bool
    language: str
    text: str
    at: datetime


@retrying
def give(
    revision_id: int, helpful: bool, comment: str, language: str, *, actor: Actor, now: datetime
) -> Later | None:
    """Keep an opinion; somebody signed in who had one of this text already has another now.

    `now` is the program's moment. Gives when to try again after too many in an hour, and keeps
    nothing then. A visitor's comment is not kept.
    """
    whom = str(actor.person_id) if actor.known else throttle.network(actor.origin)
    key = fingerprint("throttle.faq_opinion", whom)
    with atomic() as session:
        bucket = Bucket("faq_opinion", key, MOST_AN_HOUR, LONGEST_SPAN)
        reserved = throttle.reserve(session, [bucket], clock.wall())
        if isinstance(reserved, Later):
            return reserved
        row = _own(session, revision_id, actor)
        if row is None:
            row = FaqOpinion(revision_id=revision_id, person_id=actor.person_id)
            session.add(row)
        row.helpful, row.language, row.at = helpful, language, now
        row.comment = comment if actor.known else ""
    return None


def comments(session: Session, text_id: str) -> list[Comment]:
    """The latest comments on every revision of a text, at most 200. One query."""
    query = (
        select(
            *(FaqRevision.number, FaqOpinion.helpful, FaqOpinion.language),
            *(FaqOpinion.comment, FaqOpinion.at),
        )
        .join(FaqRevision, FaqRevision.id == FaqOpinion.revision_id)
        .where(FaqRevision.text_id == text_id, FaqOpinion.comment != "")
        .order_by(FaqOpinion.at.desc(), FaqOpinion.id.desc())
    )
    return [Comment(*row) for row in session.execute(query.limit(MOST_COMMENTS))]


def _own(session: Session, revision_id: int, actor: Actor) -> FaqOpinion | None:
    if actor.person_id is None:
        return None
    query = select(FaqOpinion).where(FaqOpinion.revision_id == revision_id)
    return session.scalar(query.where(FaqOpinion.person_id == actor.person_id))
