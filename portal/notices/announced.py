"""What is announced of a dated fact and does not hold yet, for the pages of the slice that owns it."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.notices.gate import terms_of
from portal.notices.gate_rules import DAY, day_start, soonest
from portal.notices.models import Notice, NoticeChange, NoticeEffect, NoticeVersion
from portal.store.announced import Announced, tells
from portal.store.facts import GatedFact, Key


@tells
def of_subjects(
    session: Session, fact: GatedFact, keys: Collection[Key], on: date
) -> Mapping[Key, Announced]:
    """The nearest change that a live notice published by `on` announces of each subject."""
    query = (
        select(
            *(NoticeChange.subject, NoticeChange.value, Notice.ref, NoticeEffect.effect_on),
            *(NoticeVersion.effective_on, NoticeVersion.published_at, NoticeVersion.lead_days),
        )
        .join(NoticeVersion, NoticeVersion.id == NoticeChange.version_id)
        .join(Notice, Notice.id == NoticeVersion.notice_id)
        .outerjoin(NoticeEffect, NoticeEffect.change_id == NoticeChange.id)
        .where(
            NoticeChange.fact == fact.name,
            NoticeChange.subject.in_([str(key) for key in keys]),
            NoticeVersion.published_at < day_start(on + DAY, clock.zone().key),
            NoticeVersion.superseded_at.is_(None),
            or_(NoticeEffect.effect_on.is_(None), NoticeEffect.effect_on > on),
        )
    )
    found: dict[Key, Announced] = {}
    for row in session.execute(query):
        day = row.effect_on or max(soonest(terms_of(row)), on)
        told = Announced(row.value["value"], day, row.effect_on is not None, row.ref)
        key = fact.key(row.subject)
        if key not in found or told.on < found[key].on:
            found[key] = told
    return found
