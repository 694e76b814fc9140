"""Forgetting a person: what tells who somebody was goes, what the companies did together stays.

The row stays, since orders, decisions and events name it by number; events hold nothing else of
people. Where the person stands on a page, "former person" stands instead.
"""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from portal.accounts.models import (
    Device,
    Factor,
    FeedKey,
    MailedLink,
    Membership,
    Person,
    RecoveryCode,
    SignIn,
)
from portal.store.sending import forget

NO_PASSWORD = "!"


def anonymise(session: Session, person: Person, now: datetime) -> None:
    """Take everything that tells who `person` was out of the tables of people, for good.

    Ends memberships and sessions with it. `now` is wall time; inside the caller's transaction.
    """
    living = Membership.person_id == person.id, Membership.ended_at.is_(None)
    session.execute(update(Membership).where(*living).values(ended_at=now))
    for model in (SignIn, Factor, RecoveryCode, MailedLink, Device, FeedKey):
        session.execute(delete(model).where(model.person_id == person.id))
    forget(session, person.id, person.email)
    person.name = ""
    person.email = ""
    person.email_key = f"forgotten:{person.id}"
    person.password_hash = NO_PASSWORD
    person.region = ""
    person.active = False
    person.session_version += 1
    person.anonymised_at = now
    session.flush()
