"""Links sent by e-mail that prove an address: they work once, and for a while (B5).

The token has 256 bits and is kept as its SHA-256. A link of a person is bound to the session version
it was made under: a changed password or address makes it void. Looking uses nothing up, since
programs that guard mailboxes open every link; only a form that is sent does.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import MailedLink, Person

HOUR = timedelta(hours=1)


def make(
    session: Session,
    kind: str,
    email: str,
    *,
    now: datetime,
    lasts: timedelta = HOUR,
    person: tuple[int, int] | None = None,
    payload: Mapping[str, Any] | None = None,
) -> str:
    """The token of a new link to `email`, inside the caller's transaction; `now` is wall time.

    `person` is the id and the session version it is bound to. Links of the same kind made for that
    person before are void from now on.
    """
    if person is not None:
        before = MailedLink.kind == kind, MailedLink.person_id == person[0]
        session.execute(
            update(MailedLink).where(*before, MailedLink.used_at.is_(None)).values(expires_at=now)
        )
    token = secrets.token_urlsafe(32)
    session.add(
        MailedLink(
            kind=kind,
            token_hash=hashed(token),
            person_id=person[0] if person else None,
            version=person[1] if person else None,
            email=email,
            payload=dict(payload or {}),
            created_at=now,
            expires_at=now + lasts,
        )
    )
    return token


def look(session: Session, kind: str, token: str, now: datetime) -> MailedLink | None:
    """The link of `token` while it works, or None. One query; changes nothing."""
    return session.scalar(
        select(MailedLink)
        .outerjoin(Person, Person.id == MailedLink.person_id)
        .where(
            MailedLink.token_hash == hashed(token),
            MailedLink.kind == kind,
            MailedLink.used_at.is_(None),
            MailedLink.expires_at > now,
            MailedLink.person_id.is_(None)
            | (Person.active & (Person.session_version == MailedLink.version)),
        )
    )


def use(session: Session, kind: str, token: str, now: datetime) -> MailedLink | None:
    """The link of `token`, used up from now on, or None; of two at once one gets it."""
    found = look(session, kind, token, now)
    if found is None:
        return None
    taken = session.scalar(
        update(MailedLink)
        .where(MailedLink.id == found.id, MailedLink.used_at.is_(None))
        .values(used_at=now)
        .returning(MailedLink.id)
    )
    return found if taken is not None else None


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
