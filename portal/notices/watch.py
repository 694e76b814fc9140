"""What happens to published notices by itself: mail that was not bounced serves, companies that join
are served on joining, and what waits for nobody any more takes effect (N2, N4).

Each step is a transaction of its own and may be repeated. `now` is the program's moment.
"""

from datetime import datetime

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Person
from portal.kernel import clock
from portal.notices import changes as typed
from portal.notices import gate
from portal.notices.audiences import choice_of, chosen, joined_after
from portal.notices.gate_rules import BOUNCES_WITHIN, How
from portal.notices.models import (
    Notice,
    NoticeChange,
    NoticeEffect,
    NoticePartner,
    NoticeReader,
    NoticeVersion,
)
from portal.notices.publishing import add_companies, publish_due
from portal.notices.rules import Kind
from portal.store.db import atomic, db, retrying
from portal.store.outbox import Mail, MailState


def work(now: datetime) -> None:
    """Publish what is due, then look after every live version."""
    published = publish_due(now)
    for version_id in _live(now):
        attend(version_id, now)
    if published:
        structlog.get_logger().info("notices.published", count=len(published))


@retrying
def attend(version_id: int, now: datetime) -> None:
    """Look after one version: who joined, whom its mail has served, what can take effect."""
    with atomic() as session:
        version = session.scalar(
            select(NoticeVersion).where(NoticeVersion.id == version_id).with_for_update()
        )
        if version is None or version.superseded_at is not None:
            return
        _admit(session, version, now)
        gate.serve(session, version, _served_by_mail(session, version_id), How.MAIL, now)
        gate.release(session, version, now)


def _live(now: datetime) -> list[int]:
    """Versions somebody may still have to be served with, or with changes that wait."""
    waiting = (
        select(NoticeChange.version_id)
        .outerjoin(NoticeEffect, NoticeEffect.change_id == NoticeChange.id)
        .where(NoticeEffect.change_id.is_(None))
    )
    unserved = select(NoticePartner.version_id).where(NoticePartner.served_at.is_(None))
    query = select(NoticeVersion.id).where(
        NoticeVersion.published_at.is_not(None),
        NoticeVersion.superseded_at.is_(None),
        or_(
            NoticeVersion.effective_on >= clock.local_date(now),
            NoticeVersion.id.in_(waiting),
            NoticeVersion.id.in_(unserved),
        ),
    )
    return list(db.session().scalars(query.order_by(NoticeVersion.id)))


def _served_by_mail(session: Session, version_id: int) -> list[int]:
    """Companies in which somebody who lives there had the mail accepted a day ago, not bounced."""
    query = (
        select(NoticeReader.partner_id)
        .join(NoticePartner, NoticePartner.partner_id == NoticeReader.partner_id)
        .join(Mail, Mail.id == NoticeReader.id)
        .join(Membership, Membership.id == NoticeReader.membership_id)
        .join(Person, Person.id == NoticeReader.person_id)
        .where(
            NoticeReader.version_id == version_id,
            NoticePartner.version_id == version_id,
            NoticePartner.served_at.is_(None),
            Mail.state == MailState.SENT,
            Mail.bounced_at.is_(None),
            Mail.sent_at <= clock.wall() - BOUNCES_WITHIN,
            Membership.ended_at.is_(None),
            Person.active,
        )
    )
    return sorted(set(session.scalars(query)))


def _admit(session: Session, version: NoticeVersion, now: datetime) -> None:
    """Add companies that meanwhile belong to the audience; who joined since is served on joining."""
    if version.kind is Kind.WITHDRAWAL:
        return
    today = clock.local_date(now)
    waiting = typed.unwritten(session, version.id, None)
    assert version.effective_on and version.published_at
    if version.effective_on < today and not waiting:
        return
    touched = typed.affected(session, waiting, today)
    affected = frozenset().union(*touched.values())
    home = session.get_one(Notice, version.notice_id).registry_id
    companies = chosen(session, choice_of(version.choice), affected, today, home)
    known = select(NoticePartner.partner_id).where(NoticePartner.version_id == version.id)
    there = set(session.scalars(known))
    new = {partner: why for partner, why in companies.items() if partner not in there}
    if not new:
        return
    add_companies(session, version, new, affected, now)
    joined = joined_after(session, new, clock.local_date(version.published_at))
    gate.serve(session, version, joined, How.JOINED, now)
