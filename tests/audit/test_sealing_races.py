"""Sealing while many write, on real processes: no event is passed over, none sealed twice (B23).

Transactions commit in another order than their events are dated. The control seals by a mark ("all
up to here is sealed"), as is usual, and passes events over.
"""

import random
import time
from datetime import timedelta

from sqlalchemy import func, select

from portal.audit import proof
from portal.kernel import clock
from portal.store import seals
from portal.store.db import atomic, db
from portal.store.events import Event, emit
from portal.store.seals import SealedEvent
from tests.audit.tampering import SOMEBODY
from tests.concurrency.crowd import together

WRITERS, EACH = 5, 24
AT_ONCE = timedelta(0)


def work(kind: str, number: int) -> int:
    """A writer's or a sealer's part; how many it wrote or sealed."""
    if kind == "write":
        return write(number)
    if kind == "seal by a mark":
        seals.LATE = AT_ONCE
    ends = time.monotonic() + 4
    sealed = 0
    while time.monotonic() < ends:
        made = seals.seal(clock.wall(), settle=AT_ONCE)
        sealed += made.count if made else 0
        time.sleep(0.01)
    return sealed


def write(number: int) -> int:
    dice = random.Random(number)
    for one in range(EACH):
        now = clock.wall()
        time.sleep(dice.random() * 0.05)
        with atomic() as session:
            emit(session, f"race:{number}", "person.signed_in", actor=SOMEBODY, at=now)
            if one % 3 == 0:
                emit(session, "race:all", "person.signed_in", actor=SOMEBODY, at=now)
            session.flush()
            time.sleep(dice.random() * 0.03)
    return EACH


def race(app, sealer):
    """Writers and two sealers at once."""
    db.session.rollback()
    writers = [("write", number) for number in range(WRITERS)]
    answers = together(app, work, [*writers, (sealer, 0), (sealer, 1)])
    assert all(isinstance(answer, int) for answer in answers), answers


def count(model):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def test_no_event_is_passed_over_and_none_is_sealed_twice(app):
    race(app, "seal")
    now = clock.wall() + timedelta(minutes=2)
    while seals.seal(now):
        pass
    assert count(Event) == count(SealedEvent) > WRITERS * EACH
    said = []
    verified = proof.verify(db.session(), now=now + timedelta(hours=3), tell=said.append)
    assert said == [] and verified.events == count(Event) and verified.seals > 2
    # Writers on one stream wait for each other: none fails, no two take one version.
    query = select(Event.version).where(Event.stream == "race:all").order_by(Event.version)
    assert list(db.session.scalars(query)) == list(range(1, WRITERS * EACH // 3 + 1))


def test_sealing_by_a_mark_passes_events_over(app, monkeypatch):
    """The control."""
    race(app, "seal by a mark")
    monkeypatch.setattr(seals, "LATE", AT_ONCE)
    now = clock.wall() + timedelta(minutes=2)
    while seals.seal(now):
        pass
    assert count(SealedEvent) < count(Event)
