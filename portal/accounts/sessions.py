"""Sessions on the server: begun, continued, ended. The cookie holds nothing but a key."""

import secrets
import uuid
from datetime import datetime, timedelta

from flask import request
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from portal.accounts.models import Level, SignIn
from portal.accounts.queries import resume
from portal.accounts.records import record
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.store.db import atomic, db
from portal.web.guards import SignedIn

KEPT = timedelta(days=30)
# How often a sign of life is written down: not with every page.
SEEN_EVERY = timedelta(minutes=1)
AGENT = 200


def load(key: uuid.UUID) -> SignedIn | None:
    """Who is signed in under `key` in this request, or None. Notes a sign of life once a minute."""
    now = clock.wall()
    found = resume(db.session(), key, now, request.remote_addr or "")
    if found is None:
        return None
    if now - found.seen_at >= SEEN_EVERY:
        with atomic() as session:
            session.execute(update(SignIn).where(SignIn.id == key).values(seen_at=now))
    return SignedIn(found.actor, key, found.confirmed_at)


def begin(
    session: Session,
    actor: Actor,
    version: int,
    level: Level,
    *,
    agent: str,
    now: datetime,
    before: SignIn | None = None,
) -> uuid.UUID:
    """The key of a new session of `actor`, inside the caller's transaction; old ones are forgotten.

    `version` is the person's session version, `now` wall time. The new session counts as confirmed;
    one that takes the place of `before` is as old as that, and as much confirmed.
    """
    mine = SignIn.person_id == actor.person_id
    session.execute(delete(SignIn).where(mine, SignIn.started_at < now - KEPT))
    begun = SignIn(
        id=uuid.UUID(bytes=secrets.token_bytes(16)),  # all 128 bits at random
        person_id=actor.person_id,
        membership_id=actor.membership_id,
        version=version,
        level=level,
        started_at=before.started_at if before else now,
        seen_at=now,
        confirmed_at=before.confirmed_at if before else now,
        origin=actor.origin,
        agent=agent[:AGENT],
    )
    session.add(begun)
    return begun.id


def end_open(
    session: Session,
    now: datetime,
    *,
    person_id: int | None = None,
    membership_id: int | None = None,
    but: uuid.UUID | None = None,
) -> int:
    """End the open sessions of a person, or those in one membership, inside the caller's transaction;
    how many there were. `but` names one that goes on.
    """
    which = SignIn.person_id == person_id
    if membership_id is not None:
        which = SignIn.membership_id == membership_id
    if but is not None:
        which &= SignIn.id != but
    ended = update(SignIn).where(which, SignIn.ended_at.is_(None)).values(ended_at=now)
    return len(session.scalars(ended.returning(SignIn.id)).all())


def end(key: uuid.UUID, *, actor: Actor, now: datetime, verb: str = "person.signed_out") -> bool:
    """End one of the actor's own sessions for good; whether there was one. `now` is wall time."""
    with atomic() as session:
        found = session.get(SignIn, key)
        if found is None or found.person_id != actor.person_id or found.ended_at is not None:
            return False
        found.ended_at = now
        record(session, verb, actor, now)
        return True
