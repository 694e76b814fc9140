"""Notices in people's feeds and calendars: the newest version of each, on the day it takes effect (N2).

A feed that was fetched proves nothing of its reader: served is who opened the notice, not who may have.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.notices.gate import terms_of
from portal.notices.gate_rules import soonest
from portal.notices.models import Notice, NoticePartner, NoticeVersion
from portal.notices.rules import Kind
from portal.store.scope import visible_to
from portal.web import richtext
from portal.web.feeds import FEED_SOURCES, MOST, FeedEntry


def news(session: Session, actor: Actor, lang: str) -> Iterator[FeedEntry]:
    """What was published to the actor's company, or by the registry's staff. One query."""
    if not actor.may(Permission.READ_NOTICES):
        return
    newest = (
        visible_to(NoticeVersion, actor)
        .with_only_columns(NoticeVersion.notice_id, func.max(NoticeVersion.number).label("number"))
        .where(NoticeVersion.published_at.is_not(None))
        .group_by(NoticeVersion.notice_id)
        .subquery()
    )
    query = (
        select(
            *(Notice.ref, NoticeVersion.number, NoticeVersion.kind, NoticeVersion.title),
            *(NoticeVersion.body, NoticeVersion.reason, NoticeVersion.published_at),
            *(NoticeVersion.effective_on, NoticeVersion.lead_days),
            *(NoticePartner.effect_on, NoticePartner.served_at, NoticePartner.withdrawn),
        )
        .join(newest, newest.c.notice_id == Notice.id)
        .join(
            NoticeVersion,
            (NoticeVersion.notice_id == Notice.id) & (NoticeVersion.number == newest.c.number),
        )
        .outerjoin(
            NoticePartner,
            (NoticePartner.version_id == NoticeVersion.id)
            & (NoticePartner.partner_id == actor.partner_id),
        )
        .order_by(Notice.id.desc())
        .limit(MOST)
    )
    for row in session.execute(query):
        yield _entry(row, lang)


def _entry(row: Any, lang: str) -> FeedEntry:
    """The day is that on which it holds for the company, once that is certain: then it may have moved,
    and calendars are told by a higher version.
    """
    parts = (row.reason.pick(lang), row.body.pick(lang))
    texts = (richtext.to_text(richtext.to_html(part)) for part in parts if part)
    return FeedEntry(
        id=f"notice-{row.ref}",
        title=row.title.pick(lang),
        text="\n\n".join(texts),
        updated=max(row.published_at, row.served_at or row.published_at),
        path=f"/notices/{row.ref}",
        on=row.effect_on or soonest(terms_of(row)),
        version=2 * row.number + (row.effect_on is not None),
        withdrawn=bool(row.withdrawn) or row.kind is Kind.WITHDRAWAL,
    )


FEED_SOURCES.append(news)
