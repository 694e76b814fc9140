"""Who sees which rows of the councils (C2): `sight_rules.py` in SQL.

A reader's places are their seats, held for the company they act for now, or, for channel people,
the councils of their registry, always. Account teams, support, finance and the portal's
administrators have none.
"""

from datetime import date
from typing import Any

from sqlalchemy import Date, Select, String, and_, cast, exists, false, func, literal, or_, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.selectable import Subquery

from portal.councils.models import AgendaItem, Council, CouncilSits, Meeting, Minutes, Seat
from portal.kernel import clock
from portal.kernel.access import CHANNEL_ROLES, PARTNER_ROLES, Actor
from portal.store.files import File, readers
from portal.store.scope import scope, visible

FIRST, LAST = literal(date.min, Date), literal(date.max, Date)


def papers(meeting_id: int) -> str:
    """The subject of the files of a meeting."""
    return f"council_meeting:{meeting_id}"


def sittings(name: str) -> Subquery:
    """In which council the members of each council sit, between two dates, open ends closed; one of
    which nothing was ever said is where its own members sit.
    """
    said = select(
        CouncilSits.council_id,
        CouncilSits.into_id,
        CouncilSits.valid_from.label("start"),
        func.coalesce(CouncilSits.valid_to, LAST).label("end"),
    )
    silent = ~exists().where(CouncilSits.council_id == Council.id)
    own = select(Council.id, Council.id, FIRST, LAST).where(silent)
    return said.union_all(own).subquery(name)


def places(actor: Actor, name: str = "place") -> Subquery | None:
    """The actor's places as (council, start, end); None for who can have none."""
    if actor.role in PARTNER_ROLES and actor.partner_id is not None:
        held = select(
            Seat.council_id,
            Seat.starts_on.label("start"),
            func.coalesce(Seat.ends_on, LAST).label("end"),
        ).where(Seat.person_id == actor.person_id, Seat.partner_id == actor.partner_id)
        return held.subquery(name)
    if actor.role in CHANNEL_ROLES and actor.registry_id is not None:
        own = Council.registry_id == actor.registry_id
        return (
            select(Council.id.label("council_id"), FIRST.label("start"), LAST.label("end"))
            .where(own)
            .subquery(name)
        )
    return None


def _meet(*spans: Any) -> ColumnElement[bool]:
    """Whether periods, each with columns start and end, all cover some day."""
    return and_(*(one.start <= other.end for one in spans for other in spans if one is not other))


@scope(Meeting)
def meetings(actor: Actor) -> ColumnElement[bool]:
    """Those of the day the reader belonged to the council, or to one whose members sat in it."""
    mine = places(actor)
    if mine is None:
        return false()
    at = sittings("at")
    sat = exists().where(
        at.c.council_id == mine.c.council_id,
        at.c.into_id == Meeting.council_id,
        Meeting.held_on.between(at.c.start, at.c.end),
    )
    sat = sat.correlate(mine, Meeting)
    return exists().where(
        Meeting.held_on.between(mine.c.start, mine.c.end),
        or_(mine.c.council_id == Meeting.council_id, sat),
    )


@scope(Seat)
def seats(actor: Actor) -> ColumnElement[bool]:
    """One's own, and of those one sits, sat or will sit with; what is only announced brings nobody
    together yet.
    """
    mine = places(actor)
    if mine is None:
        return false()
    here, there, today = sittings("here"), sittings("there"), clock.today()
    seat = _Span(Seat.starts_on, func.coalesce(Seat.ends_on, LAST))
    with_me = exists().where(
        mine.c.start <= today,
        here.c.start <= today,
        there.c.start <= today,
        here.c.council_id == mine.c.council_id,
        there.c.council_id == Seat.council_id,
        here.c.into_id == there.c.into_id,
        _meet(mine.c, here.c, there.c, seat),
    )
    own = and_(Seat.person_id == actor.person_id, Seat.partner_id == actor.partner_id)
    return or_(own, with_me) if actor.role in PARTNER_ROLES else with_me


class _Span:
    """Two columns as a period."""

    def __init__(self, start: Any, end: Any) -> None:
        self.start, self.end = start, end


@scope(Council)
def councils(actor: Actor) -> ColumnElement[bool]:
    """Those the reader belongs or belonged to, and those their members sit in by now."""
    mine = places(actor)
    if mine is None:
        return false()
    at = sittings("at")
    sat = exists().where(
        at.c.council_id == mine.c.council_id,
        at.c.into_id == Council.id,
        at.c.start <= clock.today(),
        _meet(mine.c, at.c),
    )
    sat = sat.correlate(mine, Council)
    return exists().where(or_(mine.c.council_id == Council.id, sat))


@scope(CouncilSits)
def arrangements(actor: Actor) -> ColumnElement[bool]:
    """Those of the councils one sees."""
    return CouncilSits.council_id.in_(_ids(Council, actor))


@scope(AgendaItem)
def agenda(actor: Actor) -> ColumnElement[bool]:
    """Of the meetings one sees, once published; channel people read drafts too."""
    return AgendaItem.meeting_id.in_(_ids(Meeting, actor, Meeting.agenda_published_at.is_not(None)))


@scope(Minutes)
def minutes(actor: Actor) -> ColumnElement[bool]:
    """Of the meetings one sees, once published; channel people read drafts too."""
    seen = Minutes.meeting_id.in_(_ids(Meeting, actor))
    return seen if actor.role in CHANNEL_ROLES else and_(seen, Minutes.published_at.is_not(None))


@readers
def council_papers(actor: Actor) -> ColumnElement[bool]:
    """The files of the meetings one sees."""
    seen = visible(Meeting, actor)
    subject = literal(papers(0)[:-1]) + cast(Meeting.id, String)
    return File.subject.in_(select(subject).where(seen if seen is not None else false()))


def _ids(
    model: type[Council] | type[Meeting], actor: Actor, published: ColumnElement[bool] | None = None
) -> Select[int]:
    """Ids of the rows one sees; `published` counts for all but channel people."""
    seen = visible(model, actor)
    query: Select[int] = select(model.id).where(seen if seen is not None else false())
    if published is not None and actor.role not in CHANNEL_ROLES:
        query = query.where(published)
    return query
