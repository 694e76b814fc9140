"""Secret addresses of feeds: made and ended by their person, and looked up by whoever holds one.

An address has 256 bits and is kept as its SHA-256, so what is compared tells nothing of it and to
guess one is hopeless: unknown ones are answered, not counted. A known one is counted, so that a
program gone wild costs little. What it opens is read as the capacity it was made for, while that
lives, and with no other permission than to read news. Moments are the wall's.
"""

import secrets
import uuid
from dataclasses import replace
from datetime import datetime

from sqlalchemy import update

from portal.accounts.links import hashed
from portal.accounts.models import FeedKey, FeedKind
from portal.accounts.queries import FeedReader, feed_reader
from portal.accounts.records import record
from portal.accounts.throttle import Later, feed_bucket, reserve
from portal.kernel.access import Actor, Permission
from portal.store.db import atomic, db

READS = frozenset({Permission.READ_NOTICES, Permission.READ_LIBRARY, Permission.READ_COUNCILS})


def make(kind: FeedKind, *, actor: Actor, now: datetime) -> str:
    """The secret of a new address for the capacity acted in; it is told this once.

    The one of the same kind before ends with it.
    """
    token = secrets.token_urlsafe(32)
    with atomic() as session:
        before = FeedKey.membership_id == actor.membership_id, FeedKey.kind == kind
        session.execute(
            update(FeedKey).where(*before, FeedKey.revoked_at.is_(None)).values(revoked_at=now)
        )
        session.add(
            FeedKey(
                person_id=actor.person_id,
                membership_id=actor.membership_id,
                kind=kind,
                token_hash=hashed(token),
                created_at=now,
            )
        )
        record(session, "feed.made", actor, now, {"kind": kind.value})
    return token


def revoke(key: uuid.UUID, *, actor: Actor, now: datetime) -> bool:
    """End one of the person's own addresses; whether there was one."""
    with atomic() as session:
        own = FeedKey.id == key, FeedKey.person_id == actor.person_id
        kind = session.scalar(
            update(FeedKey)
            .where(*own, FeedKey.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(FeedKey.kind)
        )
        if kind is not None:
            record(session, "feed.revoked", actor, now, {"kind": kind.value})
    return kind is not None


def read(token: str, kind: FeedKind, *, now: datetime, origin: str) -> FeedReader | Later | None:
    """Who reads by this address, or when they may again; None: it is no address that works."""
    found = feed_reader(db.session(), hashed(token), kind)
    if found is None:
        return None
    with atomic() as session:
        counted = reserve(session, [feed_bucket(str(found.key))], now)
        if isinstance(counted, Later):
            return counted
        living = FeedKey.id == found.key, FeedKey.revoked_at.is_(None)
        session.execute(update(FeedKey).where(*living).values(used_at=now))
    may = found.actor.permissions & READS
    return replace(found, actor=replace(found.actor, permissions=may, origin=origin))
