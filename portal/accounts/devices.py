"""Browsers a person signed in with before, known by a cookie (B4).

A known browser has a count of wrong tries to itself, so that strangers who try passwords do not keep
the owner out; it proves nothing else. The cookie's 256 bits are kept as a hash, belong to one
person, change with every sign-in, and count for a year at most.
"""

import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.accounts.links import hashed
from portal.accounts.models import Device
from portal.store.types import uuid7

COOKIE = "__Host-device"
LASTS = timedelta(days=365)


def recognise(
    session: Session, token: str | None, person_id: int | None, now: datetime
) -> uuid.UUID | None:
    """The device of `token` when it is that person's, or None. No query without a token."""
    if not token:
        return None
    return session.scalar(
        select(Device.id).where(
            Device.token_hash == hashed(token),
            Device.person_id == (person_id or 0),
            Device.created_at > now - LASTS,
        )
    )


def remember(session: Session, device: uuid.UUID | None, person_id: int, now: datetime) -> str:
    """A fresh token for the browser's cookie, inside the caller's transaction.

    `device` is the one recognised, whose token before counts no more; None makes a new one.
    """
    mine = Device.person_id == person_id
    session.execute(delete(Device).where(mine, Device.created_at <= now - LASTS))
    token = secrets.token_urlsafe(32)
    found = session.get(Device, device) if device else None
    if found is None:
        found = Device(id=uuid7(), person_id=person_id, token_hash="", created_at=now, seen_at=now)
        session.add(found)
    found.token_hash, found.seen_at = hashed(token), now
    return token


def forget_all(session: Session, person_id: int) -> None:
    """No browser of the person is known any more."""
    session.execute(delete(Device).where(Device.person_id == person_id))
