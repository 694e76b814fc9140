"""Proving again who one is, and changing what proves it: password, second factor, recovery codes.

Each change begins a session under a new key and ends the others. All moments are the wall's.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import devices, factors, passwords, sessions, throttle
from portal.accounts.models import Level, Person, SignIn
from portal.accounts.queries import capacities
from portal.accounts.records import Asked, note, record, tell
from portal.accounts.signing_in import Entered, Expired, finish
from portal.accounts.throttle import Later
from portal.kernel.access import STAFF_ROLES, Actor, Permission
from portal.store.db import atomic, db
from portal.store.events import emit


@dataclass(frozen=True)
class SetUp:
    """A second factor that counts from now on: the new session, and the codes to show once."""

    entered: Entered
    recovery_codes: tuple[str, ...]


class Required(Exception):
    """Staff do without a second factor in no capacity."""


def confirm(
    key: uuid.UUID, password: str, code: str, *, actor: Actor, asked: Asked, now: datetime
) -> Entered | Later | None:
    """The session of `key` under a new key, its person proved anew; None when a proof is wrong.

    The password, and a code where there is a second factor. Raises Expired when the session ended.
    """
    person_id = actor.person_id or 0
    kept = _password_of(person_id)
    has_factor = factors.confirmed(db.session(), person_id) is not None
    device = devices.recognise(db.session(), asked.device, person_id, now)
    buckets = [throttle.confirm_bucket(person_id)]
    if has_factor:
        buckets.append(throttle.code_bucket(person_id, device))
    with atomic() as session:
        taken = throttle.reserve(session, buckets, now)
        if isinstance(taken, Later):
            note(session, "person.sign_in_throttled", person_id, asked, now, {"at": "confirm"})
            return taken
    right = passwords.verify(kept, password)
    with atomic() as session:
        if not right or (has_factor and not factors.accept(session, person_id, code, now)):
            note(session, "person.sign_in_failed", person_id, asked, now, {"at": "confirm"})
            return None
        throttle.give_back(session, taken)
        return _renew(session, key, asked, now, "person.confirmed")


def confirm_in_demo(key: uuid.UUID, *, asked: Asked, now: datetime) -> Entered:
    """The same by one click. Who calls it has made sure that this is a person of a demo."""
    with atomic() as session:
        return _renew(session, key, asked, now, "person.confirmed")


def set_up_factor(
    key: uuid.UUID, secret: str, code: str, *, actor: Actor, asked: Asked, now: datetime
) -> SetUp | Later | None:
    """Make `secret` (encrypted) the second factor of who is signed in under `key`, once `code` shows
    that the app has it. The session goes on fully, under a new key; others end. None: wrong code.

    Raises Expired when the session ended.
    """
    person_id = actor.person_id or 0
    device = devices.recognise(db.session(), asked.device, person_id, now)
    with atomic() as session:
        taken = throttle.reserve(session, [throttle.code_bucket(person_id, device)], now)
        if isinstance(taken, Later):
            note(session, "person.sign_in_throttled", person_id, asked, now, {"at": "set_up"})
            return taken
    known = factors.decrypted(secret)
    step = factors.step_of(known, code, now) if known else None
    if step is None:
        return None
    with atomic() as session:
        throttle.give_back(session, taken)
        replaced = factors.keep(session, person_id, secret, step, now)
        codes = factors.new_recovery_codes(session, person_id)
        entered = _renew(session, key, asked, now, "person.factor_added", level=Level.FULL)
        token = devices.remember(session, device, person_id, now)
        sessions.end_open(session, now, person_id=person_id, but=entered.key)
        record(session, "person.recovery_codes_made", entered.actor, now, {"replaced": replaced})
        if not actor.may(Permission.OWN_ACCOUNT):
            record(session, "person.signed_in", entered.actor, now, {"by": "set_up"})
        tell(session, "factor_changed", person_id, now)
        return SetUp(replace(entered, device=token), codes)


def renew_recovery_codes(*, actor: Actor, now: datetime) -> tuple[str, ...]:
    """Ten new codes, to be shown once; those before count no more. Empty without a second factor."""
    with atomic() as session:
        if factors.confirmed(session, actor.person_id or 0) is None:
            return ()
        codes = factors.new_recovery_codes(session, actor.person_id or 0)
        record(session, "person.recovery_codes_made", actor, now)
        tell(session, "factor_changed", actor.person_id, now)
        return codes


def give_up_factor(key: uuid.UUID, *, actor: Actor, now: datetime) -> bool:
    """Do without a second factor from now on; whether there was one. Other sessions end.

    Raises Required for staff.
    """
    person_id = actor.person_id or 0
    if factor_required(person_id):
        raise Required
    with atomic() as session:
        if not factors.remove(session, person_id):
            return False
        sessions.end_open(session, now, person_id=person_id, but=key)
        record(session, "person.factor_removed", actor, now)
        tell(session, "factor_changed", actor.person_id, now)
        return True


def take_factor_away(person_id: int, *, actor: Actor, now: datetime) -> bool:
    """Help somebody who lost phone and codes: their factor goes and their sessions end; whether
    there was one. Staff set up a new one when they next sign in with their password.

    Only for the operator and the portal's administrators, who have made sure who asks.
    """
    with atomic() as session:
        if not factors.remove(session, person_id):
            return False
        person = session.get_one(Person, person_id)
        person.session_version += 1
        emit(session, f"person:{person_id}", "person.factor_removed", actor=actor, at=now)
        tell(session, "factor_changed", person_id, now)
        return True


def change_password(
    current: str, new: str, *, key: uuid.UUID, actor: Actor, asked: Asked, now: datetime
) -> Entered | Later | None:
    """`new` (judged before by `passwords.judge`) in place of the `current` password; None when that
    is wrong. This session goes on under a new key, every other one ends, mailed links are void.

    Raises Expired when the session ended.
    """
    person_id = actor.person_id or 0
    kept = _password_of(person_id)
    with atomic() as session:
        taken = throttle.reserve(session, [throttle.confirm_bucket(person_id)], now)
        if isinstance(taken, Later):
            note(session, "person.sign_in_throttled", person_id, asked, now, {"at": "password"})
            return taken
    if not passwords.verify(kept, current):
        with atomic() as session:
            note(session, "person.sign_in_failed", person_id, asked, now, {"at": "password"})
        return None
    fresh = passwords.hashed(new)
    with atomic() as session:
        throttle.give_back(session, taken)
        person = session.get_one(Person, person_id)
        entered = _renew(
            session, key, asked, now, "person.password_changed", version=person.session_version + 1
        )
        person.password_hash = fresh
        person.session_version += 1
        devices.forget_all(session, person_id)
        token = devices.remember(session, None, person_id, now)
        tell(session, "password_changed", person_id, now)
        return replace(entered, device=token)


def factor_required(person_id: int) -> bool:
    """Whether a capacity of the person is staff's."""
    return any(each.role in STAFF_ROLES for each in capacities(db.session(), person_id))


def _password_of(person_id: int) -> str | None:
    return db.session().scalar(select(Person.password_hash).where(Person.id == person_id))


def _renew(
    session: Session,
    key: uuid.UUID,
    asked: Asked,
    now: datetime,
    verb: str,
    *,
    level: Level | None = None,
    version: int | None = None,
) -> Entered:
    """Go on under a new key in the same capacity, proved now; the old key is worth nothing."""
    before = session.get(SignIn, key)
    if before is None or not finish(session, key, now):
        raise Expired
    mine = list(_living(session, before))
    if not mine:
        raise Expired
    actor, level = replace(mine[0], origin=asked.origin), level or before.level
    session.flush()
    begun = sessions.begin(
        session, actor, version or before.version, level, agent=asked.agent, now=now
    )
    record(session, verb, actor, now)
    return Entered(actor, begun, level)


def _living(session: Session, row: SignIn) -> Iterator[Actor]:
    found = capacities(session, row.person_id)
    return (each for each in found if each.membership_id == row.membership_id)
