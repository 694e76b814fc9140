"""What people change of their own account. Moments are the wall's."""

import uuid
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from portal.accounts import factors, sessions
from portal.accounts.models import Level, Person, SignIn
from portal.accounts.own_queries import handle_of
from portal.accounts.queries import capacities
from portal.accounts.records import record
from portal.accounts.signing_in import finish
from portal.kernel.access import STAFF_ROLES, Actor
from portal.store.db import atomic, db


def change_settings(name: str, language: str, region: str, *, actor: Actor, now: datetime) -> None:
    """The person's own name, language and regional format."""
    with atomic() as session:
        person = session.get_one(Person, actor.person_id)
        person.name, person.language, person.region = name, language, region
        record(session, "person.settings_changed", actor, now)


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
        ended = sessions.end_open(session, now, person_id=actor.person_id, but=here)
        if ended:
            record(session, "person.session_revoked", actor, now, {"sessions": ended})
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
        if not finish(session, key, now):
            return None
        lacking = chosen.role in STAFF_ROLES and not factors.confirmed(
            session, chosen.person_id or 0
        )
        level = Level.ENROL if lacking else before.level
        begun = sessions.begin(
            session, chosen, before.version, level, agent=agent, now=now, before=before
        )
        record(session, "person.acting_changed", chosen, now)
        return chosen, begun
