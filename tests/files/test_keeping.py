"""What is kept: row and bytes together or neither, within the company's room, until taken away."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from portal.kernel import clock
from portal.kernel.access import SYSTEM
from portal.store import blobs, files
from portal.store.db import atomic, db
from portal.store.events import Event
from portal.store.file_care import problems, sweep
from portal.store.files import Fault, File, FileRoom, Upload
from portal.web.jobs import TIMETABLE
from tests.files.conftest import acting, bring, registry
from tests.people import CHANNEL, NORTE, NORTE_ADMIN, SUR
from tests.registry.world import CTL

LATER = timedelta(days=3)


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(File)) or 0


def lying() -> list[Path]:
    return sorted(path for path in blobs.folder().rglob("*") if path.is_file())


def used(email: str) -> int:
    owner = f"partner:{acting(email).partner_id}"
    return db.session.scalar(select(FileRoom.used).where(FileRoom.owner == owner)) or 0


def wrong(after: timedelta = timedelta(0), *, read: bool = True) -> list[tuple[str, str]]:
    found = problems(db.session(), clock.wall() + after, read=read)
    db.session.rollback()
    return [(problem.kind, problem.what) for problem in found]


def test_a_file_is_a_row_over_bytes_that_only_the_portal_reads(portal: Flask) -> None:
    (kept,) = bring(NORTE, ("Carta de intención.txt", b"canary")).kept
    (path,) = lying()
    assert path.read_bytes() == b"canary" and path.name == kept.sha256
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == path.parent.parent.stat().st_mode & 0o777 == 0o700
    assert (kept.name, kept.size, kept.media_type) == ("Carta de intención.txt", 6, "text/plain")
    assert used(NORTE) == 6 and wrong() == []


def test_what_was_fit_stays_though_something_else_was_refused(portal: Flask) -> None:
    """A form that fails loses nothing: the rest is sent again, this is not."""
    taken = bring(NORTE, ("a.txt", b"a"), ("b.exe", b"b"), ("c.txt", b"c"))
    assert [file.name for file in taken.kept] == ["a.txt", "c.txt"]
    assert [(no.name, no.code) for no in taken.refused] == [("b.exe", Fault.KIND)]
    assert taken.status == 422
    again = bring(NORTE, ("d.txt", b"d"), removed=(str(taken.kept[0].id),))
    assert [file.name for file in again.kept] == ["d.txt"]
    names = [file.name for file in files.files_of(db.session(), acting(NORTE_ADMIN), "draft:1")]
    assert names == ["c.txt", "d.txt"]


def test_an_empty_field_and_a_wrong_id_change_nothing(portal: Flask) -> None:
    taken = bring(NORTE, ("", b""), removed=("x", "../a", "0" * 32))
    assert (taken.kept, taken.refused, rows()) == ([], [], 0)


def test_more_files_than_a_form_takes_are_told(portal: Flask) -> None:
    taken = bring(NORTE, *((f"{n}.txt", b"a") for n in range(12)))
    assert len(taken.kept) == 10
    assert [no.code for no in taken.refused] == [Fault.TOO_MANY] * 2


def test_a_company_keeps_no_more_than_its_room(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(portal.config, "FILES_QUOTA", 10)
    assert bring(NORTE, ("a.txt", b"123456")).refused == []
    (no,) = bring(NORTE_ADMIN, ("b.txt", b"12345")).refused
    assert no.code is Fault.QUOTA and no.facts["left"] == 4
    assert (used(NORTE), rows()) == (6, 1)
    assert bring(SUR, ("b.txt", b"12345")).refused == []
    assert bring(NORTE, ("c.txt", b"1234")).refused == []
    (no,) = bring(NORTE, ("d.txt", b"1")).refused
    assert no.code is Fault.QUOTA and len(lying()) == 3, "a full company's file is not even read"
    assert wrong() == []


def test_taking_a_file_away_frees_its_room_and_hides_it(portal: Flask) -> None:
    (kept,) = bring(NORTE, ("a.txt", b"123456")).kept
    key = str(kept.id)
    bring(SUR, removed=(key,))
    bring(NORTE, removed=(key,), subject="draft:2")
    assert used(NORTE) == 6, "neither a rival's nor another subject's"
    bring(NORTE_ADMIN, removed=(key,))
    bring(NORTE_ADMIN, removed=(key,))
    assert used(NORTE) == 0 and files.files_of(db.session(), acting(NORTE), "draft:1") == []
    assert wrong() == []


def test_what_is_on_record_of_a_file_names_nobody_and_no_file(portal: Flask) -> None:
    (kept,) = bring(NORTE, ("canary.txt", b"canary")).kept
    key = str(kept.id)
    bring(NORTE, removed=(key,))
    events = db.session.scalars(select(Event).where(Event.stream == f"file:{key}")).all()
    assert [event.verb for event in events] == ["file.uploaded", "file.removed"]
    assert all(event.partner_id == acting(NORTE).partner_id for event in events)
    assert not any("canary" in str(event.payload) for event in events)


def test_a_draft_is_the_companys_own_until_it_is_sent(portal: Flask) -> None:
    bring(NORTE, ("a.txt", b"a"))
    assert files.files_of(db.session(), acting(CHANNEL), "draft:1") == []
    with atomic() as session:
        sur = files.move(session, acting(SUR), "draft:1", "application:1", registry_id=None)
        own = files.move(
            session, acting(NORTE), "draft:1", "application:1", registry_id=registry(CTL)
        )
    assert (len(sur), len(own)) == (0, 1)
    assert len(files.files_of(db.session(), acting(CHANNEL), "application:1")) == 1


def test_two_companies_with_the_same_file_learn_nothing_of_each_other(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes lie there once; each counts them in full, each writes them, and neither loses
    them when the other takes its own away.
    """
    written: list[str] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: written.append("fsync") or real(handle))
    (one,) = bring(NORTE, ("a.txt", b"same")).kept
    first, written[:] = list(written), []
    (other,) = bring(SUR, ("b.txt", b"same")).kept
    assert written == first, "it costs as much as the first time"
    assert one.id != other.id and used(NORTE) == used(SUR) == 4 and len(lying()) == 1
    bring(NORTE, removed=(str(one.id),))
    sweep(db.session(), clock.wall() + LATER)
    assert len(lying()) == 1 and wrong() == []
    bring(SUR, removed=(str(other.id),))
    sweep(db.session(), clock.wall() + LATER)
    assert lying() == [] and wrong() == []


def test_bytes_that_no_row_came_for_are_swept_after_a_day(portal: Flask) -> None:
    blob = blobs.write(b"nobody's")
    (blobs.path_of(blob.sha256).parent / "f00.part").write_bytes(b"half")
    assert sweep(db.session(), clock.wall()) == 0 and len(lying()) == 2
    assert wrong(LATER) != []
    assert sweep(db.session(), clock.wall() + LATER) == 2 and lying() == []


def test_bytes_wanted_again_while_they_are_swept_are_put_back(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody brings the same file in the very moment in which the sweep takes it away."""
    blob = blobs.write(b"again")
    old = clock.wall().timestamp() - LATER.total_seconds()
    os.utime(blobs.path_of(blob.sha256), (old, old))
    real = Path.rename
    came: list[Any] = []

    def rename(path: Path, target: Path) -> Path:
        if not came:
            came.append(bring(NORTE, ("a.txt", b"again")))
        return real(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    assert sweep(db.session(), clock.wall()) == 0
    assert len(lying()) == 1 and wrong() == []


def test_a_sweep_that_was_cut_off_is_finished_by_the_next(portal: Flask) -> None:
    (kept,) = bring(NORTE, ("a.txt", b"wanted")).kept
    path = blobs.path_of(kept.sha256)
    path.rename(path.with_name(path.name + blobs.ASIDE))
    assert wrong() == [("missing", str(kept.id))]
    sweep(db.session(), clock.wall() + LATER)
    assert wrong() == []


def test_what_is_wrong_with_the_files_is_told(portal: Flask) -> None:
    gone, changed = bring(NORTE, ("a.txt", b"one"), ("b.txt", b"two")).kept
    gone_id, changed_id = str(gone.id), str(changed.id)
    blobs.path_of(gone.sha256).unlink()
    blobs.path_of(changed.sha256).write_bytes(b"TWO")
    orphan = blobs.write(b"nobody's")
    with atomic() as session:
        session.execute(update(FileRoom).values(used=FileRoom.used + 1))
    owner = f"partner:{acting(NORTE).partner_id}"
    assert sorted(wrong(LATER)) == sorted(
        [
            ("missing", gone_id),
            ("changed", changed_id),
            ("orphan", orphan.sha256),
            ("room", owner),
        ]
    )
    assert ("changed", changed_id) not in wrong(read=False)


def test_no_row_without_its_bytes(portal: Flask) -> None:
    """A blob that has gone between looking and keeping: nothing is kept, no room is taken."""
    upload = Upload("a.txt", "text/plain", "0" * 64, 5)
    who = acting(NORTE)
    with pytest.raises(FileNotFoundError), atomic() as session:
        files.keep(
            session,
            upload,
            partner_id=who.partner_id,
            registry_id=None,
            subject=None,
            actor=who,
            now=clock.wall(),
        )
    assert (rows(), used(NORTE)) == (0, 0)


def test_where_nothing_can_be_written_nothing_half_is_left(portal: Flask) -> None:
    """C7: the folder cannot be used. It is said, the fault is ours, and the next try goes through."""
    blobs.folder().write_bytes(b"no folder")
    taken = bring(NORTE, ("a.txt", b"a"))
    assert [no.code for no in taken.refused] == [Fault.NOT_STORED]
    assert (taken.status, rows(), used(NORTE)) == (507, 0, 0)
    blobs.folder().unlink()
    assert bring(NORTE, ("a.txt", b"a")).refused == [] and wrong() == []


def test_a_disk_that_fills_up_while_writing_leaves_no_half_file(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C7: /dev/full takes the place of the new file, so the kernel says that the disk is full."""
    real = os.open

    def full(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        if not str(path).endswith(blobs.PART):
            return real(path, flags, mode, **more)
        os.close(real(path, flags, mode, **more))
        return real("/dev/full", os.O_WRONLY)

    monkeypatch.setattr(os, "open", full)
    taken = bring(NORTE, ("a.txt", b"a" * 100_000))
    assert [no.code for no in taken.refused] == [Fault.NOT_STORED]
    assert (rows(), lying()) == (0, [])
    monkeypatch.undo()
    assert bring(NORTE, ("a.txt", b"a")).refused == []


def test_a_file_belongs_to_somebody(portal: Flask) -> None:
    with pytest.raises(ValueError, match="belongs"):
        files.room_left(db.session(), None, SYSTEM)


def test_the_worker_sweeps_and_says_what_is_wrong(portal: Flask) -> None:
    (kept,) = bring(NORTE, ("a.txt", b"one")).kept
    key = str(kept.id)
    blobs.path_of(kept.sha256).unlink()
    with capture_logs() as logs:
        TIMETABLE["sweep-files"].body(clock.wall())
    told = [(log["kind"], log["what"]) for log in logs if log["event"] == "files.problem"]
    assert told == [("missing", key)]
