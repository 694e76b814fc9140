"""Making people and signing them in."""

import uuid
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, func, select

from portal.accounts.models import Membership, Person, SignIn
from portal.accounts.queries import credentials, load_actor
from portal.kernel.access import SYSTEM, Actor, Role
from portal.store.db import atomic, db
from portal.store.events import emit

HASHER = PasswordHasher()
# Verified when the address is unknown, so that both answers cost the same work.
_NOBODY = HASHER.hash("nobody has this password")


KEPT = timedelta(days=30)


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
    with atomic() as session:
        email = email.strip().lower()
        if session.scalar(select(Person.id).where(func.lower(Person.email) == email)):
            raise AddressTaken(email)
        person = Person(
            email=email,
            name=name,
            password_hash=HASHER.hash(password),
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


def sign_in(email: str, password: str, *, now: datetime) -> tuple[Actor, uuid.UUID] | None:
    """The actor behind the credentials and the key of a new session, or None. `now` is wall time.

    Says nothing of which half was wrong, and does the same work for an unknown address.
    """
    row = credentials(db.session(), email)
    hashed = row.password_hash if row else _NOBODY
    try:
        HASHER.verify(hashed, password)
    except VerificationError:
        return None
    if row is None:
        return None
    actor = load_actor(db.session(), row.id, row.session_version)
    if actor is None:
        return None
    with atomic() as session:
        if HASHER.check_needs_rehash(hashed):
            session.get_one(Person, row.id).password_hash = HASHER.hash(password)
        mine = SignIn.person_id == row.id
        session.execute(delete(SignIn).where(mine, SignIn.started_at < now - KEPT))
        begun = SignIn(id=uuid.uuid4(), person_id=row.id, version=row.session_version)
        begun.started_at = now
        session.add(begun)
        emit(
            session,
            f"person:{row.id}",
            "person.signed_in",
            actor=actor,
            at=now,
            partner_id=actor.partner_id,
        )
        return actor, begun.id


def sign_out(key: uuid.UUID, *, actor: Actor, now: datetime) -> None:
    """End one session for good: its cookie is worth nothing from now on. `now` is wall time."""
    with atomic() as session:
        found = session.get(SignIn, key)
        if found is not None and found.person_id == actor.person_id and found.ended_at is None:
            found.ended_at = now
            emit(
                session,
                f"person:{actor.person_id}",
                "person.signed_out",
                actor=actor,
                at=now,
                partner_id=actor.partner_id,
            )
