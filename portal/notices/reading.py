"""A partner's person reads a notice: opening and acknowledging serve the company (N2, N5).

Moments are the program's.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.notices import gate
from portal.notices.gate_rules import How
from portal.notices.models import NoticePartner, NoticeReader, NoticeVersion
from portal.store.db import atomic, retrying
from portal.store.events import emit
from portal.store.scope import visible_to
from portal.store.types import uuid7


@retrying
def opened(version_id: int, *, actor: Actor, now: datetime) -> bool:
    """Put on record that the actor opened this version for the first time; whether it was news.

    Raises LookupError when it was not published to the actor's company.
    """
    return _read(version_id, How.OPENED, actor, now)


@retrying
def acknowledge(version_id: int, *, actor: Actor, now: datetime) -> bool:
    """Put on record that the actor has taken note of this version; whether it was news."""
    return _read(version_id, How.ACKNOWLEDGED, actor, now)


def unread(session: Session, version_id: int, actor: Actor) -> bool:
    """Whether the actor has not opened this version yet; what a page asks before it writes."""
    query = select(NoticeReader.opened_at).where(
        NoticeReader.version_id == version_id,
        NoticeReader.partner_id == actor.partner_id,
        NoticeReader.person_id == actor.person_id,
    )
    return session.scalar(query) is None


def _read(version_id: int, how: How, actor: Actor, now: datetime) -> bool:
    with atomic() as session:
        mine = visible_to(NoticePartner, actor).where(NoticePartner.version_id == version_id)
        company = session.scalar(mine)
        if company is None or company.partner_id != actor.partner_id:
            raise LookupError("no such notice")
        reader = _reader(session, version_id, actor)
        news = reader.acknowledged_at is None if how is How.ACKNOWLEDGED else not reader.opened_at
        if not news:
            return False
        reader.opened_at = reader.opened_at or now
        if how is How.ACKNOWLEDGED:
            reader.acknowledged_at = now
        session.flush()
        version = session.get_one(NoticeVersion, version_id)
        gate.serve(session, version, [company.partner_id], how, now)
        emit(
            *(session, f"notice:{version.notice_id}", f"notices.{how}"),
            actor=actor,
            at=clock.wall(),
            partner_id=actor.partner_id,
            payload={"version": version.number},
        )
    return True


def _reader(session: Session, version_id: int, actor: Actor) -> NoticeReader:
    """The delivery to this person; one is made for who joined the company after publication."""
    query = select(NoticeReader).where(
        NoticeReader.version_id == version_id,
        NoticeReader.partner_id == actor.partner_id,
        NoticeReader.person_id == actor.person_id,
    )
    found = session.scalar(query.with_for_update())
    if found is None:
        assert actor.partner_id and actor.person_id and actor.membership_id
        found = NoticeReader(
            id=uuid7(),
            version_id=version_id,
            partner_id=actor.partner_id,
            person_id=actor.person_id,
            membership_id=actor.membership_id,
            language=actor.language,
            # Read before any mail went out: none is owed.
            mailed_at=clock.business(),
        )
        session.add(found)
        session.flush()
    return found
