"""Who sees which notices, and the state a version is in. Moments are the program's.

A company sees what was published to it, and of what changes only what touches it or everybody; a
registry's channel staff see the notices of their registry, drafts included.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, false, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from portal.kernel.access import CHANNEL_ROLES, PARTNER_ROLES, Actor, Role
from portal.notices.models import (
    Notice,
    NoticeAttachment,
    NoticeChange,
    NoticeConsent,
    NoticeCustomer,
    NoticeEffect,
    NoticeFallback,
    NoticePartner,
    NoticeQuestion,
    NoticeReader,
    NoticeVersion,
)
from portal.notices.rules import Kind
from portal.store.scope import scope, visible_to


class State(StrEnum):
    """Where a version is in its life."""

    DRAFT = "draft"
    HELD = "held"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


def state_of(version: Any) -> State:
    """The state of a version (its row, or columns of these names)."""
    if version.published_at is None:
        return State.DRAFT if version.publish_at is None else State.HELD
    if version.superseded_at is not None:
        return State.SUPERSEDED
    return State.WITHDRAWN if version.kind is Kind.WITHDRAWAL else State.PUBLISHED


def _own(actor: Actor) -> Select[Any] | None:
    """Ids of the versions that were published to the actor's company; None for other actors."""
    if actor.role not in PARTNER_ROLES or actor.partner_id is None:
        return None
    return (
        select(NoticePartner.version_id)
        .join(NoticeVersion, NoticeVersion.id == NoticePartner.version_id)
        .where(
            NoticePartner.partner_id == actor.partner_id, NoticeVersion.published_at.is_not(None)
        )
    )


def _staff(actor: Actor) -> Select[Any] | None:
    """Ids of the versions of the actor's registry; None for other actors."""
    if actor.role not in CHANNEL_ROLES or actor.registry_id is None:
        return None
    query = select(NoticeVersion.id).join(Notice, Notice.id == NoticeVersion.notice_id)
    return query.where(Notice.registry_id == actor.registry_id)


def _of_versions(column: Any, actor: Actor) -> ColumnElement[bool]:
    versions = _own(actor)
    if versions is None:
        versions = _staff(actor)
    found: ColumnElement[bool] = false() if versions is None else column.in_(versions)
    return found


def _notices(actor: Actor) -> ColumnElement[bool]:
    own = _own(actor)
    if own is not None:
        query = select(NoticeVersion.notice_id).where(NoticeVersion.id.in_(own))
        return Notice.id.in_(query)
    if actor.role in CHANNEL_ROLES and actor.registry_id is not None:
        return Notice.registry_id == actor.registry_id
    return false()


@scope(Notice)
def notices(actor: Actor) -> ColumnElement[bool]:
    """Those with a version the actor sees."""
    return _notices(actor)


@scope(NoticeVersion)
def versions(actor: Actor) -> ColumnElement[bool]:
    """Published to the company, or of the registry. A lead whose consent is asked sees the draft."""
    seen = _of_versions(NoticeVersion.id, actor)
    if actor.role is Role.CHANNEL_LEAD and actor.registry_id is not None:
        asked = select(NoticeConsent.version_id).where(
            NoticeConsent.registry_id == actor.registry_id
        )
        seen = or_(seen, NoticeVersion.id.in_(asked))
    return seen


def _changes(actor: Actor) -> ColumnElement[bool]:
    seen = _of_versions(NoticeChange.version_id, actor)
    if actor.role not in PARTNER_ROLES:
        return seen
    touches = or_(NoticeChange.partner_id.is_(None), NoticeChange.partner_id == actor.partner_id)
    return and_(seen, touches)


@scope(NoticeChange)
def changes(actor: Actor) -> ColumnElement[bool]:
    """Of those versions; a company's own, and those that touch no single company."""
    return _changes(actor)


@scope(NoticeEffect)
def effects(actor: Actor) -> ColumnElement[bool]:
    """Those of the changes one sees."""
    query = select(NoticeChange.id).where(_changes(actor))
    return NoticeEffect.change_id.in_(query)


@scope(NoticePartner)
def partners(actor: Actor) -> ColumnElement[bool]:
    """The own company's row; all of them for the registry's staff."""
    seen = _of_versions(NoticePartner.version_id, actor)
    if actor.role in PARTNER_ROLES:
        return and_(seen, NoticePartner.partner_id == actor.partner_id)
    return seen


@scope(NoticeReader)
def readers(actor: Actor) -> ColumnElement[bool]:
    """Oneself; one's company for its administrator; all for the registry's staff."""
    seen = _of_versions(NoticeReader.version_id, actor)
    if actor.role is Role.PARTNER_ADMIN:
        return and_(seen, NoticeReader.partner_id == actor.partner_id)
    if actor.role in PARTNER_ROLES:
        mine = NoticeReader.person_id == actor.person_id
        return and_(seen, mine, NoticeReader.partner_id == actor.partner_id)
    return seen


@scope(NoticeCustomer)
def customers(actor: Actor) -> ColumnElement[bool]:
    """The registry's staff."""
    versions = _staff(actor)
    return false() if versions is None else NoticeCustomer.version_id.in_(versions)


@scope(NoticeFallback)
def fallbacks(actor: Actor) -> ColumnElement[bool]:
    """How the own company was told otherwise; all of it for the registry's staff."""
    seen = _of_versions(NoticeFallback.version_id, actor)
    if actor.role in PARTNER_ROLES:
        return and_(seen, NoticeFallback.partner_id == actor.partner_id)
    return seen


@scope(NoticeConsent)
def consents(actor: Actor) -> ColumnElement[bool]:
    """Staff's matter."""
    versions = _staff(actor)
    own = NoticeConsent.registry_id == actor.registry_id
    return false() if versions is None else or_(own, NoticeConsent.version_id.in_(versions))


@scope(NoticeQuestion)
def questions(actor: Actor) -> ColumnElement[bool]:
    """The own company's, and those answered, of the notices one sees. Who asked is never shown to
    another company: pages read `public_text`.
    """
    query = select(Notice.id).where(_notices(actor))
    seen = NoticeQuestion.notice_id.in_(query)
    if actor.role in PARTNER_ROLES:
        own = NoticeQuestion.partner_id == actor.partner_id
        return and_(seen, or_(own, NoticeQuestion.answered_at.is_not(None)))
    return seen


@scope(NoticeAttachment)
def attachments(actor: Actor) -> ColumnElement[bool]:
    """Those of the versions one sees."""
    return _of_versions(NoticeAttachment.version_id, actor)


def current(session: Session, actor: Actor, ref: str) -> NoticeVersion | None:
    """The newest version of a notice that the actor sees; drafts only for staff."""
    query = (
        visible_to(NoticeVersion, actor)
        .join(Notice, Notice.id == NoticeVersion.notice_id)
        .where(Notice.ref == ref)
        .order_by(NoticeVersion.number.desc())
        .limit(1)
    )
    return session.scalar(query)


def own_versions(actor: Actor) -> Select[NoticeVersion]:
    """The versions the actor may write: those from the own registry, for its channel staff. A lead
    whose consent is asked reads a draft of another registry, and writes none.
    """
    query = select(NoticeVersion).join(Notice, Notice.id == NoticeVersion.notice_id)
    own = Notice.registry_id == actor.registry_id if actor.role in CHANNEL_ROLES else false()
    return query.where(own)
