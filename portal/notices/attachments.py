"""Files that go with a version: kept while it is a draft, read by whoever the version goes to."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from portal.kernel.access import Actor
from portal.notices.models import NoticeAttachment
from portal.store.db import atomic
from portal.store.events import emit
from portal.store.files import File, files_of, readers, remove
from portal.store.scope import visible, visible_to


def subject(version_id: int) -> str:
    """For what a version's files are kept."""
    return f"notice:{version_id}"


@readers
def of_notices(actor: Actor) -> ColumnElement[bool]:
    """Whoever sees a version sees what is attached to it."""
    seen = select(NoticeAttachment.file_id)
    condition = visible(NoticeAttachment, actor)
    return File.id.in_(seen if condition is None else seen.where(condition))


def settle(version_id: int, dropped: Collection[uuid.UUID] = (), *, actor: Actor) -> None:
    """Let exactly the files kept for a draft, and those it took over, be attached to it, without
    those `dropped`: a file of the version before is let go here, and stays there.
    """
    with atomic() as session:
        there = set(session.scalars(_attached(version_id)))
        for file in files_of(session, actor, subject(version_id)):
            if file.id not in there:
                session.add(NoticeAttachment(version_id=version_id, file_id=file.id))
        gone = select(File.id).where(File.id.in_(there), File.removed_at.is_not(None))
        session.execute(
            delete(NoticeAttachment).where(
                NoticeAttachment.version_id == version_id,
                NoticeAttachment.file_id.in_({*session.scalars(gone), *(there & set(dropped))}),
            )
        )


def carry(session: Session, source: int, target: int) -> None:
    """Attach the files of a version to the next one too."""
    for file_id in session.scalars(_attached(source)):
        session.add(NoticeAttachment(version_id=target, file_id=file_id))


def drop(session: Session, version_id: int, actor: Actor, now: datetime) -> None:
    """Take away what was kept for a draft that is thrown away: the next one may get its id. `now` is
    wall time.
    """
    name = subject(version_id)
    kept = [file.id for file in files_of(session, actor, name)]
    for key in remove(session, actor, name, kept, now=now):
        emit(
            *(session, f"file:{key}", "file.removed"),
            actor=actor,
            at=now,
            registry_id=actor.registry_id,
            payload={"subject": name},
        )


def files(session: Session, actor: Actor, version_id: int) -> list[File]:
    """The files of a version that the actor sees, in the order they came. One query."""
    query = visible_to(File, actor).where(File.id.in_(_attached(version_id)))
    return list(session.scalars(query.order_by(File.id)))


def _attached(version_id: int) -> Select[Any]:
    return select(NoticeAttachment.file_id).where(NoticeAttachment.version_id == version_id)
