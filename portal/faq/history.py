"""How a text read on every date, and what changed of all of them: for readers, who see only what
held, holds or is announced, never a draft.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.faq import revisions
from portal.faq.models import FaqEntry, FaqRevision
from portal.faq.revisions import Holding
from portal.kernel import clock
from portal.kernel.localized import Localized
from portal.store.facts import WarrantKind

MOST_CHANGES = 50


@dataclass(frozen=True)
class Reading:
    """A revision with a period in which it holds."""

    holding: Holding
    revision: FaqRevision

    @property
    def number(self) -> int:
        """The revision's number."""
        return self.revision.number

    @property
    def at(self) -> datetime:
        """The moment from which it reads so."""
        start = datetime.combine(self.holding.since, time(), clock.zone())
        return max(self.revision.made_at, start)


@dataclass(frozen=True)
class Change:
    """A text that came to read otherwise, or is new. `slug` None: it is a standing promise."""

    reading: Reading
    slug: Localized | None

    @property
    def first(self) -> bool:
        """Whether it is the text's first."""
        return self.reading.holding.warrant is WarrantKind.ORIGIN


def readings(session: Session, text_id: str) -> list[Reading]:
    """The periods of a text, the newest first; none for a text there is not."""
    periods = revisions.holdings(session, text_id).get(text_id, ())
    rows = revisions.texts(session, (each.revision_id for each in periods))
    return [Reading(each, rows[each.revision_id]) for each in reversed(periods)]


def changes(session: Session, today: date) -> list[Change]:
    """What came to read as it does until `today`, the latest first. A fixed number of queries."""
    periods = [
        each
        for held in revisions.holdings(session).values()
        for each in held
        if each.since <= today
    ]
    rows = revisions.texts(session, (each.revision_id for each in periods))
    slugs = {row.id: row.slug for row in session.execute(select(FaqEntry.id, FaqEntry.slug))}
    found = [
        Change(Reading(each, rows[each.revision_id]), slugs.get(each.text_id)) for each in periods
    ]
    found.sort(key=lambda one: (one.reading.at, one.reading.revision.id), reverse=True)
    return found[:MOST_CHANGES]


def brief(session: Session, text_id: str, found: Sequence[Reading]) -> Sequence[FaqRevision]:
    """Corrections that another one of the same day took the place of: they hold in no period."""
    query = select(FaqRevision).where(
        FaqRevision.text_id == text_id,
        FaqRevision.corrects,
        FaqRevision.id.not_in([one.revision.id for one in found]),
    )
    return session.scalars(query.order_by(FaqRevision.number.desc())).all()


def revisions_of(session: Session, text_id: str) -> Sequence[Any]:
    """Every revision of a text, the newest first: for its editors."""
    query = select(FaqRevision).where(FaqRevision.text_id == text_id)
    return session.scalars(query.order_by(FaqRevision.number.desc())).all()
