"""Members are told by mail of a meeting called and of minutes published, those whose meeting it is
and nobody else (C2). Inside the caller's transaction; `now` is wall time.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.councils.models import Council, Meeting
from portal.councils.queries import invited
from portal.store.outbox import post
from portal.web.i18n import date_text


def tell_members(session: Session, kind: str, row: Meeting, now: datetime) -> None:
    """A mail of `kind` to everyone whose meeting it is, in their language."""
    council = session.get_one(Council, row.council_id)
    members = invited(session, row.council_id, row.held_on)
    query = select(Person.id, Person.email, Person.language).where(Person.id.in_(members))
    for person in session.execute(query.order_by(Person.id)).all():
        told = {
            "council": council.name.pick(person.language),
            "title": row.title.pick(person.language),
            "day": date_text(row.held_on, person.language),
            "opens": row.opens,
            "place": row.place,
            "path": f"/councils/meetings/{row.id}",
        }
        post(
            session,
            kind,
            to=person.email,
            person_id=person.id,
            language=person.language,
            context=told,
            now=now,
        )
