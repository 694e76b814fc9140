"""An approved request is cancelled, its dates are moved, the day of its claim is put off (M3, M4)."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.mdf.deciding import Unseen
from portal.mdf.models import Approval
from portal.mdf.rules import ClaimState
from portal.mdf.rules import MdfCode as C
from portal.mdf.rules import RequestState as R
from portal.store.db import db
from portal.store.ledger import LedgerTransfer
from tests.mdf.claim_world import make_claim
from tests.mdf.review_desk import codes, count, fund, last_step, say, stands
from tests.mdf.world import explained, make_request
from tests.people import CHANNEL, LEAD, NORTE, SUR

__all__ = ["fund"]
pytestmark = pytest.mark.usefixtures("demo")
START, END = date(2018, 1, 10), date(2018, 1, 12)


@pytest.mark.parametrize("by", [NORTE, CHANNEL])
def test_what_is_cancelled_goes_back_with_its_cause_once(fund, by):
    """mdf.md 2.3, 7."""
    ref = make_request(fund, state=R.APPROVED, asked=15_00)
    assert stands(ref)[1] == (15_00, 45_00)
    assert not say("cancel", ref, by=by).refused
    row, money = stands(ref)
    assert (row.state, money) == (R.CANCELLED, (0, 60_00))
    query = select(LedgerTransfer.cause, LedgerTransfer.amount)
    moved = db.session.execute(query.where(LedgerTransfer.subject == f"request:{ref}")).all()
    db.session.rollback()
    assert sorted(map(tuple, moved)) == [("released.cancelled", 15_00), ("reserved", 15_00)]
    assert say("cancel", ref, by=by).again
    assert codes(say("cancel", ref, by=by, key="key-0002")) == [C.NOT_NOW]
    explained()


def test_a_request_with_a_claim_on_its_way_is_not_cancelled(fund):
    ref = make_request(fund, state=R.APPROVED, asked=15_00)
    claim = make_claim(ref, ClaimState.SUBMITTED)
    found = say("cancel", ref)
    assert [each.facts for each in found.reasons] == [{"claim": claim}]
    assert stands(ref)[1] == (15_00, 45_00)


def test_other_days_are_asked_for_and_approved_in_a_new_round(fund):
    ref = make_request(fund, state=R.APPROVED, asked=15_00)
    with pytest.raises(Unseen):
        say("ask_dates", ref, START, END, by=SUR)
    assert codes(say("ask_dates", ref, START, date(2018, 4, 1), by=NORTE)) == [C.OUTSIDE_WINDOW]
    assert not say("ask_dates", ref, START, END, by=NORTE, key="key-0002").refused
    step = last_step(ref)
    assert (step.turn, step.promised_on) == ("channel", date(2017, 12, 4))
    assert not say("move_dates", ref).refused
    row, _money = stands(ref)
    assert (row.starts_on, row.ends_on, row.due_on) == (START, END, date(2018, 2, 26))
    assert (row.round, row.wanted_from, row.turn_due_on) == (2, None, row.due_on)
    assert count(Approval) == 2 and last_step(ref).turn == "partner"
    assert codes(say("keep_dates", ref)) == [C.DATES_NONE]


def test_or_the_days_are_kept_with_a_reason(fund):
    ref = make_request(fund, state=R.APPROVED, asked=30_00)
    say("ask_dates", ref, START, END, by=NORTE)
    assert codes(say("move_dates", ref)) == [C.ABOVE_LIMIT]
    assert not say("keep_dates", ref, by=LEAD).refused
    row, _money = stands(ref)
    assert (row.starts_on, row.wanted_from, row.round) == (date(2017, 12, 20), None, 1)
    assert (last_step(ref).turn, last_step(ref).note) == ("partner", "Por favor.")


def test_the_day_of_a_claim_is_put_off_as_often_as_the_terms_say(fund):
    """M4: at most twice, by fifteen days."""
    ref = make_request(fund, state=R.APPROVED, asked=15_00)
    for time, due in enumerate((date(2018, 2, 20), date(2018, 3, 7)), 1):
        assert not say("extend", ref, key=f"key-000{time}").refused
        assert say("extend", ref, key=f"key-000{time}").again
        row, _money = stands(ref)
        assert (row.due_on, row.extended, last_step(ref).promised_on) == (due, time, due)
    assert codes(say("extend", ref, key="key-0003")) == [C.EXTENDED_OFTEN]
