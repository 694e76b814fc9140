"""Publishing: the check, the hold before anything leaves, and the moment itself (N1 to N5).

A version that is to be published is held until `publish_at`; until then it can be called back. At
that moment it freezes, its companies and readers are fixed, and the version before it ends.
Moments are the program's.
"""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import SYSTEM, Actor
from portal.kernel.decision import Decision, reason
from portal.notices import changes as typed
from portal.notices import gate
from portal.notices.audiences import choice_of, chosen, living
from portal.notices.checks import DECISION, Checked, check, lead_days
from portal.notices.customers import add_contacts, contacts
from portal.notices.models import (
    Notice,
    NoticeChange,
    NoticePartner,
    NoticeReader,
    NoticeVersion,
)
from portal.notices.queries import State, own_versions, state_of
from portal.notices.rules import CODES, HOLD, RULESET, Kind, NoticeCode, Publishable
from portal.store import decisions
from portal.store.db import atomic, db, retrying
from portal.store.events import emit
from portal.store.facts import WarrantKind, warrant
from portal.store.types import uuid7


@retrying
def publish(
    version_id: int,
    *,
    revision: int,
    actor: Actor,
    now: datetime,
    at: datetime | None = None,
    hold: bool = True,
) -> Decision[Publishable]:
    """Let a draft be published at `at`, but not before the hold is over; the decision is kept.

    `revision` is that of the draft its author read. Raises LookupError when the actor sees no such
    draft.
    """
    soonest = now + HOLD if hold else now
    with atomic() as session:
        version = session.scalar(
            own_versions(actor)
            .where(NoticeVersion.id == version_id)
            .with_for_update(of=NoticeVersion)
        )
        if version is None:
            raise LookupError("no such version")
        publish_at = max(at, soonest) if at is not None else soonest
        checked = check(session, version, publish_at)
        decision = checked.decision
        if version.publish_at is not None and version.published_at is None:
            decision = _refusal(NoticeCode.PUBLISHED_ALREADY)
        elif version.revision != revision:
            decision = _refusal(NoticeCode.CHANGED_MEANWHILE)
        _record(session, decision, checked, actor, now)
        if decision.value is not None:
            version.publish_at = decision.value.publish_at
            version.published_by = actor.person_id
            _event(session, version, "notices.held", actor, clock.wall())
    return decision


def call_back(version_id: int, *, actor: Actor, now: datetime) -> bool:
    """Make a held version a draft again; False when it is published already, or was no held one."""
    with atomic() as session:
        version = session.scalar(
            own_versions(actor)
            .where(NoticeVersion.id == version_id)
            .with_for_update(of=NoticeVersion)
        )
        if version is None or state_of(version) is not State.HELD:
            return False
        version.publish_at, version.published_by = None, None
        _event(session, version, "notices.called_back", actor, clock.wall())
    return True


def publish_due(now: datetime) -> list[int]:
    """Publish every held version whose moment has come, each in a transaction of its own."""
    due = select(NoticeVersion.id).where(
        NoticeVersion.published_at.is_(None), NoticeVersion.publish_at <= now
    )
    ids = list(db.session().scalars(due.order_by(NoticeVersion.publish_at, NoticeVersion.id)))
    return [version_id for version_id in ids if _publish_one(version_id, now)]


@retrying
def _publish_one(version_id: int, now: datetime) -> bool:
    with atomic() as session:
        version = session.scalar(
            select(NoticeVersion).where(NoticeVersion.id == version_id).with_for_update()
        )
        if version is None or version.published_at is not None or version.publish_at is None:
            return False
        checked = check(session, version, now)
        if checked.decision.refused:
            # What it changes changed meanwhile: back to its author, who sees why.
            version.publish_at = None
            _event(session, version, "notices.sent_back", SYSTEM, clock.wall())
            return False
        _settle(session, version, now)
    return True


def _settle(session: Session, version: NoticeVersion, now: datetime) -> None:
    """The moment of publication: companies, readers and warrant are fixed, then the version freezes."""
    notice = session.get_one(Notice, version.notice_id)
    today = clock.local_date(now)
    before = session.scalar(
        select(NoticeVersion).where(
            NoticeVersion.notice_id == notice.id,
            NoticeVersion.published_at.is_not(None),
            NoticeVersion.superseded_at.is_(None),
        )
    )
    changes = typed.of_version(session, version.id)
    touched = typed.affected(session, changes, today)
    for change in changes:
        partners = touched[change.id]
        if not change.fact.shared and partners:
            only = update(NoticeChange).where(NoticeChange.id == change.id)
            session.execute(only.values(partner_id=min(partners)))
    everybody = frozenset().union(*touched.values())
    companies = chosen(session, choice_of(version.choice), everybody, today, notice.registry_id)
    if before is not None:
        gate.call_off(session, before, now)
        _as_before(session, before, companies)
    if changes:
        stands_on = warrant(
            session, WarrantKind.NOTICE, reason=notice.ref, actor=SYSTEM, at=clock.wall()
        )
        version.warrant_id = stands_on.id
    version.lead_days = lead_days(version, changes)
    if version.kind is Kind.WITHDRAWAL and version.effective_on is None:
        version.effective_on = today
    version.published_at = now
    session.flush()
    add_companies(session, version, companies, everybody, now)
    add_contacts(session, version, before, contacts(session, changes, today))
    _event(session, version, "notices.published", SYSTEM, clock.wall())
    gate.release(session, version, now)


def _as_before(
    session: Session, before: NoticeVersion, companies: dict[int, frozenset[str]]
) -> None:
    """Whoever got the version before gets this one too (N5)."""
    query = select(NoticePartner.partner_id, NoticePartner.why)
    for row in session.execute(query.where(NoticePartner.version_id == before.id)):
        companies.setdefault(row.partner_id, frozenset({"version_before"}))


def add_companies(
    session: Session,
    version: NoticeVersion,
    companies: dict[int, frozenset[str]],
    affected: frozenset[int],
    now: datetime,
) -> None:
    """Put companies among those a version goes to, and their living people among its readers."""
    if not companies:
        return
    session.execute(
        insert(NoticePartner),
        [
            {
                "version_id": version.id,
                "partner_id": partner,
                "why": sorted(why),
                "affected": partner in affected,
                "added_at": now,
                "withdrawn": False,
            }
            for partner, why in sorted(companies.items())
        ],
    )
    readers = [
        {
            "id": uuid7(),
            "version_id": version.id,
            "partner_id": reader.partner_id,
            "person_id": reader.person_id,
            "membership_id": reader.membership_id,
            "language": reader.language,
        }
        for reader in living(session, companies)
    ]
    if readers:
        session.execute(insert(NoticeReader), readers)
        version.fanned_out_at = None


def _refusal(code: NoticeCode) -> Decision[Publishable]:
    return Decision(RULESET, None, (reason(CODES, code),))


def _record(
    session: Session,
    decision: Decision[Publishable],
    checked: Checked,
    actor: Actor,
    now: datetime,
) -> None:
    decisions.record(
        *(session, DECISION, decision),
        asked={"version": checked.version_id, "publish_at": checked.facts.publish_at},
        facts=checked.facts,
        actor=actor,
        business_at=now,
        recorded_at=clock.wall(),
    )


def _event(
    session: Session, version: NoticeVersion, verb: str, actor: Actor, wall: datetime
) -> None:
    registry = select(Notice.registry_id).where(Notice.id == version.notice_id)
    emit(
        *(session, f"notice:{version.notice_id}", verb),
        actor=actor,
        at=wall,
        registry_id=session.scalar(registry),
        payload={"version": version.number},
    )
