"""What the pages of a company's people and of invitations show, scoped to the reader.

A layer of queries. Last seen is a day and no more: colleagues are not each other's time clock.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.accounts.mailboxes import stale_addresses
from portal.accounts.models import Membership, Person, SignIn
from portal.accounts.queries import capacities
from portal.companies import invitations
from portal.companies.models import Invitation
from portal.kernel import clock
from portal.kernel.access import Actor, Role
from portal.registry.models import Partner, Registry, Team
from portal.store.ordering import by_name
from portal.store.scope import visible_to

PAGE = 50


@dataclass(frozen=True)
class Colleague:
    """Somebody of the reader's company; `id` is the membership's. `active`: they can sign in.

    `unreached_since`: the last mail to them came back or was refused.
    """

    id: int
    person_id: int
    name: str
    email: str
    role: Role
    since: date
    seen_on: date | None
    active: bool
    unreached_since: date | None


@dataclass(frozen=True)
class SentInvitation:
    """An invitation that is open, with the place it is to, in words."""

    id: int
    email: str
    role: Role
    where: str
    registry: str
    thread: int | None
    language: str
    sent_at: datetime
    sent_by: str
    expires_at: datetime


@dataclass(frozen=True)
class Offer:
    """An open invitation as whoever holds its link is shown it, and what they can do with it.

    `way`: "take" (signed in as its address), "other" (as somebody else), "sign_in" (has an account),
    "return" (has one in which they cannot act, so cannot sign in), "shut" (a deactivated one), "new".
    """

    email: str
    role: Role
    where: str
    registry: str
    thread: int | None
    expires_at: datetime
    way: str


def colleagues(
    session: Session, actor: Actor, *, after: int | None = None, one: int | None = None
) -> list[Colleague]:
    """The living members of the actor's company by name, from the one after membership `after`, one
    more than a page; or `one` membership alone. Two queries.
    """
    there = aliased(Membership)
    seen = (
        select(func.max(SignIn.seen_at))
        .join(there, there.id == SignIn.membership_id)
        .where(there.person_id == Membership.person_id, there.partner_id == Membership.partner_id)
        .scalar_subquery()
    )
    query: Any = (
        visible_to(Membership, actor)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.ended_at.is_(None), Membership.partner_id == actor.partner_id)
        .with_only_columns(
            *(Membership.id, Membership.person_id, Membership.role, Membership.since),
            *(Person.name, Person.email, Person.active, seen.label("seen_at")),
        )
        .order_by(by_name(Person.name), Membership.id)
    )
    if one is not None:
        query = query.where(Membership.id == one)
    if after is not None:
        mine, last = by_name(Person.name), by_name(_name_of(after, actor))
        query = query.where(or_(mine > last, (mine == last) & (Membership.id > after)))
    rows = session.execute(query.limit(PAGE + 1)).all()
    stale = stale_addresses(session, [row.person_id for row in rows])
    return [
        Colleague(
            *(row.id, row.person_id, row.name, row.email, row.role),
            clock.local_date(row.since),
            clock.local_date(row.seen_at) if row.seen_at else None,
            row.active,
            clock.local_date(stale[row.person_id]) if row.person_id in stale else None,
        )
        for row in rows
    ]


def open_invitations(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    before: int | None = None,
    one: int | None = None,
) -> list[SentInvitation]:
    """The open invitations the actor sees, the newest first, from the one before `before`, one more
    than a page; or `one` alone. A company has no more than a page. `now` is wall time. One query.
    """
    query: Any = (
        visible_to(Invitation, actor)
        .outerjoin(Partner, Partner.id == Invitation.partner_id)
        .outerjoin(Registry, Registry.id == Invitation.registry_id)
        .outerjoin(Team, Team.id == Invitation.team_id)
        .outerjoin(Person, Person.id == Invitation.sent_by)
        .where(invitations.still_open(now))
        .with_only_columns(
            *(Invitation.id, Invitation.email, Invitation.role, Invitation.language),
            *(Invitation.sent_at, Invitation.expires_at, Person.name.label("sent_by")),
            *(Partner.name.label("company"), Registry.name.label("registry"), Registry.thread),
            Team.name.label("team"),
        )
        .order_by(Invitation.id.desc())
        .limit(PAGE + 1)
    )
    if one is not None:
        query = query.where(Invitation.id == one)
    if before is not None:
        query = query.where(Invitation.id < before)
    return [
        SentInvitation(
            *(row.id, row.email, row.role, row.company or row.team or "", row.registry or ""),
            *(row.thread, row.language, row.sent_at, row.sent_by or "", row.expires_at),
        )
        for row in session.execute(query)
    ]


def offer(session: Session, token: str, actor: Actor, now: datetime) -> Offer | None:
    """What the holder of `token` is asked to, or None when the link works no more. Uses nothing up."""
    found = invitations.find(session, token, now)
    if found is None:
        return None
    company = session.get(Partner, found.partner_id) if found.partner_id else None
    registry = session.get(Registry, found.registry_id) if found.registry_id else None
    team = session.get(Team, found.team_id) if found.team_id else None
    return Offer(
        *(found.email, found.role, company.name if company else team.name if team else ""),
        *(registry.name if registry else "", registry.thread if registry else None),
        *(found.expires_at, _way(session, found.email_key, actor)),
    )


def _way(session: Session, key: str, actor: Actor) -> str:
    person = session.execute(
        select(Person.id, Person.active).where(Person.email_key == key)
    ).first()
    if actor.known:
        return "take" if person is not None and person.id == actor.person_id else "other"
    if person is None:
        return "new"
    if not person.active:
        return "shut"
    return "sign_in" if capacities(session, person.id) else "return"


def _name_of(membership_id: int, actor: Actor) -> Any:
    """The name a page goes on after. Of the reader's own people alone: where a stranger's would stand
    among one's own tells how they are called, letter by letter.
    """
    return (
        visible_to(Membership, actor)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.id == membership_id)
        .with_only_columns(Person.name, maintain_column_froms=True)
        .scalar_subquery()
    )
