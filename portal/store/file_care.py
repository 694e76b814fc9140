"""Keeping rows and blobs together: what no row has is swept, what is not right is told."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.store import blobs
from portal.store.files import File, FileRoom

# An upload that is on its way has its blob before its row: by far not this long.
WAITS = timedelta(days=1)


@dataclass(frozen=True)
class Problem:
    """Something wrong with the files: "missing", "changed", "orphan" or "room", and which."""

    kind: str
    what: str


def sweep(session: Session, now: datetime) -> int:
    """Delete the blobs that no file has and that lay there for a day; how many.

    `now` is wall time. A blob may be wanted again in this very moment: it is moved aside, looked
    at once more, and put back when it was written anew or a row has come.
    """
    swept = 0
    for path in _all(blobs.folder()):
        name = path.name.removesuffix(blobs.ASIDE)
        if path.suffix == blobs.PART:
            swept += _unlink_old(path, now)
        elif path.suffix == blobs.ASIDE:
            swept += _settle(session, path, path.with_name(name), now)
        elif _age(path, now) > WAITS and not _living(session, name):
            aside = path.with_name(name + blobs.ASIDE)
            path.rename(aside)
            session.rollback()
            swept += _settle(session, aside, path, now)
    return swept


def problems(session: Session, now: datetime, *, read: bool = False) -> list[Problem]:
    """What is not as it should be: files without their blob, or (`read`) with other bytes than
    were kept; blobs without a file that a sweep has left; room that is not the sum of its files.

    `now` is wall time. Names no file by what people called it.
    """
    found = []
    for file_id, sha256 in session.execute(
        select(File.id, File.sha256).where(File.removed_at.is_(None)).order_by(File.id)
    ):
        path = blobs.path_of(sha256)
        if not path.is_file():
            found.append(Problem("missing", str(file_id)))
        elif read and _digest(path) != sha256:
            found.append(Problem("changed", str(file_id)))
    for path in _all(blobs.folder()):
        if _age(path, now) > 2 * WAITS and not _living(session, path.name):
            found.append(Problem("orphan", path.name))
    return [*found, *_wrong_rooms(session)]


def _wrong_rooms(session: Session) -> Iterator[Problem]:
    sums: dict[str, int] = {}
    living = select(File.partner_id, File.person_id, func.sum(File.size)).where(
        File.removed_at.is_(None)
    )
    for partner_id, person_id, size in session.execute(
        living.group_by(File.partner_id, File.person_id)
    ):
        owner = f"person:{person_id}" if partner_id is None else f"partner:{partner_id}"
        sums[owner] = sums.get(owner, 0) + int(size)
    rooms = session.execute(select(FileRoom.owner, FileRoom.used))
    kept = {room.owner: room.used for room in rooms}
    for owner in sorted(sums | kept):
        if sums.get(owner, 0) != kept.get(owner, 0):
            yield Problem("room", owner)


def _all(folder: Path) -> list[Path]:
    return sorted(folder.glob("??/*")) if folder.is_dir() else []


def _age(path: Path, now: datetime) -> timedelta:
    try:
        return now - datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return timedelta(0)


def _living(session: Session, sha256: str) -> bool:
    living = select(File.id).where(File.sha256 == sha256, File.removed_at.is_(None)).limit(1)
    return session.scalar(living) is not None


def _settle(session: Session, aside: Path, place: Path, now: datetime) -> int:
    """Put back what is wanted after all, delete the rest."""
    if place.exists():
        aside.unlink()
        return 1
    if _age(aside, now) > WAITS and not _living(session, place.name):
        aside.unlink()
        return 1
    aside.rename(place)
    return 0


def _unlink_old(path: Path, now: datetime) -> int:
    if _age(path, now) <= WAITS:
        return 0
    path.unlink(missing_ok=True)
    return 1


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
