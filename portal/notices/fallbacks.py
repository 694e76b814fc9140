"""A company that mail and portal do not reach is told another way, and two people sign for it (N2).

The channel manager records how and when; a lead of the registry who is somebody else countersigns,
and with that the company is served. Moments are the program's.
"""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.decision import Decision, reason
from portal.notices import gate
from portal.notices.gate_rules import How
from portal.notices.models import Notice, NoticeFallback, NoticePartner, NoticeVersion
from portal.notices.queries import own_versions
from portal.notices.rules import CODES, RULESET, NoticeCode
from portal.store.db import atomic, retrying
from portal.store.events import emit


def record(
    version_id: int,
    partners: Collection[int],
    told: str,
    told_on: date,
    *,
    actor: Actor,
    now: datetime,
) -> Decision[int]:
    """Record how these companies were told otherwise; it counts once it is countersigned.

    The value counts the companies it was recorded for: those not served yet. Raises LookupError
    for a version the actor may not write.
    """
    with atomic() as session:
        version = _version(session, version_id, actor)
        open_ = _unserved(session, version_id, partners)
        if not open_:
            return _refusal(NoticeCode.SERVED_ALREADY)
        assert actor.person_id is not None
        session.add_all(
            NoticeFallback(
                version_id=version_id,
                partner_id=partner,
                told=told,
                told_on=told_on,
                recorded_by=actor.person_id,
                recorded_at=now,
            )
            for partner in open_
        )
        _event(session, version, "notices.told_otherwise", actor)
    return Decision(RULESET, len(open_))


@retrying
def countersign(fallback_id: int, *, actor: Actor, now: datetime) -> Decision[int]:
    """Countersign what somebody else recorded; the company is served with that. The value is its id.

    Raises LookupError for one the actor may not see.
    """
    with atomic() as session:
        row = session.scalar(
            select(NoticeFallback).where(NoticeFallback.id == fallback_id).with_for_update()
        )
        if row is None:
            raise LookupError("nothing to sign")
        version = _version(session, row.version_id, actor)
        if row.recorded_by == actor.person_id:
            return _refusal(NoticeCode.OWN_SIGNATURE)
        if row.countersigned_at is not None or not _unserved(session, version.id, [row.partner_id]):
            return _refusal(NoticeCode.SERVED_ALREADY)
        row.countersigned_by, row.countersigned_at = actor.person_id, now
        gate.serve(session, version, [row.partner_id], How.OTHER_WAY, now)
        _event(session, version, "notices.countersigned", actor, row.partner_id)
    return Decision(RULESET, row.partner_id)


def _version(session: Session, version_id: int, actor: Actor) -> NoticeVersion:
    version = session.scalar(own_versions(actor).where(NoticeVersion.id == version_id))
    if version is None or version.published_at is None:
        raise LookupError("no such notice")
    return version


def _unserved(session: Session, version_id: int, partners: Collection[int]) -> list[int]:
    query = select(NoticePartner.partner_id).where(
        NoticePartner.version_id == version_id,
        NoticePartner.partner_id.in_(partners),
        NoticePartner.served_at.is_(None),
    )
    return sorted(session.scalars(query))


def _refusal(code: NoticeCode) -> Decision[int]:
    return Decision(RULESET, None, (reason(CODES, code),))


def _event(
    session: Session,
    version: NoticeVersion,
    verb: str,
    actor: Actor,
    partner_id: int | None = None,
) -> None:
    registry = select(Notice.registry_id).where(Notice.id == version.notice_id)
    emit(
        *(session, f"notice:{version.notice_id}", verb),
        actor=actor,
        at=clock.wall(),
        partner_id=partner_id,
        registry_id=session.scalar(registry),
        payload={"version": version.number},
    )
