"""Calling a meeting, its agenda, its minutes: each one transaction and one event (C1).

Only a registry's channel people do it. `now` is wall time, `at` the business moment. Members are told
by mail of a meeting called and of minutes published.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.councils.commands import Unseen, held
from portal.councils.models import AgendaItem, Meeting, Minutes
from portal.councils.queries import sits
from portal.councils.rules import may_call, may_set_agenda, may_write_minutes
from portal.councils.telling import tell_members
from portal.kernel import clock
from portal.kernel.access import CHANNEL_ROLES, Actor
from portal.kernel.decision import JSON, Decision
from portal.kernel.localized import Localized
from portal.store.db import atomic, retrying
from portal.store.events import emit
from portal.store.scope import visible_to
from portal.web.site import LANGUAGES


@dataclass(frozen=True)
class Call:
    """A meeting as it is called: `opens` a time of day ("10:30") or "", place and link may be ""."""

    title: Localized
    held_on: date
    opens: str
    place: str
    link: str


@retrying
def call_meeting(
    council_id: int, call: Call, *, actor: Actor, now: datetime, at: datetime
) -> tuple[Decision[date], int | None]:
    """Call a council to a meeting; the decision, and the meeting's id. Raises Unseen."""
    with atomic() as session:
        held(session, council_id, actor)
        decision = may_call(
            call.held_on, sits(session, council_id, call.held_on), clock.local_date(at)
        )
        if decision.refused:
            return decision, None
        row = Meeting(
            council_id=council_id,
            held_on=call.held_on,
            opens=call.opens,
            place=call.place,
            link=call.link,
            title=call.title,
            called_at=at,
            agenda_published_at=None,
        )
        session.add(row)
        session.flush()
        _emit(session, "council.meeting_called", row, actor, now)
        tell_members(session, "council_meeting", row, now)
        return decision, row.id


@retrying
def set_agenda(
    meeting_id: int,
    texts: Sequence[Localized],
    publish: bool,
    *,
    actor: Actor,
    now: datetime,
    at: datetime,
) -> Decision[bool]:
    """Let the agenda be exactly `texts`, and show it to members when `publish`; one that is shown
    stays shown. Raises Unseen.
    """
    with atomic() as session:
        row = _locked(session, meeting_id, actor)
        shown = publish or row.agenda_published_at is not None
        today = clock.local_date(at)
        decision = may_set_agenda(texts, shown, row.held_on, today, LANGUAGES)
        if decision.value is None:
            return decision
        session.execute(delete(AgendaItem).where(AgendaItem.meeting_id == meeting_id))
        session.add_all(
            AgendaItem(meeting_id=meeting_id, position=position, text=text)
            for position, text in enumerate(texts, 1)
        )
        first = shown and row.agenda_published_at is None
        if first:
            row.agenda_published_at = at
        verb = "council.agenda_published" if first else "council.agenda_changed"
        _emit(session, verb, row, actor, now, items=len(texts))
        return decision


@retrying
def write_minutes(
    meeting_id: int, text: Localized, publish: bool, *, actor: Actor, now: datetime, at: datetime
) -> Decision[bool]:
    """Keep the draft of a meeting's minutes, or publish them: from then on they stand. Raises Unseen."""
    with atomic() as session:
        row = _locked(session, meeting_id, actor)
        found = session.get(Minutes, meeting_id)
        published = found is not None and found.published_at is not None
        decision = may_write_minutes(
            text, publish, row.held_on, published, clock.local_date(at), LANGUAGES
        )
        if decision.value is None:
            return decision
        if found is None:
            found = Minutes(meeting_id=meeting_id)
            session.add(found)
        found.text = text
        found.published_at = at if publish else None
        session.flush()
        verb = "council.minutes_published" if publish else "council.minutes_changed"
        _emit(session, verb, row, actor, now)
        if publish:
            tell_members(session, "council_minutes", row, now)
        return decision


def _locked(session: Session, meeting_id: int, actor: Actor) -> Meeting:
    query = visible_to(Meeting, actor).where(Meeting.id == meeting_id)
    row = session.scalar(query.with_for_update())
    if row is None or actor.role not in CHANNEL_ROLES:
        raise Unseen
    return row


def _emit(
    session: Session, verb: str, row: Meeting, actor: Actor, now: datetime, **more: JSON
) -> None:
    emit(
        *(session, f"council:{row.council_id}", verb),
        actor=actor,
        at=now,
        registry_id=actor.registry_id,
        payload={"meeting": row.id, **more},
    )
