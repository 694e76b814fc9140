"""What lies on the desk of a registry's channel staff: drafts, what is about to leave, what is out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.localized import Localized
from portal.notices.draft_pages import people
from portal.notices.gate import terms_of
from portal.notices.gate_rules import soonest
from portal.notices.models import Notice, NoticeConsent, NoticeQuestion, NoticeVersion
from portal.notices.proof_pages import Counts, counts
from portal.notices.queries import State, own_versions, state_of
from portal.notices.rules import Kind
from portal.registry.models import Registry

PAGE = 30
# What the address may ask for.
SHOWN = {
    "all": None,
    **{s.value: s for s in (State.DRAFT, State.HELD, State.PUBLISHED, State.WITHDRAWN)},
}


@dataclass(frozen=True)
class Row:
    """A version on the desk. `soonest` is the first day it can hold; `counts` of what is published."""

    id: int
    ref: str
    number: int
    kind: Kind
    state: State
    topic: str
    title: Localized
    effective_on: date | None
    publish_at: datetime | None
    soonest: date | None
    edited_by: str
    mine: bool
    counts: Counts | None


@dataclass(frozen=True)
class Desk:
    """A page of the desk, the key after which there is more, and what waits for the reader:
    notices of other registries to agree to, notices with questions nobody answered.
    """

    rows: tuple[Row, ...]
    more: int | None
    consents: tuple[tuple[str, Localized, str], ...]
    questions: tuple[tuple[str, Localized, int], ...]


def load(
    session: Session, actor: Actor, state: State | None, before: int | None, today: date
) -> Desk:
    """The newest first; drafts, held and live versions. Five queries."""
    query: Any = own_versions(actor).add_columns(Notice.ref)
    query = query.where(NoticeVersion.superseded_at.is_(None))
    query = _only(query, state).order_by(NoticeVersion.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(NoticeVersion.id < before)
    found = session.execute(query).all()
    versions = [row[0] for row in found[:PAGE]]
    counted = counts(session, [each.id for each in versions], today)
    names = people(session, [each.drafted_by for each in versions])
    refs = {row[0].id: row[1] for row in found}
    rows = tuple(_row(each, refs[each.id], counted, names, actor) for each in versions)
    more = versions[-1].id if len(found) > PAGE else None
    return Desk(rows, more, _consents(session, actor), _questions(session, actor))


def _only(query: Any, state: State | None) -> Any:
    published, leaves = NoticeVersion.published_at, NoticeVersion.publish_at
    withdrawal = NoticeVersion.kind == Kind.WITHDRAWAL
    if state is State.DRAFT:
        return query.where(published.is_(None), leaves.is_(None))
    if state is State.HELD:
        return query.where(published.is_(None), leaves.is_not(None))
    if state is State.PUBLISHED:
        return query.where(published.is_not(None), ~withdrawal)
    if state is State.WITHDRAWN:
        return query.where(published.is_not(None), withdrawal)
    return query


def _row(
    version: NoticeVersion,
    ref: str,
    counted: Mapping[int, Counts],
    names: Mapping[int | None, str],
    actor: Actor,
) -> Row:
    out = version.published_at is not None
    return Row(
        id=version.id,
        ref=ref,
        number=version.number,
        kind=version.kind,
        state=state_of(version),
        topic=version.topic,
        title=version.title,
        effective_on=version.effective_on,
        publish_at=version.publish_at,
        soonest=soonest(terms_of(version)) if out else None,
        edited_by=names.get(version.drafted_by, ""),
        mine=not out and actor.person_id is not None and version.asked_of == actor.person_id,
        counts=counted.get(version.id, Counts(0, 0, 0)) if out else None,
    )


def _consents(session: Session, actor: Actor) -> tuple[tuple[str, Localized, str], ...]:
    """Drafts of other registries that wait for a lead of the actor's: ref, title, registry."""
    if not actor.may(Permission.COUNTERSIGN):
        return ()
    query = (
        select(Notice.ref, NoticeVersion.title, Registry.name)
        .join(NoticeVersion, NoticeVersion.notice_id == Notice.id)
        .join(NoticeConsent, NoticeConsent.version_id == NoticeVersion.id)
        .join(Registry, Registry.id == Notice.registry_id)
        .where(
            NoticeConsent.registry_id == actor.registry_id,
            NoticeConsent.at.is_(None),
            NoticeVersion.published_at.is_(None),
        )
        .order_by(NoticeVersion.id)
    )
    return tuple((row.ref, row.title, row.name) for row in session.execute(query))


def _questions(session: Session, actor: Actor) -> tuple[tuple[str, Localized, int], ...]:
    """Notices with questions that wait: ref, title of the live version, how many."""
    live = own_versions(actor).where(
        NoticeVersion.published_at.is_not(None), NoticeVersion.superseded_at.is_(None)
    )
    query = (
        live.with_only_columns(Notice.ref, NoticeVersion.title, NoticeQuestion.id)
        .join(NoticeQuestion, NoticeQuestion.notice_id == Notice.id)
        .where(NoticeQuestion.answered_at.is_(None))
        .order_by(NoticeQuestion.id)
    )
    found: dict[str, tuple[Localized, int]] = {}
    for ref, title, _question in session.execute(query):
        found[ref] = (title, found.get(ref, (title, 0))[1] + 1)
    return tuple((ref, title, count) for ref, (title, count) in found.items())
