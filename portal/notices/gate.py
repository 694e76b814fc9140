"""The gate: nothing takes effect for a company before it was served, in time (N1, N2).

Every company a version goes to has one row; once served it is sealed: from which day what touches it
holds is fixed and written to the dated facts, in the same transaction. What touches no single
company waits until all whom it touches are sealed. Runs inside the caller's `atomic()`; moments
are the program's.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.notices import changes as typed
from portal.notices.changes import Change
from portal.notices.gate_rules import How, Terms, effect, first_day
from portal.notices.models import NoticeChange, NoticeEffect, NoticePartner, NoticeVersion
from portal.store.facts import GatedFact, Key
from portal.store.periods import take_effect, undo


def terms_of(version: Any) -> Terms:
    """What decides when a published version (its row, or columns of these names) takes effect."""
    assert version.effective_on and version.published_at and version.lead_days is not None
    return Terms(version.effective_on, version.published_at, version.lead_days, clock.zone().key)


def serve(
    session: Session, version: NoticeVersion, partners: Collection[int], how: How, now: datetime
) -> list[int]:
    """Put on record that these companies were served now, and seal what follows from it.

    The companies for which it is news; those served before, or to whom the version does not go, and
    versions that are no longer live, are left as they are.
    """
    _one_at_a_time(session, version)
    if not _live(version):
        return []
    rows = session.scalars(
        select(NoticePartner)
        .where(
            NoticePartner.version_id == version.id,
            NoticePartner.partner_id.in_(partners),
            NoticePartner.served_at.is_(None),
        )
        .order_by(NoticePartner.partner_id)
    ).all()
    found = effect(terms_of(version), now)
    for row in rows:
        row.served_at, row.served_how = now, how
        row.due_at, row.effect_on = found.due_at, found.on
    session.flush()
    if rows:
        _take_effect(session, version, {row.partner_id for row in rows}, now)
    return [row.partner_id for row in rows]


def release(session: Session, version: NoticeVersion, now: datetime) -> None:
    """Let take effect what touches nobody at all, or nobody any more who is not sealed."""
    _one_at_a_time(session, version)
    if _live(version):
        _take_effect(session, version, None, now)


def call_off(session: Session, version: NoticeVersion, now: datetime) -> int:
    """End a version that a later one takes the place of: what has not taken effect never will.

    What holds already stays. How many companies it holds for.
    """
    today = clock.local_date(now)
    version.superseded_at = now
    written = session.execute(
        select(NoticeChange.id, NoticeEffect.effect_on)
        .join(NoticeEffect, NoticeEffect.change_id == NoticeChange.id)
        .where(NoticeChange.version_id == version.id, NoticeEffect.effect_on > today)
    )
    coming = {row.id for row in written}
    pending = [one for one in typed.of_version(session, version.id) if one.id in coming]
    for group in typed.by_fact(pending).values():
        assert version.warrant_id is not None
        keys = [change.key for change in group]
        undo(session, group[0].fact, keys, warrant_id=version.warrant_id, after=today)
        _restore(session, group[0].fact, keys, today)
    rows = session.scalars(select(NoticePartner).where(NoticePartner.version_id == version.id))
    held = 0
    for row in rows:
        row.withdrawn = row.effect_on is None or row.effect_on > today
        held += not row.withdrawn
    return held


def _restore(session: Session, fact: GatedFact, keys: Collection[Key], today: date) -> None:
    """What other live notices brought about for days to come holds again where it was written over:
    of two that name the same day the later one held, and may be called off.
    """
    query = (
        select(
            *(NoticeChange.subject, NoticeChange.value),
            *(NoticeEffect.effect_on, NoticeVersion.warrant_id),
        )
        .join(NoticeEffect, NoticeEffect.change_id == NoticeChange.id)
        .join(NoticeVersion, NoticeVersion.id == NoticeChange.version_id)
        .where(
            NoticeChange.fact == fact.name,
            NoticeChange.subject.in_([str(key) for key in keys]),
            NoticeEffect.effect_on > today,
            NoticeVersion.superseded_at.is_(None),
        )
        .order_by(NoticeEffect.effect_on, NoticeEffect.sealed_at, NoticeEffect.change_id)
    )
    for subject, value, on, warrant_id in session.execute(query).all():
        values = {fact.key(subject): value["value"]}
        take_effect(session, fact, values, on=on, warrant_id=warrant_id)


def _one_at_a_time(session: Session, version: NoticeVersion) -> None:
    """Two companies served at once queue here: the second one sees that the first is sealed."""
    session.refresh(version, with_for_update=True)


def _live(version: NoticeVersion) -> bool:
    return version.published_at is not None and version.superseded_at is None


def _take_effect(
    session: Session, version: NoticeVersion, newly: Collection[int] | None, now: datetime
) -> None:
    """Write each change that is not written yet and whose companies are all sealed.

    After serving `newly`, only what touches one of them, or no single company, can have become
    ready. What became ready late begins with the next whole day: never in the past.
    """
    open_ = typed.unwritten(session, version.id, newly)
    if not open_:
        return
    touched = typed.affected(session, open_, clock.local_date(now))
    sealed = _sealed(session, version.id)
    nobody = effect(terms_of(version), now).on
    soonest = first_day(now, clock.zone().key)
    ready: dict[tuple[str, date], list[Change]] = {}
    for change in open_:
        partners = touched[change.id]
        if partners <= sealed.keys():
            on = max((sealed[partner] for partner in partners), default=nobody)
            ready.setdefault((change.fact.name, max(on, soonest)), []).append(change)
    for (_, on), group in sorted(ready.items()):
        _write(session, version, group, on, now)


def _sealed(session: Session, version_id: int) -> dict[int, date]:
    query = select(NoticePartner.partner_id, NoticePartner.effect_on).where(
        NoticePartner.version_id == version_id, NoticePartner.effect_on.is_not(None)
    )
    return {row.partner_id: row.effect_on for row in session.execute(query)}


def _write(
    session: Session, version: NoticeVersion, group: Iterable[Change], on: date, now: datetime
) -> None:
    changes = list(group)
    assert version.warrant_id is not None
    values = {change.key: change.value for change in changes}
    take_effect(session, changes[0].fact, values, on=on, warrant_id=version.warrant_id)
    rows = [{"change_id": change.id, "effect_on": on, "sealed_at": now} for change in changes]
    session.execute(insert(NoticeEffect), rows)
