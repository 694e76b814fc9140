"""A draft goes to somebody else: a colleague writes the missing half, a lead of another registry is
asked to agree, its author has it mailed to try.

`now` is wall time. Commands raise LookupError for a draft or a person the actor does not see.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Person
from portal.kernel.access import CHANNEL_ROLES, Actor, Role
from portal.notices.fanout import KIND as NOTICE_MAIL
from portal.notices.models import Notice, NoticeConsent, NoticeVersion
from portal.notices.queries import State, own_versions, state_of
from portal.registry.models import Registry
from portal.store.db import atomic
from portal.store.events import emit
from portal.store.outbox import post

MAIL = "notice_asked"


def hand_over(version_id: int, person_id: int, *, actor: Actor, now: datetime) -> None:
    """Ask a colleague of the registry to write what is missing of a draft; they are told by mail."""
    with atomic() as session:
        version = _draft(session, version_id, actor)
        whom = (
            Person.id == person_id,
            Membership.registry_id == actor.registry_id,
            Membership.role.in_(CHANNEL_ROLES),
        )
        asked = _people(session, *whom)
        if not asked:
            raise LookupError("no such colleague")
        version.asked_of = person_id
        ref = session.get_one(Notice, version.notice_id).ref
        _tell(session, version, asked, "half", f"/notices/{ref}/draft", actor, now)
        _event(session, version, "notices.handed_over", actor, now)


def ask_consent(version_id: int, registry_id: int, *, actor: Actor, now: datetime) -> int:
    """Ask the leads of another registry to agree to what a draft changes of it; how many there are."""
    with atomic() as session:
        version = _draft(session, version_id, actor)
        asked = session.get(NoticeConsent, (version.id, registry_id))
        if asked is None or asked.at is not None:
            raise LookupError("nothing to ask")
        leads = _people(
            *(session, Membership.registry_id == registry_id),
            Membership.role == Role.CHANNEL_LEAD,
        )
        ref = session.get_one(Notice, version.notice_id).ref
        _tell(session, version, leads, "consent", f"/notices/{ref}/consent", actor, now)
        _event(session, version, "notices.consent_asked", actor, now)
    return len(leads)


def send_test(version_id: int, *, actor: Actor, now: datetime) -> None:
    """Send a draft to the actor alone, as the mail its readers will get."""
    with atomic() as session:
        version = _draft(session, version_id, actor)
        ref = session.get_one(Notice, version.notice_id).ref
        post(
            *(session, NOTICE_MAIL),
            to=actor.email,
            person_id=actor.person_id,
            language=actor.language,
            context={"version": version.id, "partner": 0, "path": f"/notices/{ref}/review"},
            now=now,
        )


def _draft(session: Session, version_id: int, actor: Actor) -> NoticeVersion:
    version = session.scalar(own_versions(actor).where(NoticeVersion.id == version_id))
    if version is None or state_of(version) is not State.DRAFT:
        raise LookupError("no such draft")
    return version


def _people(session: Session, *whom: Any) -> Sequence[Any]:
    query = (
        select(Person.id, Person.email, Person.language)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.active, Membership.ended_at.is_(None), *whom)
        .distinct()
        .order_by(Person.id)
    )
    return session.execute(query).all()


def _tell(
    session: Session,
    version: NoticeVersion,
    people: Sequence[Any],
    task: str,
    path: str,
    actor: Actor,
    now: datetime,
) -> None:
    registry = session.get_one(Registry, actor.registry_id)
    for person in people:
        told = {
            "asker": actor.name,
            "registry_name": registry.name,
            "task": task,
            "title": version.title.pick(person.language),
            "path": path,
        }
        post(
            *(session, MAIL),
            to=person.email,
            person_id=person.id,
            language=person.language,
            context=told,
            now=now,
        )


def _event(
    session: Session, version: NoticeVersion, verb: str, actor: Actor, now: datetime
) -> None:
    emit(
        *(session, f"notice:{version.notice_id}", verb),
        actor=actor,
        at=now,
        registry_id=actor.registry_id,
        payload={"version": version.number},
    )
