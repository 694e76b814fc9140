"""What is done to memberships: another role, an end, another company. Commands; moments are wall time.

Each acts on the next request (A8): the membership's sessions end in the same transaction. A new role
is a new membership in the old one's place, so that the past stays to be read. What belongs to
another company, and what has ended, is not there: None. Invitations that somebody sent as an
administrator end with that role, or a removed one would hold the key to come back.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts import sessions
from portal.accounts.admins import hold, others
from portal.accounts.models import Membership, Person
from portal.companies.models import Invitation
from portal.companies.people_rules import Place, Standing, may_become, may_end, may_move
from portal.kernel.access import Actor, Role
from portal.kernel.decision import Decision
from portal.registry.models import Partner
from portal.store.db import atomic, retrying
from portal.store.events import emit
from portal.store.scope import visible_to

Answer = Decision[bool] | None


@retrying
def change_role(membership_id: int, wanted: Place, *, actor: Actor, now: datetime) -> Answer:
    """Give a colleague (or, as the portal's administrator, staff) another role or place."""
    with atomic() as session:
        row = held(session, membership_id, actor)
        if row is None:
            return None
        place = replace(wanted, partner_id=row.partner_id)
        decision = may_become(standing(session, row, actor), place, by=actor.role)
        if not decision.refused:
            end_in(session, row, now)
            new = begin_in(session, row.person_id, place, now)
            told = {"was": row.id, "role_was": row.role.value}
            tell(session, "membership.role_changed", new, actor, now, **told)
        return decision


@retrying
def remove(membership_id: int, *, actor: Actor, now: datetime) -> Answer:
    """End a colleague's membership, or anybody's as the portal's administrator."""
    with atomic() as session:
        row = held(session, membership_id, actor)
        return None if row is None else _end(session, row, actor, now)


@retrying
def leave(*, actor: Actor, now: datetime) -> Answer:
    """End the membership one acts in."""
    with atomic() as session:
        mine = select(Membership).where(
            Membership.id == actor.membership_id, Membership.person_id == actor.person_id
        )
        row = _hold(session, mine)
        return None if row is None else _end(session, row, actor, now)


@retrying
def move(membership_id: int, partner_id: int, *, actor: Actor, now: datetime) -> Answer:
    """Take somebody from one company to another, in the same role; the old capacity ends."""
    with atomic() as session:
        row = held(session, membership_id, actor, partner_id)
        known = session.scalar(select(Partner.id).where(Partner.id == partner_id))
        if row is None or known is None or row.partner_id is None:
            return None
        taken = Membership.person_id == row.person_id, Membership.partner_id == partner_id
        there = session.scalar(select(Membership.id).where(*taken, Membership.ended_at.is_(None)))
        decision = may_move(standing(session, row, actor), there=there is not None)
        if not decision.refused:
            end_in(session, row, now)
            tell(session, "membership.ended", row, actor, now)
            new = begin_in(session, row.person_id, Place(row.role, partner_id), now)
            tell(session, "membership.begun", new, actor, now, was=row.id)
        return decision


def held(session: Session, membership_id: int, actor: Actor, *more: int) -> Membership | None:
    """The living membership, if the actor sees it and still acts, with its company (and `more`)
    held against others who take administrators away.
    """
    row = _hold(session, visible_to(Membership, actor).where(Membership.id == membership_id), *more)
    return row if row is not None and still_acts(session, actor) else None


def still_acts(session: Session, actor: Actor) -> bool:
    """Whether the capacity the actor acts in lives at this moment, not just when the page was asked."""
    living = (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.id == actor.membership_id, Membership.ended_at.is_(None), Person.active)
        .where(Membership.role == actor.role)
    )
    return session.scalar(living) is not None


def standing(session: Session, row: Membership, actor: Actor) -> Standing:
    """The membership as the rules need it. Its company is to be held."""
    role = row.role
    counted = role in (Role.PARTNER_ADMIN, Role.ADMIN)
    return Standing(
        place=place_of(row),
        company=session.scalar(select(Partner.name).where(Partner.id == row.partner_id)) or "",
        counts=bool(session.scalar(select(Person.active).where(Person.id == row.person_id))),
        others=others(session, row.partner_id, row.person_id) if counted else 0,
        own=row.person_id == actor.person_id,
    )


def place_of(held: Membership | Invitation | Actor) -> Place:
    """The role and where it is had, of whatever has one."""
    return Place(held.role, held.partner_id, held.registry_id, held.team_id)


def hold_all(session: Session, person_id: int) -> list[Membership]:
    """The living memberships of a person, with their companies (and the portal) held against others
    who take administrators away.
    """
    living = select(Membership).where(
        Membership.person_id == person_id, Membership.ended_at.is_(None)
    )
    rows = session.scalars(living.order_by(Membership.id)).all()
    companies = [row.partner_id for row in rows if row.partner_id is not None]
    hold(session, companies, portal=any(row.role is Role.ADMIN for row in rows))
    return list(rows)


def begin_in(session: Session, person_id: int, place: Place, now: datetime) -> Membership:
    """A new membership, inside the caller's transaction; with its id."""
    new = Membership(
        person_id=person_id,
        role=place.role,
        partner_id=place.partner_id,
        registry_id=place.registry_id,
        team_id=place.team_id,
        since=now,
    )
    session.add(new)
    session.flush()
    return new


def end_in(session: Session, row: Membership, now: datetime) -> None:
    """End a membership with its sessions, and the open invitations that were sent in it."""
    row.ended_at = now
    sessions.end_open(session, now, membership_id=row.id)
    if row.role in (Role.PARTNER_ADMIN, Role.ADMIN):
        withdraw_of(session, row.person_id, row.partner_id, now)
    session.flush()


def withdraw_of(session: Session, person_id: int, partner_id: int | None, now: datetime) -> None:
    """Void the open invitations somebody sent for a company; None: for the portal."""
    where = (
        Invitation.sent_by == person_id,
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
    )
    # What a portal administrator sent, to staff and to first administrators of companies alike.
    own = () if partner_id is None else (Invitation.partner_id == partner_id,)
    session.execute(update(Invitation).where(*where, *own).values(withdrawn_at=now))


def tell(
    session: Session, verb: str, row: Membership, actor: Actor, now: datetime, **more: Any
) -> None:
    """The event of a membership: ids and role codes only."""
    emit(
        *(session, f"membership:{row.id}", verb),
        actor=actor,
        at=now,
        partner_id=row.partner_id,
        registry_id=row.registry_id,
        payload={
            "membership": row.id,
            "person": row.person_id,
            "role": row.role.value,
            **more,
        },
    )


def _end(session: Session, row: Membership, actor: Actor, now: datetime) -> Decision[bool]:
    decision = may_end(standing(session, row, actor))
    if not decision.refused:
        end_in(session, row, now)
        tell(session, "membership.ended", row, actor, now)
    return decision


def _hold(session: Session, query: Any, *more: int) -> Membership | None:
    living = query.where(Membership.ended_at.is_(None))
    before = session.execute(
        living.with_only_columns(Membership.role, Membership.partner_id)
    ).first()
    if before is None:
        return None
    companies = [before.partner_id] if before.partner_id is not None else []
    hold(session, [*companies, *more], portal=before.role is Role.ADMIN)
    # Read only now: whoever held it before may have ended it.
    row: Membership | None = session.scalar(living)
    return row
