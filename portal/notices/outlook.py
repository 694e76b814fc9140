"""What changed for a company and what will, by date: read from notices, from what they brought about,
and from corrections. Every line leads to its notice.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.notices import changes as typed
from portal.notices.gate import terms_of
from portal.notices.gate_rules import DAY, day_start, soonest
from portal.notices.models import Notice, NoticeChange, NoticeEffect, NoticePartner, NoticeVersion
from portal.notices.telling import Told, in_told
from portal.store.scope import visible_to


@dataclass(frozen=True)
class Line:
    """One change and the notice it stands on. `on` is its first day: certain once it is sealed,
    else the day it cannot come before.
    """

    told: Told
    on: date
    certain: bool
    ref: str
    title: Any


@dataclass(frozen=True)
class Outlook:
    """The changes that hold already, the latest first, and those to come, the nearest first."""

    held: tuple[Line, ...]
    coming: tuple[Line, ...]


def load(session: Session, actor: Actor, on: date, lang: str) -> Outlook:
    """The changes of the actor's company as of `on`: what was published, sealed or called off later
    is not there yet.
    """
    over = day_start(on + DAY, clock.zone().key)
    query = (
        visible_to(NoticeChange, actor)
        .with_only_columns(
            *(NoticeChange.id, NoticeChange.version_id, Notice.ref, NoticeVersion.title),
            *(NoticeVersion.effective_on, NoticeVersion.published_at, NoticeVersion.lead_days),
            *(NoticeVersion.superseded_at, NoticeEffect.effect_on, NoticeEffect.sealed_at),
        )
        .join(NoticeVersion, NoticeVersion.id == NoticeChange.version_id)
        .join(Notice, Notice.id == NoticeVersion.notice_id)
        .join(
            NoticePartner,
            (NoticePartner.version_id == NoticeVersion.id)
            & (NoticePartner.partner_id == actor.partner_id),
        )
        .outerjoin(NoticeEffect, NoticeEffect.change_id == NoticeChange.id)
        .where(NoticeVersion.published_at < over)
        .order_by(NoticeChange.id)
    )
    rows = {row.id: row for row in session.execute(query) if _stands(row, over)}
    days = {each: row.effect_on if _sealed(row, over) else None for each, row in rows.items()}
    changes = typed.by_ids(session, rows)
    lines = [
        Line(
            words,
            days[change.id] or soonest(terms_of(rows[change.id])),
            days[change.id] is not None,
            rows[change.id].ref,
            rows[change.id].title,
        )
        for words, change in zip(in_told(session, changes, days, lang), changes, strict=True)
    ]
    held = [line for line in lines if line.certain and line.on <= on]
    coming = [line for line in lines if line not in held]
    return Outlook(
        tuple(sorted(held, key=lambda line: line.on, reverse=True)),
        tuple(sorted(coming, key=lambda line: line.on)),
    )


def _sealed(row: Any, over: datetime) -> bool:
    return row.sealed_at is not None and row.sealed_at < over


def _stands(row: Any, over: datetime) -> bool:
    """Whether by `over` no later version had taken the place of one that did not hold yet."""
    if row.superseded_at is None or row.superseded_at >= over:
        return True
    return row.effect_on is not None and row.effect_on <= clock.local_date(row.superseded_at)
