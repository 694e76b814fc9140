"""Many people of one company send files at the same moment: the room they share is never exceeded.

Real processes; the control is the same crowd with a room that is read first and written after.
"""

import time
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select, text

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.store import files
from portal.store.db import atomic, db
from portal.store.file_care import problems
from portal.store.files import FileRoom, Refused, Upload
from portal.web.uploads import receive
from tests.concurrency.crowd import together, unguarded
from tests.files.conftest import acting, storage
from tests.people import NORTE

SIZE, FIT, EACH, CROWD = 1000, 10, 4, 6
LOCKED = "OperationalError"


def send(actor: Actor, quota: int) -> int:
    """Keep so many files one after the other; how many there was room for."""
    return sum(_keep(actor, quota, atomic) for _ in range(EACH))


def send_naively(actor: Actor, quota: int) -> int:
    """The control: the room is read, then written; on SQLite also in a transaction that does not
    say that it will write, which there is what makes writers queue.
    """
    files._reserve = _read_then_write
    way = atomic if db.engine.dialect.name == "postgresql" else unguarded
    return sum(_keep(actor, quota, way) for _ in range(EACH))


def _keep(actor: Actor, quota: int, way: Any) -> bool:

    current_app.config["FILES_QUOTA"] = quota
    upload = receive(storage("a.txt", b"a" * SIZE))
    assert isinstance(upload, Upload)
    db.session.rollback()
    with way() as session:
        kept = files.keep(
            session,
            upload,
            partner_id=actor.partner_id,
            registry_id=None,
            subject="draft:1",
            actor=actor,
            now=clock.wall(),
        )
        return not isinstance(kept, Refused)


def _read_then_write(session: Any, owner: str, size: int) -> int | None:
    used = session.scalar(select(FileRoom.used).where(FileRoom.owner == owner)) or 0
    left = files._quota() - used
    time.sleep(0.01)
    if left < size:
        return int(left)
    session.execute(
        text("UPDATE file_room SET used = used + :size WHERE owner = :owner"),
        {"owner": owner, "size": size},
    )
    return None


@pytest.fixture
def actor(portal: Flask) -> Actor:
    """Somebody whose company keeps nothing yet, but has a room on record."""
    found = acting(NORTE)
    with atomic() as session:
        session.add(FileRoom(owner=f"partner:{found.partner_id}", used=0))
    return found


def used() -> int:
    db.session.rollback()
    return sum(db.session.scalars(select(FileRoom.used)))


def test_a_company_never_keeps_more_than_its_room_however_many_send(
    portal: Flask, actor: Actor
) -> None:
    answers = together(portal, send, [(actor, FIT * SIZE)] * CROWD)
    assert sum(answers) == FIT and used() == FIT * SIZE, answers
    assert problems(db.session(), clock.wall()) == []


def test_without_the_guard_it_keeps_more_or_cannot_write(portal: Flask, actor: Actor) -> None:
    answers = together(portal, send_naively, [(actor, FIT * SIZE)] * CROWD)
    if db.engine.dialect.name == "postgresql":
        assert used() > FIT * SIZE, answers
    else:
        assert LOCKED in answers
