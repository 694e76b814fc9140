"""Invitations: sent by e-mail, taken up once. Commands; moments are wall time (B5).

The answer to the inviter is the same whether or not the portal knows the address, save for living
members of the inviter's own company. The token has 256 bits, is kept as its SHA-256, works once and
for 72 hours, and gives nobody a session: whoever takes an invitation up signs in as everybody does.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.admins import hold, others
from portal.accounts.commands import add_person
from portal.accounts.links import hashed
from portal.accounts.models import Membership, Person
from portal.accounts.rules import address_key
from portal.companies.models import Invitation
from portal.companies.people import begin_in, place_of, still_acts, tell
from portal.companies.people_rules import Place, Sent, may_invite
from portal.kernel.access import Actor
from portal.kernel.decision import Decision
from portal.registry.models import Partner, Registry
from portal.store.db import atomic, retrying
from portal.store.events import emit
from portal.store.outbox import post
from portal.store.scope import visible_to

LIFE = timedelta(hours=72)
PATH = "/invitation?token={secret}"


@dataclass(frozen=True)
class Newcomer:
    """Who an invitation makes an account for; the address is the invitation's, never theirs to say."""

    name: str
    password_hash: str
    language: str


@retrying
def invite(
    email: str, place: Place, *, language: str, house: str, actor: Actor, now: datetime
) -> Decision[bool] | None:
    """Ask whoever reads `email` to act in `place`; an open invitation to the same dies.

    `language` is that of the mail, `house` how the portal is called where no company or registry is
    meant. None when the actor no longer acts, or names a company or registry that is not there.
    """
    email, key = email.strip(), address_key(email)
    with atomic() as session:
        hold(session, [place.partner_id] if place.partner_id else [], portal=not place.partner_id)
        if not still_acts(session, actor) or (name := _name(session, place, house)) is None:
            return None
        same = _same_place(Membership, place)
        member = (
            select(Membership.id)
            .join(Person, Person.id == Membership.person_id)
            .where(Person.email_key == key, Membership.ended_at.is_(None), same)
        )
        decision = may_invite(
            place,
            _sent(session, key, place, now),
            by=place_of(actor),
            member=session.scalar(member) is not None,
            has_admin=place.partner_id is not None and others(session, place.partner_id, 0) > 0,
            company=name,
        )
        if decision.refused:
            return decision
        before = Invitation.email_key == key, _same_place(Invitation, place)
        session.execute(update(Invitation).where(*before, still_open(now)).values(withdrawn_at=now))
        token = secrets.token_urlsafe(32)
        sent = Invitation(
            token_hash=hashed(token),
            email=email,
            email_key=key,
            language=language,
            role=place.role,
            partner_id=place.partner_id,
            registry_id=place.registry_id,
            team_id=place.team_id,
            sent_by=actor.person_id,
            sent_at=now,
            expires_at=now + LIFE,
        )
        session.add(sent)
        session.flush()
        _tell(session, "invitation.sent", sent, actor, now)
        post(
            session,
            "invitation",
            to=email,
            person_id=session.scalar(select(Person.id).where(Person.email_key == key)),
            language=language,
            context={
                "company_or_registry": name,
                "role": place.role.value,
                "inviter_name": actor.name,
                "path": PATH,
                "hours": int(LIFE / timedelta(hours=1)),
            },
            secret=token,
            now=now,
        )
        return decision


def resend(invitation_id: int, *, house: str, actor: Actor, now: datetime) -> Decision[bool] | None:
    """Send an open invitation anew, with a new link; the one before dies."""
    with atomic() as session:
        row = session.scalar(_own(invitation_id, actor, now))
        if row is None:
            return None
        email, language = row.email, row.language
        place = place_of(row)
    return invite(email, place, language=language, house=house, actor=actor, now=now)


@retrying
def withdraw(invitation_id: int, *, actor: Actor, now: datetime) -> bool:
    """Void an open invitation; whether there was one."""
    with atomic() as session:
        row = session.scalar(_own(invitation_id, actor, now).with_for_update())
        if row is None or not still_acts(session, actor):
            return False
        row.withdrawn_at = now
        _tell(session, "invitation.withdrawn", row, actor, now)
        return True


def find(session: Session, token: str, now: datetime) -> Invitation | None:
    """The open invitation of a token. Changes nothing: programs that guard mailboxes open links."""
    return session.scalar(_of(token, now))


@retrying
def accept(
    token: str, *, actor: Actor, now: datetime, newcomer: Newcomer | None = None
) -> int | None:
    """Take an invitation up: the id of the membership, or None when it is not the caller's to take.

    By the person of its address, signed in; by a person of its address who has no living membership
    and so cannot sign in; or by `newcomer`, whose account begins. Of two at once, one gets it.
    """
    try:
        with atomic() as session:
            found = session.scalar(_of(token, now).with_for_update())
            return None if found is None else _take(session, found, actor, newcomer, now)
    except IntegrityError:
        # Another invitation made an account of the same address in this very moment.
        return None


def _take(
    session: Session, found: Invitation, actor: Actor, newcomer: Newcomer | None, now: datetime
) -> int | None:
    place = place_of(found)
    hold(session, [place.partner_id] if place.partner_id else [], portal=not place.partner_id)
    person_id = _taker(session, found, actor, newcomer, now)
    if person_id is None:
        return None
    there = Membership.person_id == person_id, Membership.ended_at.is_(None)
    if session.scalar(select(Membership.id).where(*there, _same_place(Membership, place))):
        return None
    found.accepted_by, found.accepted_at = person_id, now
    new = begin_in(session, person_id, place, now)
    who = actor if actor.known else replace(actor, person_id=person_id, role=place.role)
    _tell(session, "invitation.accepted", found, who, now, membership=new.id, person=person_id)
    tell(session, "membership.begun", new, who, now, invitation=found.id)
    return new.id


def _taker(
    session: Session, found: Invitation, actor: Actor, newcomer: Newcomer | None, now: datetime
) -> int | None:
    """Whose the invitation is to take, in this transaction; None: not the caller's."""
    person = session.scalar(select(Person).where(Person.email_key == found.email_key))
    if person is None:
        if newcomer is None or actor.known:
            return None
        made = newcomer.name, newcomer.password_hash, newcomer.language
        return add_person(session, found.email, *made, now).id
    if not person.active:
        return None
    if actor.known:
        return person.id if actor.person_id == person.id else None
    living = Membership.person_id == person.id, Membership.ended_at.is_(None)
    return None if session.scalar(select(Membership.id).where(*living).limit(1)) else person.id


def _name(session: Session, place: Place, house: str) -> str | None:
    """How the company, the registry or the portal is called; None when there is none such."""
    if place.partner_id is not None:
        return session.scalar(select(Partner.name).where(Partner.id == place.partner_id))
    if place.registry_id is not None:
        return session.scalar(select(Registry.name).where(Registry.id == place.registry_id))
    return house


def _sent(session: Session, key: str, place: Place, now: datetime) -> Sent:
    by_whom = Invitation.partner_id.is_not_distinct_from(place.partner_id)
    recent = func.count().filter(Invitation.sent_at > now - timedelta(hours=1))
    to_one = and_(Invitation.email_key == key, Invitation.sent_at > now - timedelta(days=1))
    # The one that is about to be replaced does not count as open.
    still = and_(
        still_open(now), ~and_(Invitation.email_key == key, _same_place(Invitation, place))
    )
    row = session.execute(
        select(func.count().filter(still), recent, func.count().filter(to_one)).where(by_whom)
    ).one()
    return Sent(*row)


def still_open(now: datetime) -> ColumnElement[bool]:
    """The condition that an invitation can be taken up at `now`."""
    return and_(
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.expires_at > now,
    )


def _of(token: str, now: datetime) -> Select[Invitation]:
    return select(Invitation).where(Invitation.token_hash == hashed(token), still_open(now))


def _own(invitation_id: int, actor: Actor, now: datetime) -> Select[Invitation]:
    return visible_to(Invitation, actor).where(Invitation.id == invitation_id, still_open(now))


def _same_place(model: type[Invitation] | type[Membership], place: Place) -> ColumnElement[bool]:
    """In a company one is once, in whatever role; staff are so by role, registry and team."""
    if place.partner_id is not None:
        return model.partner_id == place.partner_id
    return and_(
        model.role == place.role,
        model.registry_id.is_not_distinct_from(place.registry_id),
        model.team_id.is_not_distinct_from(place.team_id),
    )


def _tell(
    session: Session, verb: str, row: Invitation, actor: Actor, now: datetime, **more: int
) -> None:
    emit(
        *(session, f"invitation:{row.id}", verb),
        actor=actor,
        at=now,
        partner_id=row.partner_id,
        registry_id=row.registry_id,
        payload={"invitation": row.id, "role": row.role.value, **more},
    )
