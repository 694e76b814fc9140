"""Seals: each event in exactly one, late ones too; the chain is what it says (B23)."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.audit import jobs
from portal.store import seals
from portal.store.db import db
from portal.store.events import Event
from portal.store.seals import FIELDS, GENESIS, Seal, SealedEvent, seal
from tests.audit.tampering import NOW, ago, happen


def held() -> list[int]:
    """How many events each seal holds."""
    db.session.rollback()
    query = (
        select(func.count(SealedEvent.event_id))
        .group_by(SealedEvent.seal_id)
        .order_by(SealedEvent.seal_id)
    )
    return list(db.session.scalars(query))


def test_every_column_of_an_event_is_sealed() -> None:
    """A new column needs a word on how older digests stay what they are."""
    assert set(FIELDS) == {column.name for column in Event.__table__.columns}


def test_a_seal_takes_what_has_rested_and_chains_to_the_one_before(app: Flask) -> None:
    happen(ago(minutes=5))
    happen(ago(seconds=30))
    first = seal(NOW)
    assert first is not None and (first.id, first.count, first.previous) == (1, 1, GENESIS)
    second = seal(NOW + timedelta(minutes=1))
    assert second is not None and (second.id, second.count) == (2, 1)
    assert second.previous == first.hash
    assert seal(NOW + timedelta(minutes=1)) is None
    assert held() == [1, 1]


def test_an_event_that_appears_late_is_in_the_next_seal(app: Flask) -> None:
    happen(ago(minutes=2))
    seal(NOW)
    happen(ago(minutes=40))
    found = seal(NOW + timedelta(minutes=1))
    assert found is not None and found.count == 1


def test_one_that_appears_much_too_late_waits_for_the_night_and_is_told_of(app: Flask) -> None:
    happen(ago(minutes=2))
    seal(NOW)
    happen(ago(days=3))
    assert seal(NOW) is None
    jobs.seal_stragglers(NOW)
    assert held() == [1, 1]


def test_a_heap_is_sealed_in_order_and_in_batches(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "BATCH", 4)
    monkeypatch.setattr(jobs, "BATCH", 4)
    times = [ago(days=30 - number) for number in range(10)]
    for at in reversed(times):
        happen(at)
    assert jobs.seal_all(NOW, window=True) == 10
    assert held() == [4, 4, 2]
    kept = db.session.execute(
        select(Event.at)
        .join(SealedEvent, SealedEvent.event_id == Event.id)
        .order_by(SealedEvent.seal_id, SealedEvent.position)
    )
    assert [row.at for row in kept] == times
    untils = db.session.scalars(select(Seal.until).order_by(Seal.id)).all()
    assert untils == [times[3], times[7], NOW - seals.SETTLE]


def test_two_that_seal_at_once_make_one_seal(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second finds that the chain went on meanwhile, and leaves it to the next minute."""
    happen(ago(minutes=2))
    real = seals.atomic

    def after_another() -> Any:
        monkeypatch.setattr(seals, "atomic", real)
        assert seal(NOW) is not None
        return real()

    monkeypatch.setattr(seals, "atomic", after_another)
    assert seal(NOW) is None
    assert held() == [1]


def test_the_worker_seals_each_minute(app: Flask) -> None:
    from portal.web.jobs import TIMETABLE, run_once

    happen(ago(minutes=2))
    assert TIMETABLE["seal-events"].when == {"minute": "*"}
    assert run_once("seal-events", NOW) and not run_once("seal-events", NOW)
    assert held() == [1]
