"""Whose mail does not arrive: people whose last mail came back or was refused for good.

What counts is the address they have now: a new one clears the past, and so does a later mail that
was accepted and has not come back. A mail nobody knows the end of says nothing either way.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Person
from portal.store.outbox import Mail, MailState

# Errors of ours that say nothing of the address.
NOT_THEIRS = ("stale", "template")


def stale_addresses(
    session: Session, people: Collection[int] | None = None
) -> Mapping[int, datetime]:
    """Of `people` (None: of everybody), those active whose mail does not arrive, with the moment
    (wall time) of the last word that it did not. One query.
    """
    later = aliased(Mail)
    arrived = exists().where(
        later.person_id == Mail.person_id,
        later.to_address == Mail.to_address,
        later.state == MailState.SENT,
        later.bounced_at.is_(None),
        later.created_at > Mail.created_at,
    )
    refused = (Mail.state == MailState.FAILED) & Mail.last_error.not_in(NOT_THEIRS)
    query = (
        select(Person.id, func.max(func.coalesce(Mail.bounced_at, Mail.due_at)))
        .join(Mail, Mail.person_id == Person.id)
        .where(
            Person.active,
            Mail.to_address == Person.email,
            or_(Mail.bounced_at.is_not(None), refused),
            ~arrived,
        )
        .group_by(Person.id)
    )
    if people is not None:
        query = query.where(Person.id.in_(people))
    return {row[0]: row[1] for row in session.execute(query)}
