"""What changed for a company and what will, by date: read from notices, from what they brought about,
and from corrections. Every line leads to its notice.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_
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
    """The changes of the actor's company as of `on`: what was published later is not there."""
    query = (
        visible_to(NoticeChange, actor)
        .with_only_columns(
            *(NoticeChange.id, NoticeChange.version_id, Notice.ref, NoticeVersion.title),
            *(NoticeVersion.effective_on, NoticeVersion.published_at, NoticeVersion.lead_days),
            *(NoticeVersion.superseded_at, NoticeEffect.effect_on),
        )
        .join(NoticeVersion, NoticeVersion.id == NoticeChange.version_id)
        .join(Notice, Notice.id == NoticeVersion.notice_id)
        .join(
            NoticePartner,
            (NoticePartner.version_id == NoticeVersion.id)
            & (NoticePartner.partner_id == actor.partner_id),
        )
        .outerjoin(NoticeEffect, NoticeEffect.change_id == NoticeChange.id)
        .where(or_(NoticeVersion.superseded_at.is_(None), NoticePartner.withdrawn.is_(False)))
        .where(NoticeVersion.published_at < day_start(on + DAY, clock.zone().key))
        .order_by(NoticeChange.id)
    )
    rows = {row.id: row for row in session.execute(query)}
    changes = typed.by_ids(session, rows)
    told = in_told(session, changes, {i: row.effect_on for i, row in rows.items()}, lang)
    lines = [
        Line(
            words,
            row.effect_on or soonest(terms_of(row)),
            row.effect_on is not None,
            row.ref,
            row.title,
        )
        for words, row in zip(told, (rows[one.id] for one in changes), strict=True)
        if row.superseded_at is None or row.effect_on is not None
    ]
    held = [line for line in lines if line.certain and line.on <= on]
    coming = [line for line in lines if line not in held]
    return Outlook(
        tuple(sorted(held, key=lambda line: line.on, reverse=True)),
        tuple(sorted(coming, key=lambda line: line.on)),
    )
