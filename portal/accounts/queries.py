"""Look-ups of who somebody is, as values: no person row is loaded per page."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, false, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from portal.accounts.models import (
    Attempt,
    Device,
    Factor,
    FeedKey,
    FeedKind,
    Level,
    MailedLink,
    Membership,
    Person,
    RecoveryCode,
    SignIn,
)
from portal.accounts.rules import address_key, session_lives
from portal.kernel.access import (
    FOR_PARTNERS,
    PARTNER_ROLES,
    Actor,
    Permission,
    Role,
    actor_for,
)
from portal.registry.models import Agreement, Partner, Registry
from portal.store.scope import internal, scope

internal(SignIn, Factor, RecoveryCode, MailedLink, Device, Attempt, FeedKey)


@scope(Person)
def people(actor: Actor) -> ColumnElement[bool] | None:
    """Everyone for the portal's administrators; others know people by their memberships."""
    return None if actor.role is Role.ADMIN else false()


@scope(Membership)
def memberships(actor: Actor) -> ColumnElement[bool] | None:
    """Those in the own company for its administrators; all for the portal's."""
    if actor.role is Role.PARTNER_ADMIN and actor.partner_id is not None:
        return Membership.partner_id == actor.partner_id
    return None if actor.role is Role.ADMIN else false()


# Active people with what an actor is made of, one row per living membership. One is asked with
# every page, so the queries are put together once.
_PEOPLE = (
    select(
        Person.id,
        Person.name,
        Person.email,
        Person.language,
        Person.region,
        Membership.id.label("membership_id"),
        Membership.role,
        Membership.partner_id,
        Membership.registry_id,
        Membership.team_id,
        Partner.name.label("partner_name"),
        Registry.name.label("registry_name"),
        exists().where(Agreement.partner_id == Membership.partner_id).label("agreed"),
    )
    .join(Membership, Membership.person_id == Person.id)
    .outerjoin(Partner, Partner.id == Membership.partner_id)
    .outerjoin(Registry, Registry.id == Membership.registry_id)
    .where(Person.active, Membership.ended_at.is_(None))
    .order_by(Membership.id)
)
_BY_PERSON = _PEOPLE.where(Person.id == bindparam("person"))
_BY_SESSION = (
    _PEOPLE.join(SignIn, SignIn.membership_id == Membership.id)
    .add_columns(SignIn.level, SignIn.started_at, SignIn.seen_at, SignIn.confirmed_at)
    .where(
        SignIn.id == bindparam("key"),
        SignIn.person_id == Person.id,
        SignIn.version == Person.session_version,
        SignIn.ended_at.is_(None),
        SignIn.level != Level.CODE,
    )
)
_BY_FEED = (
    _PEOPLE.join(FeedKey, FeedKey.membership_id == Membership.id)
    .add_columns(FeedKey.id.label("feed"), FeedKey.created_at.label("made"))
    .where(
        FeedKey.token_hash == bindparam("hash"),
        FeedKey.kind == bindparam("kind"),
        FeedKey.person_id == Person.id,
        FeedKey.revoked_at.is_(None),
    )
)


@dataclass(frozen=True)
class FeedReader:
    """Who reads by a secret address that works: its key, when it was made (wall time), as whom."""

    key: uuid.UUID
    made_at: datetime
    actor: Actor


@dataclass(frozen=True)
class LiveSession:
    """A session that counts: who acts in it, how far it has come, when it last proved who it is
    and when it was last seen (wall time).
    """

    actor: Actor
    level: Level
    confirmed_at: datetime
    seen_at: datetime


def resume(session: Session, key: uuid.UUID, now: datetime, origin: str = "") -> LiveSession | None:
    """The session of `key`, or None when it ended: signed out, revoked, too old or idle, its person
    deactivated or changed, the membership it acts in ended. `now` is wall time. One query.

    Before the second factor is set up its actor is nobody's: a visitor who may set it up.
    """
    row = session.execute(_BY_SESSION, {"key": key}).first()
    if row is None or not session_lives(row.role, row.started_at, row.seen_at, now):
        return None
    enrolling = row.level is Level.ENROL
    actor = enrolling_actor(row, origin) if enrolling else _actor(row, origin)
    return LiveSession(actor, row.level, row.confirmed_at, row.seen_at)


def capacities(session: Session, person_id: int) -> list[Actor]:
    """The person in each capacity that lives, oldest first; none when deactivated or removed."""
    return [_actor(row) for row in session.execute(_BY_PERSON, {"person": person_id})]


def feed_reader(session: Session, token_hash: str, kind: FeedKind) -> FeedReader | None:
    """Who reads by the address of that hash; None when it was ended, with its membership or alone, or
    when its person cannot sign in. One query.
    """
    row = session.execute(_BY_FEED, {"hash": token_hash, "kind": kind}).first()
    return None if row is None else FeedReader(row.feed, row.made, _actor(row))


def credentials(session: Session, email: str) -> Row[int, str, int] | None:
    """Id, password hash and session version of an active person, by address."""
    return session.execute(
        select(Person.id, Person.password_hash, Person.session_version).where(
            Person.email_key == address_key(email), Person.active
        )
    ).first()


def enrolling_actor(row: Any, origin: str = "") -> Actor:
    """Somebody whose password was right and who must set up the second factor first."""
    return Actor(
        role=Role.VISITOR,
        permissions=frozenset({Permission.ENROL}),
        person_id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        region=row.region,
        origin=origin,
    )


def _actor(row: Any, origin: str = "") -> Actor:
    """The directory of a program's people is not for whoever has a mailbox and applies."""
    actor = actor_for(
        row.role,
        person_id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        region=row.region,
        partner_id=row.partner_id,
        partner_name=row.partner_name or "",
        registry_id=row.registry_id,
        registry_name=row.registry_name or "",
        team_id=row.team_id,
        membership_id=row.membership_id,
        origin=origin,
    )
    if row.role in PARTNER_ROLES and not row.agreed:
        return replace(actor, permissions=actor.permissions - FOR_PARTNERS)
    return actor
