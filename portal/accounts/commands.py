"""Making people and signing them in."""

import uuid
from dataclasses import replace
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import select

from portal.accounts import sessions
from portal.accounts.models import Level, Membership, Person
from portal.accounts.queries import capacities, credentials
from portal.accounts.rules import address_key
from portal.kernel.access import SYSTEM, Actor, Role
from portal.store.db import atomic, db
from portal.store.events import emit

HASHER = PasswordHasher()
# Verified when the address is unknown, so that both answers cost the same work.
_NOBODY = HASHER.hash("nobody has this password")


class AddressTaken(Exception):
    """Somebody already signs in with this address."""


def create_person(
    email: str,
    name: str,
    password: str,
    role: Role,
    *,
    now: datetime,
    language: str = "es",
    partner_id: int | None = None,
    registry_id: int | None = None,
    team_id: int | None = None,
    actor: Actor = SYSTEM,
) -> int:
    """A person who can sign in at once; the id. `now` is wall time. Raises AddressTaken."""
    hashed = HASHER.hash(password)
    with atomic() as session:
        email = email.strip()
        if session.scalar(select(Person.id).where(Person.email_key == address_key(email))):
            raise AddressTaken(email)
        person = Person(
            email=email,
            email_key=address_key(email),
            name=name,
            password_hash=hashed,
            language=language,
            created_at=now,
        )
        session.add(person)
        session.flush()
        session.add(
            Membership(
                person_id=person.id,
                role=role,
                partner_id=partner_id,
                registry_id=registry_id,
                team_id=team_id,
                since=now,
            )
        )
        emit(
            session,
            f"person:{person.id}",
            "person.created",
            actor=actor,
            at=now,
            partner_id=partner_id,
            payload={"role": role.value},
        )
        return person.id


def set_password(person_id: int, password: str) -> None:
    """Let a person sign in with `password`; nothing happens when they do already."""
    with atomic() as session:
        person = session.get_one(Person, person_id)
        try:
            HASHER.verify(person.password_hash, password)
        except VerificationError:
            person.password_hash = HASHER.hash(password)
            person.session_version += 1


def sign_in(
    email: str, password: str, *, now: datetime, origin: str = "", agent: str = ""
) -> tuple[Actor, uuid.UUID] | None:
    """The actor behind the credentials and the key of a new session, or None. `now` is wall time.

    Says nothing of which half was wrong, and does the same work for an unknown address.
    """
    row = credentials(db.session(), email)
    hashed = row.password_hash if row else _NOBODY
    try:
        HASHER.verify(hashed, password)
    except VerificationError:
        return None
    may_be = capacities(db.session(), row.id) if row else []
    if row is None or not may_be:
        return None
    actor = replace(may_be[0], origin=origin)
    fresh = HASHER.hash(password) if HASHER.check_needs_rehash(hashed) else None
    with atomic() as session:
        if fresh is not None:
            session.get_one(Person, row.id).password_hash = fresh
        version = row.session_version
        key = sessions.begin(session, actor, version, Level.FULL, agent=agent, now=now)
        stream = f"person:{row.id}"
        emit(
            *(session, stream, "person.signed_in"),
            actor=actor,
            at=now,
            partner_id=actor.partner_id,
        )
        return actor, key
