"""People of companies that were not reached are reminded by mail, at most once a day each.

Moments are the program's, `wall` the wall's.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Person
from portal.kernel.access import Actor
from portal.notices.models import Notice, NoticePartner, NoticeReader, NoticeVersion
from portal.notices.queries import State, own_versions, state_of
from portal.store.db import atomic, db, retrying
from portal.store.events import emit
from portal.store.outbox import ADDRESS, Recipient, post_many
from portal.store.types import uuid7
from portal.web.i18n import date_text
from portal.web.mail_words import EXPANDED

AGAIN_AFTER = timedelta(days=1)
KIND = "notice_reminder"


@retrying
def remind(version_id: int, *, actor: Actor, now: datetime, wall: datetime) -> int:
    """Remind everybody of the companies not reached yet who had no reminder lately; how many.

    Raises LookupError for a version the actor may not write, or that is not live.
    """
    with atomic() as session:
        query = own_versions(actor).where(NoticeVersion.id == version_id)
        version = session.scalar(query.with_for_update(of=NoticeVersion))
        if version is None or state_of(version) not in (State.PUBLISHED, State.WITHDRAWN):
            raise LookupError("no such notice")
        notice = session.get_one(Notice, version.notice_id)
        letters = []
        for reader, email in _open(session, version_id, now):
            reader.reminded_at = now
            if ADDRESS.fullmatch(email):
                told = {"version": version_id, "path": f"/notices/{notice.ref}"}
                letters.append(Recipient(uuid7(), email, reader.language, reader.person_id, told))
        posted = post_many(session, KIND, letters, batch=f"{KIND}:{version_id}", now=wall)
        if posted:
            emit(
                *(session, f"notice:{notice.id}", "notices.reminded"),
                actor=actor,
                at=wall,
                registry_id=notice.registry_id,
                payload={"version": version.number, "people": posted},
            )
    return posted


def _open(session: Session, version_id: int, now: datetime) -> list[tuple[NoticeReader, str]]:
    """Deliveries to living people of companies that were not reached, due for a reminder."""
    query = (
        select(NoticeReader, Person.email)
        .join(Person, Person.id == NoticeReader.person_id)
        .join(Membership, Membership.id == NoticeReader.membership_id)
        .join(
            NoticePartner,
            (NoticePartner.version_id == NoticeReader.version_id)
            & (NoticePartner.partner_id == NoticeReader.partner_id),
        )
        .where(
            NoticeReader.version_id == version_id,
            NoticeReader.mailed_at.is_not(None),
            NoticePartner.served_at.is_(None),
            Membership.ended_at.is_(None),
            Person.active,
            or_(NoticeReader.reminded_at.is_(None), NoticeReader.reminded_at <= now - AGAIN_AFTER),
        )
        .order_by(NoticeReader.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _expand(told: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What the mail says, in the letter's language."""
    version = db.session().get_one(NoticeVersion, int(told["version"]))
    assert version.effective_on is not None, "only what is published is reminded of"
    return {
        "title": " ".join(version.title.pick(lang).split()),
        "effective": date_text(version.effective_on, lang),
    }


EXPANDED[KIND] = _expand
