"""What the pages of a draft show: who it is from, its changes in words, its files, who writes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Person
from portal.kernel.access import CHANNEL_ROLES, Actor
from portal.notices import attachments
from portal.notices import changes as typed
from portal.notices.change_words import Shown, shown
from portal.notices.models import Notice, NoticeVersion
from portal.notices.queries import own_versions
from portal.store.files import File


@dataclass(frozen=True)
class Draft:
    """A draft on its page. `edited_by` saved it last; `asked_of` was handed the missing half;
    `before` is the published version it would take the place of.
    """

    ref: str
    version: NoticeVersion
    before: NoticeVersion | None
    changes: tuple[Shown, ...]
    files: tuple[File, ...]
    edited_by: str
    asked_of: str


def newest(session: Session, actor: Actor, ref: str) -> NoticeVersion | None:
    """The newest version of a notice of the actor's registry."""
    query = own_versions(actor).where(Notice.ref == ref)
    return session.scalar(query.order_by(NoticeVersion.number.desc()).limit(1))


def load(
    session: Session,
    actor: Actor,
    ref: str,
    version: NoticeVersion,
    today: date,
    language: str,
    languages: Sequence[str],
) -> Draft:
    """A draft with everything its page shows."""
    changes = typed.of_version(session, version.id)
    touched = typed.affected(session, changes, today)
    before = None
    if version.number > 1:
        query = own_versions(actor).where(
            NoticeVersion.notice_id == version.notice_id,
            NoticeVersion.number == version.number - 1,
        )
        before = session.scalar(query)
    names = people(session, (version.drafted_by, version.asked_of))
    return Draft(
        ref=ref,
        version=version,
        before=before,
        changes=tuple(shown(session, changes, today, touched, language, languages)),
        files=tuple(attachments.files(session, actor, version.id)),
        edited_by=names.get(version.drafted_by, ""),
        asked_of=names.get(version.asked_of, ""),
    )


def people(session: Session, ids: Sequence[int | None]) -> Mapping[int | None, str]:
    """The names of people, by id."""
    query = select(Person.id, Person.name).where(Person.id.in_([one for one in ids if one]))
    return {row.id: row.name for row in session.execute(query)}


def colleagues(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """The channel people of the actor's registry beside the actor, by name."""
    query = (
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.registry_id == actor.registry_id,
            Membership.role.in_(CHANNEL_ROLES),
            Membership.ended_at.is_(None),
            Person.active,
            Person.id != actor.person_id,
        )
        .distinct()
    )
    found = [(row.id, row.name) for row in session.execute(query)]
    return sorted(found, key=lambda each: each[1].casefold())
