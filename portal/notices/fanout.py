"""One mail to every reader of a published version: in steps that can be repeated, each a transaction.

A reader's row and its mail share their id, and a step posts only readers without `mailed_at`: who is
stopped in the middle goes on where the last step ended, and nobody is written to twice (N5).
"""

from datetime import datetime

import structlog
from sqlalchemy import select, update

from portal.accounts.models import Person
from portal.notices.models import Notice, NoticeCustomer, NoticeReader, NoticeVersion
from portal.registry.customer_contacts import CustomerContact
from portal.store.db import atomic, db, retrying
from portal.store.outbox import ADDRESS, Recipient, post_many

STEP = 500
KIND = "notice"


def batch(version_id: int) -> str:
    """The key by which the mails of a version are counted."""
    return f"{KIND}:{version_id}"


def fan_out(now: datetime, wall: datetime) -> int:
    """Post the mail of every version that is published; how many. `now` is the program's moment,
    `wall` the wall's.
    """
    open_ = select(NoticeVersion.id).where(
        NoticeVersion.published_at.is_not(None), NoticeVersion.fanned_out_at.is_(None)
    )
    posted = 0
    for version_id in list(db.session().scalars(open_.order_by(NoticeVersion.id))):
        posted += customers_step(version_id, now, wall)
        while (done := step(version_id, now, wall)) is not None:
            posted += done
    return posted


@retrying
def customers_step(version_id: int, now: datetime, wall: datetime) -> int:
    """Post the mails of a version to the contacts of the customers it touches (Q9); how many."""
    with atomic() as session:
        query = (
            select(NoticeCustomer, CustomerContact)
            .join(CustomerContact, CustomerContact.id == NoticeCustomer.contact_id)
            .where(NoticeCustomer.version_id == version_id, NoticeCustomer.mailed_at.is_(None))
        )
        rows = session.execute(query.with_for_update(of=NoticeCustomer)).all()
        if not rows:
            return 0
        letters = [
            Recipient(
                id=told.id,
                to=contact.email,
                language=contact.language.value,
                context={"version": version_id, "contact": contact.id},
            )
            for told, contact in rows
            if ADDRESS.fullmatch(contact.email)
        ]
        posted = post_many(session, KIND, letters, batch=batch(version_id), now=wall)
        for told, _ in rows:
            told.mailed_at = now
    return posted


@retrying
def step(version_id: int, now: datetime, wall: datetime) -> int | None:
    """Post the next mails of a version, at most STEP; None when every reader has theirs."""
    with atomic() as session:
        version = session.get_one(NoticeVersion, version_id, with_for_update=True)
        ref = session.scalar(select(Notice.ref).where(Notice.id == version.notice_id))
        query = (
            select(NoticeReader, Person.email)
            .join(Person, Person.id == NoticeReader.person_id)
            .where(NoticeReader.version_id == version_id, NoticeReader.mailed_at.is_(None))
            .order_by(NoticeReader.id)
            .limit(STEP)
        )
        rows = session.execute(query).all()
        if not rows:
            version.fanned_out_at = version.fanned_out_at or now
            return None
        letters = [
            Recipient(
                id=reader.id,
                to=email,
                language=reader.language,
                person_id=reader.person_id,
                context={
                    "version": version_id,
                    "partner": reader.partner_id,
                    "path": f"/notices/{ref}",
                },
            )
            for reader, email in rows
            if ADDRESS.fullmatch(email)
        ]
        posted = post_many(session, KIND, letters, batch=batch(version_id), now=wall)
        ids = [reader.id for reader, _ in rows]
        session.execute(
            update(NoticeReader).where(NoticeReader.id.in_(ids)).values(mailed_at=now),
            execution_options={"synchronize_session": False},
        )
    if len(letters) < len(rows):
        structlog.get_logger().warning("notices.no_address", readers=len(rows) - len(letters))
    return posted
