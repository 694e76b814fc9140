"""Many at once, on real processes: one order for one form, and nobody's writing is lost.

Each guard has its control, the same crowd without it, which must do the harm.
"""

import pytest
from sqlalchemy import delete, select, text

from portal.orders.models import Order, OrderLine
from portal.registry.models import Partner
from portal.store.db import atomic, db
from portal.store.decisions import StoredDecision
from tests.concurrency.crowd import count_up, count_up_unguarded, submit, submit_unguarded, together
from tests.orders.rows import count, person, store
from tests.orders.world import WORLD, add, basket

MIXED = basket(add(line="a"), add("S-CTL", "MPLS", line="b"))
LOCKED = "OperationalError"


@pytest.fixture
def user(app):
    store(WORLD)
    return person()


def alter(change):
    """Change the table of decisions, emptied for it; rows are put back before each test."""
    with atomic() as session:
        for model in (OrderLine, Order, StoredDecision):
            session.execute(delete(model))
        session.execute(text(f"ALTER TABLE decision {change}"))


def test_twelve_identical_submits_make_one_placement(app, user):
    """A double click, and ten more: every one of them gets the same receipt."""
    answers = together(app, submit, [(MIXED, user, ["k"])] * 12)
    assert len({ref for answer in answers for ref in answer}) == 1, answers
    assert (count(StoredDecision), count(Order), count(OrderLine)) == (1, 2, 2)


def test_without_the_guard_twelve_submits_do_harm(app, user):
    """The control: without the unique key there are more orders, without IMMEDIATE errors."""
    if db.engine.dialect.name == "postgresql":
        alter("DROP CONSTRAINT uq_decision_person_id_key")
        try:
            together(app, submit, [(MIXED, user, ["k"])] * 12)
            assert count(StoredDecision) > 1
        finally:
            alter("ADD CONSTRAINT uq_decision_person_id_key UNIQUE (person_id, key)")
    else:
        assert LOCKED in together(app, submit_unguarded, [(MIXED, user, ["k"])] * 12)


def test_eight_writers_at_once_lose_no_placement(app, user):
    keys = [[f"{writer}-{number}" for number in range(6)] for writer in range(8)]
    answers = together(app, submit, [(MIXED, user, each) for each in keys])
    assert len({ref for answer in answers for ref in answer}) == 48, answers
    assert (count(StoredDecision), count(Order), count(OrderLine)) == (48, 96, 96)


@pytest.fixture
def number(app):
    """A number kept in the database, the partner's name for want of another."""
    with atomic() as session:
        session.add(Partner(code="N", name="0"))

    def read():
        found = int(db.session.scalar(select(Partner.name)))
        db.session.rollback()
        return found

    return read


def test_eight_writers_at_once_lose_no_update(app, number):
    assert together(app, count_up, [(25,)] * 8) == [None] * 8
    assert number() == 200


def test_without_the_guard_eight_writers_lose_updates(app, number):
    """The control: read and written without saying so first."""
    together(app, count_up_unguarded, [(25,)] * 8)
    assert number() < 200
