"""What people change of their own account. Moments are the wall's."""

import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts import factors, sessions
from portal.accounts.models import Level, Person, SignIn
from portal.accounts.queries import capacities
from portal.accounts.rules import session_lives
from portal.kernel.access import STAFF_ROLES, Actor
from portal.store.db import atomic, db
from portal.store.events import emit


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


def change_settings(name: str, language: str, region: str, *, actor: Actor, now: datetime) -> None:
    """The person's own name, language and regional format."""
    with atomic() as session:
        person = session.get_one(Person, actor.person_id)
        person.name, person.language, person.region = name, language, region
        _emit(session, "person.settings_changed", actor, now)


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


def revoke(handle: str, *, actor: Actor, now: datetime) -> bool:
    """End the own session of `handle`; whether there was one."""
    open_now = SignIn.person_id == actor.person_id, SignIn.ended_at.is_(None)
    keys = db.session().scalars(select(SignIn.id).where(*open_now)).all()
    found = next((key for key in keys if handle_of(key) == handle), None)
    return found is not None and sessions.end(
        found, actor=actor, now=now, verb="person.session_revoked"
    )


def revoke_others(here: uuid.UUID, *, actor: Actor, now: datetime) -> int:
    """End every own session but `here`; how many there were."""
    with atomic() as session:
        others = (
            update(SignIn)
            .where(SignIn.person_id == actor.person_id, SignIn.id != here)
            .where(SignIn.ended_at.is_(None))
            .values(ended_at=now)
            .returning(SignIn.id)
        )
        ended = len(session.scalars(others).all())
        if ended:
            _emit(session, "person.session_revoked", actor, now, {"sessions": ended})
        return ended


def act_as(
    membership_id: int, *, key: uuid.UUID, actor: Actor, agent: str, now: datetime
) -> tuple[Actor, uuid.UUID] | None:
    """Go on in another of one's own capacities, in a new session; None when it is not one's own.

    The session before ends, so that a form opened for one company is never sent for another. What
    was proved stays proved: `confirmed_at` goes over. Who becomes staff without a second factor
    reaches nothing but setting one up.
    """
    mine = capacities(db.session(), actor.person_id or 0)
    chosen = next((each for each in mine if each.membership_id == membership_id), None)
    if chosen is None:
        return None
    chosen = replace(chosen, origin=actor.origin)
    with atomic() as session:
        before = session.get_one(SignIn, key)
        if before.ended_at is not None:
            return None
        before.ended_at = now
        lacking = chosen.role in STAFF_ROLES and not factors.confirmed(
            session, chosen.person_id or 0
        )
        level = Level.ENROL if lacking else before.level
        begun = sessions.begin(session, chosen, before.version, level, agent=agent, now=now)
        session.flush()
        carried = update(SignIn).where(SignIn.id == begun)
        session.execute(
            carried.values(confirmed_at=before.confirmed_at, started_at=before.started_at)
        )
        _emit(session, "person.acting_changed", chosen, now)
        return chosen, begun


def handle_of(key: uuid.UUID) -> str:
    """What names a session on a page: nothing that its cookie could be made of."""
    return hashlib.sha256(key.bytes).hexdigest()[:16]


def _emit(
    session: Session, verb: str, actor: Actor, now: datetime, payload: dict[str, int] | None = None
) -> None:
    stream = f"person:{actor.person_id}"
    emit(session, stream, verb, actor=actor, at=now, partner_id=actor.partner_id, payload=payload)
