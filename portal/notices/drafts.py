"""Writing a notice before it is published: its texts, audience and typed changes.

`now` is the program's moment. What a colleague saved meanwhile is never overwritten: a save names
the revision it stands on. Commands raise LookupError for a draft the actor does not see.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.decision import JSON
from portal.kernel.localized import Localized
from portal.notices import attachments
from portal.notices import changes as typed
from portal.notices.audience_rules import Choice
from portal.notices.audiences import choice_of, kept
from portal.notices.models import (
    Notice,
    NoticeAttachment,
    NoticeChange,
    NoticeConsent,
    NoticeVersion,
)
from portal.notices.queries import State, own_versions, state_of
from portal.notices.rules import OTHER, Kind
from portal.store.db import atomic
from portal.store.events import emit
from portal.store.facts import DESKS, GATED, Key


@dataclass(frozen=True)
class Draft:
    """What its author writes of a notice."""

    topic: str
    title: Localized
    body: Localized
    effective_on: date | None = None
    questions_until: date | None = None
    choice: Choice = field(default_factory=Choice)
    reason: Localized = field(default_factory=Localized)


@dataclass(frozen=True)
class Saved:
    """Where a draft was saved; `conflict`: somebody saved it meanwhile, and nothing was written."""

    ref: str
    version_id: int
    revision: int
    conflict: bool = False


def begin(draft: Draft, *, actor: Actor, now: datetime) -> Saved:
    """A new notice of the actor's registry, as a draft. Raises ValueError for who has no registry."""
    if actor.registry_id is None:
        raise ValueError("a notice is from a registry")
    with atomic() as session:
        return begin_in(session, draft, actor=actor, registry_id=actor.registry_id, now=now)


def begin_in(
    session: Session, draft: Draft, *, actor: Actor, registry_id: int, now: datetime
) -> Saved:
    """As `begin`, inside the caller's transaction, for imports and editors that draft a notice."""
    notice = Notice(registry_id=registry_id, created_by=actor.person_id, created_at=now)
    session.add(notice)
    session.flush()
    version = NoticeVersion(
        notice_id=notice.id,
        number=1,
        kind=Kind.ORIGINAL,
        drafted_by=actor.person_id,
        updated_at=now,
        **_columns(draft),
    )
    session.add(version)
    session.flush()
    _event(session, version, registry_id, "notices.drafted", actor)
    return Saved(notice.ref, version.id, version.revision)


def save(version_id: int, draft: Draft, *, revision: int, actor: Actor, now: datetime) -> Saved:
    """Write a draft's texts and audience anew; a conflict when it is not at `revision` any more."""
    with atomic() as session:
        version = _draft(session, version_id, actor)
        ref = session.get_one(Notice, version.notice_id).ref
        if version.revision != revision:
            return Saved(ref, version.id, version.revision, conflict=True)
        if version.effective_on != draft.effective_on:
            asked = update(NoticeConsent).where(NoticeConsent.version_id == version.id)
            session.execute(asked.values(at=None, person_id=None))
        for name, value in _columns(draft).items():
            setattr(version, name, value)
        if version.asked_of == actor.person_id:
            # The colleague who was asked has written.
            version.asked_of = None
        touch(version, actor, now)
        return Saved(ref, version.id, version.revision)


def set_change(
    version_id: int, fact: str, key: Key, value: JSON, *, actor: Actor, now: datetime
) -> None:
    """Let the draft change `fact` of `key` to `value`, in place of what it said of it before.

    Raises LookupError for a withdrawal too: it calls off, and brings nothing about.
    """
    with atomic() as session:
        version = _draft(session, version_id, actor)
        if version.kind is Kind.WITHDRAWAL:
            raise LookupError("a withdrawal changes nothing")
        change_in(session, version, fact, key, value)
        touch(version, actor, now)


def change_in(session: Session, version: NoticeVersion, fact: str, key: Key, value: JSON) -> None:
    """As `set_change`, inside the caller's transaction; what stands on the effective date is kept
    beside it, and the leads of other registries are asked. Raises LookupError for no such subject.
    """
    declared = GATED[fact]
    subject = DESKS[fact].named(session, [key]).get(key)
    if subject is None:
        raise LookupError(f"{fact} has no {key}")
    on = version.effective_on or clock.today()
    before = typed.standing(session, declared, [key], on).get(key)
    drop_in(session, version.id, fact, str(key))
    session.add(
        NoticeChange(
            version_id=version.id,
            fact=fact,
            subject=str(key),
            value={"value": value},
            before={"value": before},
        )
    )
    home = select(Notice.registry_id).where(Notice.id == version.notice_id)
    asked = session.get(NoticeConsent, (version.id, subject.registry_id or 0))
    if asked is not None:
        asked.at, asked.person_id = None, None
    elif subject.registry_id not in (None, session.scalar(home)):
        session.add(NoticeConsent(version_id=version.id, registry_id=subject.registry_id))
    session.flush()


def drop_change(version_id: int, change_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a typed change out of a draft."""
    with atomic() as session:
        version = _draft(session, version_id, actor)
        session.execute(
            delete(NoticeChange).where(
                NoticeChange.id == change_id, NoticeChange.version_id == version.id
            )
        )
        _ask_no_more(session, version.id)
        touch(version, actor, now)


def drop_in(session: Session, version_id: int, fact: str, subject: str) -> None:
    """Take what a draft says of one subject out of it."""
    session.execute(
        delete(NoticeChange).where(
            NoticeChange.version_id == version_id,
            NoticeChange.fact == fact,
            NoticeChange.subject == subject,
        )
    )


def _ask_no_more(session: Session, version_id: int) -> None:
    """Registries of which a draft changes nothing any more are not asked, and see nothing of it."""
    left = typed.subjects(session, typed.of_version(session, version_id)).values()
    still = {subject.registry_id for subject in left if subject.registry_id is not None}
    gone = delete(NoticeConsent).where(NoticeConsent.version_id == version_id)
    session.execute(gone.where(NoticeConsent.registry_id.not_in(still)))


def consent(version_id: int, *, actor: Actor, now: datetime, revision: int | None = None) -> bool:
    """Agree, as the lead of another registry that was asked, to what the draft changes of it.

    False for nothing to agree to, and when it is not at the `revision` that was read any more.
    """
    with atomic() as session:
        version = session.get(NoticeVersion, version_id, with_for_update=True)
        asked = session.get(NoticeConsent, (version_id, actor.registry_id or 0))
        if asked is None or version is None or version.published_at is not None:
            return False
        if revision not in (None, version.revision):
            return False
        asked.person_id, asked.at = actor.person_id, now
        _event(session, version, asked.registry_id, "notices.consented", actor)
    return True


def amend(ref: str, kind: Kind, *, actor: Actor, now: datetime) -> Saved | None:
    """A draft of the next version of a published notice, beginning with what the last one says (N5).

    The draft there is already, if there is one. None when nothing is published of it, or it was
    withdrawn.
    """
    with atomic() as session:
        query = own_versions(actor).where(Notice.ref == ref)
        query = query.order_by(NoticeVersion.number.desc()).limit(1)
        last = session.scalar(query.with_for_update(of=NoticeVersion))
        if last is None:
            raise LookupError("no such notice")
        if last.published_at is None:
            return Saved(ref, last.id, last.revision) if last.kind is kind else None
        if state_of(last) is not State.PUBLISHED:
            return None
        version = NoticeVersion(
            notice_id=last.notice_id,
            number=last.number + 1,
            kind=kind,
            drafted_by=actor.person_id,
            updated_at=now,
            **_columns(_of(last)),
        )
        session.add(version)
        session.flush()
        attachments.carry(session, last.id, version.id)
        if kind is Kind.AMENDMENT:
            for change in typed.of_version(session, last.id):
                change_in(session, version, change.fact.name, change.key, change.value)
        registry_id = session.get_one(Notice, last.notice_id).registry_id
        _event(session, version, registry_id, "notices.drafted", actor)
        return Saved(ref, version.id, version.revision)


def discard(version_id: int, *, actor: Actor) -> None:
    """Throw a draft away: nobody outside was told of it. A notice that has no other version goes."""
    with atomic() as session:
        version = _draft(session, version_id, actor)
        attachments.drop(session, version_id, actor, clock.wall())
        for model in (NoticeChange, NoticeConsent, NoticeAttachment):
            session.execute(delete(model).where(model.version_id == version.id))
        notice_id, number = version.notice_id, version.number
        registry_id = session.get_one(Notice, notice_id).registry_id
        _event(session, version, registry_id, "notices.discarded", actor)
        session.delete(version)
        session.flush()
        left = select(func.count()).where(NoticeVersion.notice_id == notice_id)
        if number == 1 and not session.scalar(left):
            session.execute(delete(Notice).where(Notice.id == notice_id))


def touch(version: NoticeVersion, actor: Actor, now: datetime) -> None:
    """Count an edit of a draft."""
    version.revision += 1
    version.updated_at = now
    version.drafted_by = actor.person_id or version.drafted_by


def _of(version: NoticeVersion) -> Draft:
    return Draft(
        *(version.topic, version.title, version.body),
        *(version.effective_on, version.questions_until, choice_of(version.choice)),
    )


def _columns(draft: Draft) -> dict[str, Any]:
    if draft.topic != OTHER and not draft.topic:
        raise ValueError("a notice is about something")
    return {
        "topic": draft.topic,
        "title": draft.title,
        "body": draft.body,
        "reason": draft.reason,
        "effective_on": draft.effective_on,
        "questions_until": draft.questions_until,
        "choice": kept(draft.choice),
    }


def _draft(session: Session, version_id: int, actor: Actor) -> NoticeVersion:
    query = own_versions(actor).where(NoticeVersion.id == version_id)
    version = session.scalar(query.with_for_update(of=NoticeVersion))
    if version is None or state_of(version) is not State.DRAFT:
        raise LookupError("no such draft")
    return version


def _event(
    session: Session, version: NoticeVersion, registry_id: int, verb: str, actor: Actor
) -> None:
    emit(
        *(session, f"notice:{version.notice_id}", verb),
        actor=actor,
        at=clock.wall(),
        registry_id=registry_id,
        payload={"version": version.number},
    )
