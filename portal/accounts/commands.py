"""Making people, and giving them what they prove themselves with."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import factors, passwords
from portal.accounts.models import Membership, Person
from portal.accounts.rules import address_key
from portal.kernel.access import SYSTEM, Actor, Role
from portal.store.db import atomic, db
from portal.store.events import emit


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
    hashed = passwords.hashed(password)
    with atomic() as session:
        email = email.strip()
        if session.scalar(select(Person.id).where(Person.email_key == address_key(email))):
            raise AddressTaken(email)
        person = add_person(session, email, name, hashed, language, now)
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


def add_person(
    session: Session, email: str, name: str, password_hash: str, language: str, now: datetime
) -> Person:
    """A new person, without a membership yet, inside the caller's transaction; with the id.

    Raises IntegrityError when somebody signs in with this address already.
    """
    person = Person(
        email=email,
        email_key=address_key(email),
        name=name,
        password_hash=password_hash,
        language=language,
        created_at=now,
    )
    session.add(person)
    session.flush()
    return person


def set_password(person_id: int, password: str) -> None:
    """Let a person sign in with `password`; nothing happens when they do already."""
    kept = db.session().scalar(select(Person.password_hash).where(Person.id == person_id))
    if passwords.verify(kept, password):
        return
    fresh = passwords.hashed(password)
    with atomic() as session:
        person = session.get_one(Person, person_id)
        person.password_hash = fresh
        person.session_version += 1


def give_factor(person_id: int, secret: str, *, now: datetime) -> None:
    """Let a person of the demo sign in with the codes of `secret`; nothing happens when they do."""
    there = factors.confirmed(db.session(), person_id)
    if there is not None and factors.decrypted(there.secret) == secret:
        return
    with atomic() as session:
        factors.keep(session, person_id, factors.encrypted(secret), None, now)
        emit(session, f"person:{person_id}", "person.factor_added", actor=SYSTEM, at=now)
