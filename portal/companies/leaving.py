"""Being forgotten: asked by oneself, or done by the portal's administrators. Commands; wall time."""

from datetime import datetime

from sqlalchemy import or_, select, update

from portal.accounts.forgetting import anonymise
from portal.accounts.models import Person
from portal.companies.models import Invitation
from portal.companies.people import Answer, hold_all, standing, still_acts, withdraw_of
from portal.companies.people_rules import may_be_forgotten
from portal.kernel.access import Actor
from portal.store.db import atomic, retrying
from portal.store.events import emit
from portal.store.scope import visible_to


@retrying
def forget(person_id: int, *, actor: Actor, now: datetime) -> Answer:
    """Anonymise a person, oneself or one the actor may manage; None when there is no such person.

    Refused while a company, or the portal, would be left without an administrator.
    """
    own = person_id == actor.person_id
    with atomic() as session:
        seen = select(Person) if own else visible_to(Person, actor)
        person = session.scalar(seen.where(Person.id == person_id, Person.anonymised_at.is_(None)))
        if person is None:
            return None
        rows = hold_all(session, person_id)
        if not still_acts(session, actor):
            return None
        decision = may_be_forgotten(standing(session, row, actor) for row in rows)
        if not decision.refused:
            withdraw_of(session, person_id, None, now)
            named = or_(
                Invitation.accepted_by == person_id, Invitation.email_key == person.email_key
            )
            unnamed = {"email": "", "email_key": f"forgotten:{person_id}"}
            session.execute(update(Invitation).where(named).values(unnamed))
            anonymise(session, person, now)
            emit(
                *(session, f"person:{person_id}", "person.anonymised"),
                actor=actor,
                at=now,
                partner_id=actor.partner_id if own else None,
                payload={"person": person_id},
            )
        return decision
