"""What one's own account page shows."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import factors
from portal.accounts.models import FeedKey, FeedKind, Level, Person, SignIn
from portal.accounts.queries import capacities
from portal.accounts.rules import session_lives
from portal.kernel.access import STAFF_ROLES, Actor


@dataclass(frozen=True)
class Account:
    """A person's capacities, and how they prove who they are."""

    capacities: list[Actor]
    has_factor: bool
    codes_left: int
    factor_required: bool


@dataclass(frozen=True)
class OpenSession:
    """One of a person's sessions as it is listed. `handle` names it without telling its key."""

    handle: str
    started_at: datetime
    seen_at: datetime
    origin: str
    agent: str
    acting: Actor
    here: bool


@dataclass(frozen=True)
class FeedAddress:
    """A secret address that works, without its secret; times are the wall's."""

    id: uuid.UUID
    kind: FeedKind
    created_at: datetime
    used_at: datetime | None
    acting: Actor


def load_account(session: Session, actor: Actor) -> Account:
    """The actor's own account. Three queries."""
    person_id = actor.person_id or 0
    mine = capacities(session, person_id)
    return Account(
        capacities=mine,
        has_factor=factors.confirmed(session, person_id) is not None,
        codes_left=factors.recovery_codes_left(session, person_id),
        factor_required=any(each.role in STAFF_ROLES for each in mine),
    )


def open_sessions(
    session: Session, actor: Actor, here: uuid.UUID, now: datetime
) -> list[OpenSession]:
    """The person's sessions that count, the one last seen first. Two queries."""
    acting = {each.membership_id: each for each in capacities(session, actor.person_id or 0)}
    rows = session.scalars(
        select(SignIn)
        .join(Person, Person.id == SignIn.person_id)
        .where(
            SignIn.person_id == actor.person_id,
            SignIn.version == Person.session_version,
            SignIn.ended_at.is_(None),
            SignIn.level == Level.FULL,
            SignIn.membership_id.in_(acting),
        )
        .order_by(SignIn.seen_at.desc())
    )
    return [
        OpenSession(
            handle=handle_of(row.id),
            started_at=row.started_at,
            seen_at=row.seen_at,
            origin=row.origin,
            agent=row.agent,
            acting=acting[row.membership_id],
            here=row.id == here,
        )
        for row in rows
        if session_lives(acting[row.membership_id].role, row.started_at, row.seen_at, now)
    ]


def feed_addresses(session: Session, actor: Actor) -> list[FeedAddress]:
    """The person's secret addresses that work, the newest first. Two queries."""
    acting = {each.membership_id: each for each in capacities(session, actor.person_id or 0)}
    rows = session.scalars(
        select(FeedKey)
        .where(
            FeedKey.person_id == actor.person_id,
            FeedKey.revoked_at.is_(None),
            FeedKey.membership_id.in_(acting),
        )
        .order_by(FeedKey.created_at.desc(), FeedKey.id.desc())
    )
    return [
        FeedAddress(row.id, row.kind, row.created_at, row.used_at, acting[row.membership_id])
        for row in rows
    ]


def handle_of(key: uuid.UUID) -> str:
    """What names a session on a page: nothing that its cookie could be made of."""
    return hashlib.sha256(key.bytes).hexdigest()[:16]
