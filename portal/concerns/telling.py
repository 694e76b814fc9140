"""Who is told of a question by mail: its team, and the people of the company who wrote in it.

A layer of commands: inside the caller's transaction; `now` is wall time. A mail says the subject and
where to read on, never what was written.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Person
from portal.concerns.models import Concern, ConcernEntry
from portal.concerns.rules import EntryKind
from portal.kernel.access import CHANNEL_ROLES, Role
from portal.registry.models import Partner, Registry, Team
from portal.registry.rules import TeamKind
from portal.store.outbox import post


def tell_team(session: Session, row: Concern, team: Team | None, now: datetime) -> None:
    """Tell whoever may answer: the account team's people, else the registry's channel people.

    A team of which nobody has an account is no reason for silence: the channel people are told then.
    """
    channel = and_(Membership.role.in_(CHANNEL_ROLES), Membership.registry_id == row.registry_id)
    told = {**_words(session, row, team), "path": f"/answers/{row.id}"}
    if team is not None and team.kind is TeamKind.ACCOUNT:
        members = Membership.role == Role.ACCOUNT_TEAM, Membership.team_id == team.id
        if _post(session, "concern_asked", and_(*members), told, now):
            return
    _post(session, "concern_asked", channel, told, now)


def tell_company(
    session: Session, row: Concern, kind: str, team: Team | None, now: datetime
) -> None:
    """Tell those of the company who wrote in it and still act for it, else its administrators."""
    told = {**_words(session, row, team), "path": f"/ask/{row.id}"}
    wrote = select(ConcernEntry.person_id).where(
        ConcernEntry.concern_id == row.id, ConcernEntry.kind == EntryKind.ASKED
    )
    ours = Membership.partner_id == row.partner_id
    if not _post(session, kind, and_(ours, Membership.person_id.in_(wrote)), told, now):
        _post(session, kind, and_(ours, Membership.role == Role.PARTNER_ADMIN), told, now)


def _words(session: Session, row: Concern, team: Team | None) -> dict[str, str]:
    return {
        "company": session.get_one(Partner, row.partner_id).name,
        "registry_name": session.get_one(Registry, row.registry_id).name,
        "team": team.name if team else "",
        "about": row.subject,
    }


def _post(session: Session, kind: str, whom: Any, told: dict[str, str], now: datetime) -> int:
    """A mail to everyone who has such a membership now, in their own language; to how many."""
    query = (
        select(Person.id, Person.email, Person.language)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.active, Membership.ended_at.is_(None), whom)
        .distinct()
        .order_by(Person.id)
    )
    people = session.execute(query).all()
    for person in people:
        post(
            session,
            kind,
            to=person.email,
            person_id=person.id,
            language=person.language,
            context=told,
            now=now,
        )
    return len(people)
