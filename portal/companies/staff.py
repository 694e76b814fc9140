"""What the portal's administrators do to a person: shut out, let in again, a lost second factor.

Commands; moments are wall time. Each acts on the person's next request. None: no such person.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts import sessions
from portal.accounts.models import Person
from portal.accounts.proofs import take_factor_away
from portal.companies.people import Answer, hold_all, standing, still_acts, withdraw_of
from portal.companies.people_rules import RULESET, may_deactivate, may_reset_factor
from portal.kernel.access import Actor
from portal.kernel.decision import Decision
from portal.store.db import atomic, db, retrying
from portal.store.events import emit
from portal.store.scope import visible_to

DONE = Decision(RULESET, True)


@retrying
def deactivate(person_id: int, *, actor: Actor, now: datetime) -> Answer:
    """Shut somebody out: every session ends and none begins, until they are let in again."""
    with atomic() as session:
        person = _person(session, person_id, actor)
        if person is None:
            return None
        rows = hold_all(session, person_id)
        if not still_acts(session, actor):
            return None
        decision = may_deactivate(
            [standing(session, row, actor) for row in rows], own=person_id == actor.person_id
        )
        if not decision.refused and person.active:
            person.active = False
            _end_everything(session, person, now)
            withdraw_of(session, person_id, None, now)
            _tell(session, "person.deactivated", person, actor, now)
        return decision


@retrying
def reactivate(person_id: int, *, actor: Actor, now: datetime) -> Answer:
    """Let somebody in again, with the memberships that still live. The anonymised stay out."""
    with atomic() as session:
        person = _person(session, person_id, actor)
        if person is None or person.anonymised_at is not None or not still_acts(session, actor):
            return None
        if not person.active:
            person.active = True
            _tell(session, "person.reactivated", person, actor, now)
        return DONE


def sign_out_everywhere(person_id: int, *, actor: Actor, now: datetime) -> Answer:
    """End every session of somebody, wherever they are signed in; they may sign in anew."""
    with atomic() as session:
        person = _person(session, person_id, actor)
        if person is None or person.anonymised_at is not None or not still_acts(session, actor):
            return None
        _end_everything(session, person, now)
        _tell(session, "person.session_revoked", person, actor, now)
        return DONE


def reset_factor(person_id: int, *, actor: Actor, now: datetime) -> Answer:
    """Forget the second factor of somebody who lost it; staff set up another at the next sign-in.

    The person is told by e-mail, since a stranger may have asked for it.
    """
    known = visible_to(Person, actor).where(Person.id == person_id, Person.anonymised_at.is_(None))
    if db.session().scalar(known.with_only_columns(Person.id)) is None:
        return None
    decision = may_reset_factor(own=person_id == actor.person_id)
    if not decision.refused:
        take_factor_away(person_id, actor=actor, now=now)
    return decision


def _person(session: Session, person_id: int, actor: Actor) -> Person | None:
    """The person, held: no membership of theirs begins until the transaction ends."""
    found = visible_to(Person, actor).where(Person.id == person_id).with_for_update()
    return session.scalar(found)


def _end_everything(session: Session, person: Person, now: datetime) -> None:
    # The version makes mailed links and half-finished sign-ins void too.
    person.session_version += 1
    sessions.end_open(session, now, person_id=person.id)


def _tell(session: Session, verb: str, person: Person, actor: Actor, now: datetime) -> None:
    payload = {"person": person.id}
    emit(session, f"person:{person.id}", verb, actor=actor, at=now, payload=payload)
