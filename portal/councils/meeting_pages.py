"""Meetings as pages show them, as of a date, with a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from portal.councils.models import AgendaItem, Council, Meeting, Minutes
from portal.councils.pages import Card, card
from portal.councils.scopes import papers
from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.localized import Localized
from portal.store.files import File, files_of
from portal.store.scope import visible_to

PAGE, FEW = 20, 5


@dataclass(frozen=True)
class MeetingRow:
    """A meeting in a list; `minutes`: they are published."""

    id: int
    title: Localized
    held_on: date
    opens: str
    place: str
    online: bool
    council: Localized
    minutes: bool


@dataclass(frozen=True)
class MeetingPage:
    """A meeting as a reader sees it as of a date; drafts are read by channel people alone."""

    row: Meeting
    card: Card
    agenda: tuple[Localized, ...]
    agenda_draft: bool
    minutes: Localized | None
    minutes_draft: bool
    minutes_at: datetime | None
    files: Sequence[File]
    may_edit: bool


def coming(
    session: Session, actor: Actor, on: date, council_id: int | None = None
) -> list[MeetingRow]:
    """The next meetings from `on`, the nearest first. One query."""
    query = _meetings(actor, on, council_id).where(Meeting.held_on >= on)
    order = (Meeting.held_on, Meeting.id)
    return _rows(session, query.order_by(*order).limit(PAGE), on)


def past(
    session: Session,
    actor: Actor,
    on: date,
    council_id: int | None = None,
    before: int | None = None,
    most: int = PAGE,
) -> tuple[list[MeetingRow], bool]:
    """Meetings before `on`, the latest first, older than the one with the id `before`; and whether
    there are more. One query.
    """
    query = _meetings(actor, on, council_id).where(Meeting.held_on < on)
    if before is not None:
        anchor = aliased(Meeting)
        day = select(anchor.held_on).where(anchor.id == before).scalar_subquery()
        older = and_(Meeting.held_on == day, Meeting.id < before)
        query = query.where(or_(Meeting.held_on < day, older))
    order = (Meeting.held_on.desc(), Meeting.id.desc())
    found = _rows(session, query.order_by(*order).limit(most + 1), on)
    return found[:most], len(found) > most


def _meetings(actor: Actor, on: date, council_id: int | None) -> Any:
    query = (
        visible_to(Meeting, actor)
        .add_columns(Council.name, Minutes.published_at)
        .join(Council, Council.id == Meeting.council_id)
        .outerjoin(Minutes, Minutes.meeting_id == Meeting.id)
        .where(Meeting.called_at < _end_of(on))
    )
    return query if council_id is None else query.where(Meeting.council_id == council_id)


def _rows(session: Session, query: Any, on: date) -> list[MeetingRow]:
    return [
        MeetingRow(
            *(row.id, row.title, row.held_on, row.opens, row.place, bool(row.link), council),
            minutes=published is not None and published < _end_of(on),
        )
        for row, council, published in session.execute(query)
    ]


def meeting(session: Session, actor: Actor, meeting_id: int, on: date) -> MeetingPage | None:
    """A meeting the actor sees, as of `on`; None for any other."""
    query = visible_to(Meeting, actor).where(Meeting.id == meeting_id)
    row = session.scalar(query)
    shown = card(session, actor, row.council_id, on) if row else None
    if row is None or shown is None:
        return None
    edits, end = actor.may(Permission.EDIT_COUNCILS), _end_of(on)
    items = visible_to(AgendaItem, actor).where(AgendaItem.meeting_id == meeting_id)
    texts = tuple(each.text for each in session.scalars(items.order_by(AgendaItem.position)))
    agreed = row.agenda_published_at is not None and row.agenda_published_at < end
    said = session.scalar(visible_to(Minutes, actor).where(Minutes.meeting_id == meeting_id))
    told = said is not None and said.published_at is not None and said.published_at < end
    return MeetingPage(
        row,
        shown,
        agenda=texts if agreed or edits else (),
        agenda_draft=bool(texts) and not agreed,
        minutes=said.text if said and (told or edits) else None,
        minutes_draft=said is not None and not told,
        minutes_at=said.published_at if said and told else None,
        files=files_of(session, actor, papers(meeting_id)),
        may_edit=edits,
    )


def _end_of(on: date) -> datetime:
    """The moment the business day `on` ends."""
    return datetime.combine(on + timedelta(days=1), time.min, clock.zone())
