"""The worker's nightly look at the last day's decisions (R7), on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from structlog.testing import capture_logs

from portal.kernel import clock
from portal.orders.commands import place
from portal.store.db import atomic, db
from portal.store.decisions import StoredDecision
from portal.web import jobs
from tests.orders.rows import person, store
from tests.orders.world import WORLD, add, basket

JOB = "recheck-decisions"
NIGHT = datetime(2040, 5, 6, 3, 15, tzinfo=UTC)


@pytest.fixture
def refs(app):
    """Two placements, one accepted and one refused, an hour before the night in question."""
    store(WORLD)
    user, now = person(), clock.business()
    asked = (basket(add(line="a")), basket(add("nowhere", line="a")))
    found = [place(each, actor=user, now=now, key=str(at)).ref for at, each in enumerate(asked)]
    change(recorded_at=NIGHT - timedelta(hours=1))
    return found


def change(*where, **values):
    with atomic() as session:
        session.execute(update(StoredDecision).where(*where).values(**values))


def falsified(ref):
    """As if another rule had answered: the record says what its facts do not."""
    change(StoredDecision.ref == ref, reasons=[], refused=False, value={"orders": []})


def night(at=NIGHT):
    """Whether the job ran, and the references it told of."""
    with capture_logs() as logs:
        ran = jobs.run_once(JOB, at)
    db.session.rollback()
    return ran, [each["ref"] for each in logs if each["event"] == "decision.differs"]


def test_what_answers_as_it_did_is_not_told_of(refs):
    assert night() == (True, [])


def test_a_decision_that_answers_differently_is_told_by_its_reference(refs):
    falsified(refs[1])
    assert night() == (True, [refs[1]])
    kept = db.session.scalar(select(StoredDecision.value).where(StoredDecision.ref == refs[1]))
    assert kept == {"orders": []}, "a decision on record is never changed"


def test_decisions_older_than_a_day_are_not_read_again(refs):
    falsified(refs[0])
    change(StoredDecision.ref == refs[0], recorded_at=NIGHT - timedelta(days=1, minutes=1))
    assert night() == (True, [])


def test_a_slot_is_run_once_however_many_workers_wake(refs):
    falsified(refs[0])
    assert night() == (True, [refs[0]])
    assert night() == (False, [])
    assert night(NIGHT + timedelta(minutes=1)) == (True, [refs[0]])


def test_without_the_taken_slot_it_would_run_again(refs):
    """The control: nothing but the row (name, slot) holds a second worker back."""
    falsified(refs[0])
    assert night() == (True, [refs[0]])
    with atomic() as session:
        session.execute(delete(jobs.JobRun))
    assert night() == (True, [refs[0]])


def test_it_is_on_the_timetable_of_the_worker(app):
    assert jobs.TIMETABLE[JOB].when == {"hour": "3", "minute": "15"}
