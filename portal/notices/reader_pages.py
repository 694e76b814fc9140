"""What a partner's pages show of notices: loaders with a fixed number of queries.

`on` is the business date looked at. A version counts from the day it was published; what a later
one took the place of is shown as such.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.localized import Localized
from portal.notices.gate import terms_of
from portal.notices.gate_rules import DAY, Effect, day_start, effect, soonest
from portal.notices.models import (
    Notice,
    NoticePartner,
    NoticeQuestion,
    NoticeReader,
    NoticeVersion,
)
from portal.notices.queries import State, state_of
from portal.notices.rules import Kind
from portal.notices.telling import Told, changes_for
from portal.registry.models import Registry
from portal.store.scope import visible_to

PAGE = 30


@dataclass(frozen=True)
class Row:
    """A notice in a list: its newest version that was published to the company."""

    id: int
    ref: str
    registry: str
    thread: int
    title: Localized
    topic: str
    kind: Kind
    published_on: date
    soonest: date
    effect_on: date | None
    withdrawn: bool
    opened: bool
    acknowledged: bool


@dataclass(frozen=True)
class Question:
    """A question about a notice; `mine` is what the own company wrote, as it wrote it."""

    id: int
    mine: bool
    text: str
    asked_at: datetime
    answer: Localized
    answered_at: datetime | None


@dataclass(frozen=True)
class Page:
    """A notice as one company reads it."""

    ref: str
    version_id: int
    number: int
    numbers: tuple[int, ...]
    state: State
    registry: str
    thread: int
    kind: Kind
    topic: str
    title: Localized
    body: Localized
    reason: Localized
    published_at: datetime
    soonest: date
    lead_days: int
    questions_until: date | None
    changes: tuple[Told, ...]
    row: NoticePartner
    effect: Effect | None
    reader: NoticeReader | None
    questions: tuple[Question, ...]

    @property
    def may_ask(self) -> bool:
        """Whether questions are still taken."""
        return self.questions_until is not None and clock.today() <= self.questions_until


def listed(session: Session, actor: Actor, on: date, before: int | None = None) -> list[Row]:
    """The notices of the actor's company as of `on`, the newest first; at most PAGE + 1 rows."""
    newest = (
        visible_to(NoticeVersion, actor)
        .with_only_columns(NoticeVersion.notice_id, func.max(NoticeVersion.number).label("number"))
        .where(NoticeVersion.published_at < _end(on))
        .group_by(NoticeVersion.notice_id)
        .subquery()
    )
    query = (
        select(
            *(Notice.id, Notice.ref, Registry.name, Registry.thread, NoticeVersion.title),
            *(NoticeVersion.topic, NoticeVersion.kind, NoticeVersion.published_at),
            *(
                NoticeVersion.effective_on,
                NoticeVersion.lead_days,
                NoticePartner.effect_on,
                NoticePartner.withdrawn,
            ),
            *(NoticeReader.opened_at, NoticeReader.acknowledged_at),
        )
        .join(newest, newest.c.notice_id == Notice.id)
        .join(
            NoticeVersion,
            (NoticeVersion.notice_id == Notice.id) & (NoticeVersion.number == newest.c.number),
        )
        .join(Registry, Registry.id == Notice.registry_id)
        .join(
            NoticePartner,
            (NoticePartner.version_id == NoticeVersion.id)
            & (NoticePartner.partner_id == actor.partner_id),
        )
        .outerjoin(
            NoticeReader,
            (NoticeReader.version_id == NoticeVersion.id)
            & (NoticeReader.partner_id == actor.partner_id)
            & (NoticeReader.person_id == actor.person_id),
        )
        .order_by(Notice.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(Notice.id < before)
    return [_row(row) for row in session.execute(query)]


def _row(row: Any) -> Row:
    return Row(
        id=row.id,
        ref=row.ref,
        registry=row.name,
        thread=row.thread,
        title=row.title,
        topic=row.topic,
        kind=row.kind,
        published_on=clock.local_date(row.published_at),
        soonest=soonest(terms_of(row)),
        effect_on=row.effect_on,
        withdrawn=row.withdrawn or row.kind is Kind.WITHDRAWAL,
        opened=row.opened_at is not None,
        acknowledged=row.acknowledged_at is not None,
    )


def load(
    session: Session, actor: Actor, ref: str, lang: str, number: int | None = None
) -> Page | None:
    """A notice as the actor's company reads it: its newest version, or the one of `number`."""
    query = (
        visible_to(NoticeVersion, actor)
        .with_only_columns(NoticeVersion, Registry.name, Registry.thread)
        .join(Notice, Notice.id == NoticeVersion.notice_id)
        .join(Registry, Registry.id == Notice.registry_id)
        .where(Notice.ref == ref, NoticeVersion.published_at.is_not(None))
        .order_by(NoticeVersion.number.desc())
    )
    rows = session.execute(query).all()
    found = next((row for row in rows if number in (None, row[0].number)), None)
    if found is None or actor.partner_id is None:
        return None
    return _page(session, actor, ref, lang, found, tuple(row[0].number for row in rows))


def _page(
    session: Session, actor: Actor, ref: str, lang: str, found: Any, numbers: tuple[int, ...]
) -> Page:
    version: NoticeVersion = found[0]
    row = session.get_one(NoticePartner, (version.id, actor.partner_id))
    reader = session.scalar(
        select(NoticeReader).where(
            NoticeReader.version_id == version.id,
            NoticeReader.partner_id == actor.partner_id,
            NoticeReader.person_id == actor.person_id,
        )
    )
    assert version.published_at and version.lead_days is not None
    return Page(
        ref=ref,
        version_id=version.id,
        number=version.number,
        numbers=numbers,
        state=state_of(version),
        registry=found.name,
        thread=found.thread,
        kind=version.kind,
        topic=version.topic,
        title=version.title,
        body=version.body,
        reason=version.reason,
        published_at=version.published_at,
        soonest=soonest(terms_of(version)),
        lead_days=version.lead_days,
        questions_until=version.questions_until,
        changes=tuple(changes_for(session, version.id, actor.partner_id, lang)),
        row=row,
        effect=effect(terms_of(version), row.served_at) if row.served_at else None,
        reader=reader,
        questions=_questions(session, actor, version.notice_id, lang),
    )


def _questions(session: Session, actor: Actor, notice_id: int, lang: str) -> tuple[Question, ...]:
    query = visible_to(NoticeQuestion, actor).where(NoticeQuestion.notice_id == notice_id)
    found = []
    for row in session.scalars(query.order_by(NoticeQuestion.id)):
        mine = row.partner_id == actor.partner_id
        text = row.text if mine else row.public_text.pick(lang)
        found.append(Question(row.id, mine, text, row.asked_at, row.answer, row.answered_at))
    return tuple(found)


def _end(on: date) -> datetime:
    """The moment `on` is over."""
    return day_start(on + DAY, clock.zone().key)
