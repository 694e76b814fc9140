"""Signing in: a password, then a code where there is a second factor (B2, B4, B6).

Every try is counted before any work is done for it, and costs the same work whoever it is for.
All moments are the wall's. A session begins under a new key with each step.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from portal.accounts import devices, factors, passwords, sessions, throttle
from portal.accounts.models import Level, Person, SignIn
from portal.accounts.queries import capacities, credentials
from portal.accounts.records import Asked, note, record, tell
from portal.accounts.throttle import Later
from portal.kernel.access import STAFF_ROLES, Actor
from portal.store.db import atomic, db

# Between the password and the code.
PENDING_LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Entered:
    """A session that began: who acts in it, its key, how far it has come.

    `device` is the token to keep in the browser, None to leave the browser's as it is.
    """

    actor: Actor
    key: uuid.UUID
    level: Level
    device: str | None = None


class Expired(Exception):
    """The password was given too long ago, or its session ended: begin anew."""


def with_password(
    email: str, password: str, *, asked: Asked, now: datetime
) -> Entered | Later | None:
    """A session for who has this address and password, or None, which half was wrong or not.

    It is signed in at once without a second factor, waits for a code with one (Level.CODE), and
    may only set one up when it is required and not there (Level.ENROL).
    """
    row = credentials(db.session(), email)
    person_id = row.id if row else None
    device = devices.recognise(db.session(), asked.device, person_id, now)
    address = {"address": throttle.address_print(email)}
    with atomic() as session:
        buckets = throttle.sign_in_buckets(email, asked.origin, device)
        taken = throttle.reserve(session, buckets, now)
        if isinstance(taken, Later):
            note(session, "person.sign_in_throttled", person_id, asked, now, address)
            return taken
    right = passwords.verify(row.password_hash if row else None, password)
    may_be = capacities(db.session(), row.id) if row and right else []
    if row is None or not may_be:
        with atomic() as session:
            note(session, "person.sign_in_failed", person_id, asked, now, address)
        return None
    fresh = passwords.hashed(password) if passwords.outdated(row.password_hash) else None
    with atomic() as session:
        throttle.give_back(session, taken)
        if fresh is not None:
            kept = Person.id == row.id, Person.password_hash == row.password_hash
            session.execute(update(Person).where(*kept).values(password_hash=fresh))
        actor = replace(_last_used(session, may_be), origin=asked.origin)
        if factors.confirmed(session, row.id) is not None:
            level = Level.CODE
        elif any(each.role in STAFF_ROLES for each in may_be):
            level = Level.ENROL
        else:
            return enter(session, actor, row.session_version, asked, now, "password")
        key = sessions.begin(session, actor, row.session_version, level, agent=asked.agent, now=now)
        return Entered(actor, key, level)


def with_code(
    pending: uuid.UUID, typed: str, *, asked: Asked, now: datetime
) -> Entered | Later | None:
    """The session that waited under the key `pending`, signed in; None when the code is wrong.

    `typed` is a code of the app or a recovery code. Raises Expired when nothing waits there.
    """
    waiting = waiting_for_code(db.session(), pending, now)
    if waiting is None:
        raise Expired
    person_id = waiting.person_id
    device = devices.recognise(db.session(), asked.device, person_id, now)
    with atomic() as session:
        taken = throttle.reserve(session, [throttle.code_bucket(person_id, device)], now)
        if isinstance(taken, Later):
            note(session, "person.sign_in_throttled", person_id, asked, now, {"at": "code"})
            return taken
    may_be = capacities(db.session(), person_id)
    actor = next((each for each in may_be if each.membership_id == waiting.membership_id), None)
    if actor is None:
        raise Expired
    with atomic() as session:
        how = factors.accept(session, person_id, typed, now)
        if how is None:
            note(session, "person.sign_in_failed", person_id, asked, now, {"at": "code"})
            return None
        if not finish(session, pending, now):
            raise Expired
        throttle.give_back(session, taken)
        actor = replace(actor, origin=asked.origin)
        return enter(session, actor, waiting.version, asked, now, how)


def as_of_the_demo(email: str, *, asked: Asked, now: datetime) -> Entered | None:
    """A session of the demo's person, past password and code; None when they may not sign in.

    Who calls it has made sure that this portal is a demo, and the person one of its own.
    """
    row = credentials(db.session(), email)
    may_be = capacities(db.session(), row.id) if row else []
    if row is None or not may_be:
        return None
    with atomic() as session:
        actor = replace(_last_used(session, may_be), origin=asked.origin)
        version = row.session_version
        key = sessions.begin(session, actor, version, Level.FULL, agent=asked.agent, now=now)
        record(session, "person.signed_in", actor, now, {"by": "demo"})
        return Entered(actor, key, Level.FULL)


def enter(
    session: Session, actor: Actor, version: int, asked: Asked, now: datetime, how: str
) -> Entered:
    """Begin a full session inside the caller's transaction, know the browser from now on, and tell
    by mail when it is a new one.
    """
    person_id = actor.person_id or 0
    device = devices.recognise(session, asked.device, person_id, now)
    before = exists().where(SignIn.person_id == person_id, SignIn.level == Level.FULL)
    if device is None and session.scalar(select(before)):
        tell(session, "signed_in_new_device", person_id, now)
    token = devices.remember(session, device, person_id, now)
    key = sessions.begin(session, actor, version, Level.FULL, agent=asked.agent, now=now)
    record(session, "person.signed_in", actor, now, {"by": how})
    if how == "recovery_code":
        left = {"left": factors.recovery_codes_left(session, person_id)}
        record(session, "person.recovery_code_used", actor, now, left)
    if device is None:
        record(session, "person.device_known", actor, now)
    return Entered(actor, key, Level.FULL, token)


def waiting_for_code(session: Session, key: uuid.UUID, now: datetime) -> SignIn | None:
    """The session that waits under `key` for its code, given its password not long ago."""
    return session.scalar(
        select(SignIn)
        .join(Person, Person.id == SignIn.person_id)
        .where(
            SignIn.id == key,
            SignIn.level == Level.CODE,
            SignIn.ended_at.is_(None),
            SignIn.started_at > now - PENDING_LASTS,
            SignIn.version == Person.session_version,
            Person.active,
        )
    )


def finish(session: Session, key: uuid.UUID, now: datetime) -> bool:
    """End the session of `key` because another takes its place; whether it still counted."""
    living = SignIn.id == key, SignIn.ended_at.is_(None)
    ended = update(SignIn).where(*living).values(ended_at=now).returning(SignIn.id)
    return session.scalar(ended) is not None


def _last_used(session: Session, may_be: list[Actor]) -> Actor:
    """The capacity the person acted in last, of those that live, else the oldest."""
    living = {each.membership_id: each for each in may_be}
    last = session.scalar(
        select(SignIn.membership_id)
        .where(SignIn.person_id == may_be[0].person_id, SignIn.membership_id.in_(living))
        .order_by(SignIn.started_at.desc())
        .limit(1)
    )
    return living.get(last, may_be[0])
