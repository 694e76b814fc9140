"""Writing on, answering, handing over and closing: each one transaction and one event.

`now` is always the business moment; events and mails are dated by the wall.
"""

from datetime import datetime

from sqlalchemy import select

from portal.concerns.models import Concern
from portal.concerns.queries import subject_of
from portal.concerns.records import enter, locked, team_of
from portal.concerns.rules import Case, ConcernState, EntryKind, may_answer, may_hand
from portal.concerns.telling import tell_company, tell_team
from portal.kernel import clock
from portal.kernel.access import CHANNEL_ROLES, Actor, Role
from portal.kernel.decision import Decision
from portal.registry.models import Team
from portal.registry.rules import TeamKind
from portal.store import files
from portal.store.db import atomic, retrying


@retrying
def write(concern_id: int, text: str, *, actor: Actor, now: datetime, draft: str = "") -> None:
    """Write again in the own company's question: it waits for its team anew. Raises Unseen."""
    with atomic() as session:
        row = locked(session, concern_id, actor, company=True)
        if row.state is not ConcernState.OPEN:
            row.state, row.waiting_since = ConcernState.OPEN, now
        team = team_of(session, row, now)
        enter(session, row, EntryKind.ASKED, actor, now, team, text)
        if draft:
            target = subject_of(row.id)
            files.move(session, actor, draft, target, registry_id=row.registry_id)
        tell_team(session, row, team, clock.wall())


@retrying
def close(concern_id: int, *, actor: Actor, now: datetime) -> None:
    """The company needs no more of it; nothing when it is closed already. Raises Unseen."""
    with atomic() as session:
        row = locked(session, concern_id, actor, company=True)
        if row.state is not ConcernState.CLOSED:
            row.state, row.waiting_since = ConcernState.CLOSED, None
            enter(session, row, EntryKind.CLOSED, actor, now, team_of(session, row, now))


@retrying
def answer(concern_id: int, text: str, *, actor: Actor, now: datetime) -> Decision[ConcernState]:
    """Answer as a member of the team it is with. Raises Unseen."""
    with atomic() as session:
        row = locked(session, concern_id, actor, company=False)
        team = team_of(session, row, now)
        decision = may_answer(_case(row, team, actor))
        if decision.value is not None:
            row.state, row.waiting_since = decision.value, None
            enter(session, row, EntryKind.ANSWERED, actor, now, team, text)
            tell_company(session, row, "concern_answered", team, clock.wall())
        return decision


@retrying
def hand(
    concern_id: int, team_id: int, reason: str, *, actor: Actor, now: datetime
) -> Decision[str]:
    """Give a question to another team of its registry, saying why. Raises Unseen.

    Given back to the team of the day it follows that one again.
    """
    with atomic() as session:
        row = locked(session, concern_id, actor, company=False)
        here = select(Team).where(Team.id == team_id, Team.registry_id == row.registry_id)
        team = session.scalar(here)
        case = _case(row, team_of(session, row, now), actor)
        decision = may_hand(case, team.name if team else None)
        if decision.value is not None and team is not None:
            row.team_id = None
            session.flush()
            usual = team_of(session, row, now)
            row.team_id = None if usual is not None and usual.id == team.id else team.id
            enter(session, row, EntryKind.HANDED, actor, now, team, reason)
            tell_team(session, row, team, clock.wall())
            tell_company(session, row, "concern_handed", team, clock.wall())
        return decision


@retrying
def enter_faq(concern_id: int, text_id: str, *, actor: Actor, now: datetime) -> None:
    """Note that the FAQ's draft `text_id` began with this question. Raises Unseen."""
    with atomic() as session:
        row = locked(session, concern_id, actor, company=False)
        team = team_of(session, row, now)
        enter(session, row, EntryKind.ENTERED, actor, now, team, text_id)


def member(actor: Actor, team_id: int | None, kind: TeamKind | None) -> bool:
    """Whether `actor` answers for a team: as one of its people, or channel people for a channel team.

    What is with no team is the channel people's.
    """
    if actor.role is Role.ACCOUNT_TEAM:
        return team_id is not None and actor.team_id == team_id
    return actor.role in CHANNEL_ROLES and kind is not TeamKind.ACCOUNT


def _case(row: Concern, team: Team | None, actor: Actor) -> Case:
    name, key, kind = (team.name, team.id, team.kind) if team else ("", None, None)
    return Case(row.state, name, member(actor, key, kind))
