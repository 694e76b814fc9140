"""A claim is paid in parts, once a key, never above what was approved; a reversal takes two people; a
request closes when nothing is left to come (M4, MC5, MC6, MR10).
"""

from datetime import timedelta

import pytest

from portal.mdf.claim_models import Payment
from portal.mdf.rules import ClaimState as S
from portal.mdf.rules import MdfCode as C
from portal.mdf.rules import RequestState as R
from tests.mdf.claim_desk import clock, close, do, judge, money, parts, pay, request_
from tests.mdf.claim_world import make_claim
from tests.mdf.review_desk import codes, count, last_step, stands
from tests.mdf.world import explained
from tests.people import CHANNEL, FINANCE, LEAD, LEAD_L3

__all__ = ["request_"]
pytestmark = pytest.mark.usefixtures("demo")


def approved(request, *, final=False, **lines):
    """A claim of 40.00, of which 20.00 are paid for."""
    ref = make_claim(request, lines=(("venue", 40_00),), final=final)
    judge(ref, **lines)
    assert not do("approve", ref, 20_00 if not lines else lines["venue"] // 2).refused
    return ref


def test_a_claim_is_paid_in_parts_once_a_key_and_never_above_what_was_approved(request_):
    ref = approved(request_)
    assert codes(pay(ref, 20_01)) == [C.ABOVE_APPROVED]
    first = pay(ref, 12_50, key="key-0002")
    assert not first.refused and pay(ref, 12_50, key="key-0002").again
    assert (money(request_)[0], count(Payment)) == ((10_00, 7_50, 12_50), 1)
    step = last_step(request_)
    assert (step.verb, step.amount, step.note, step.turn) == (
        *("claim.paid", 12_50, "TR-1"),
        "finance",
    )
    assert step.promised_on is not None and parts(ref)[0].state is S.PART_PAID
    found = pay(ref, 7_51, key="key-0003")
    assert [(each.code, each.facts["most"]) for each in found.reasons] == [(C.ABOVE_APPROVED, 7_50)]
    assert not pay(ref, 7_50, key="key-0004").refused
    assert money(request_)[0] == (10_00, 0, 20_00) and parts(ref)[0].state is S.PAID
    assert stands(request_)[0].state is R.APPROVED, "it may claim the rest"
    explained()


def test_a_payment_has_a_reference_and_a_day_that_has_come(request_):
    ref = approved(request_)
    later = clock.today() + timedelta(days=1)
    assert codes(pay(ref, 1_00, reference=" ")) == [C.FIELD_MISSING]
    assert codes(pay(ref, 1_00, days=later, key="key-0002")) == [C.PAYMENT_DATE]
    assert codes(pay(ref, 1_00, by=LEAD)) == [C.NOT_YOURS]
    assert count(Payment) == 0


def test_a_final_claim_that_is_paid_closes_its_request_and_the_rest_returns(request_):
    ref = approved(request_, final=True)
    assert not pay(ref, 20_00).refused
    assert money(request_) == ((0, 0, 20_00), 40_00)
    row = stands(request_)[0]
    assert row.state is R.CLOSED
    assert (last_step(request_).verb, last_step(request_).amount) == ("closed", 10_00)
    explained()


def test_a_refused_line_waits_for_its_dispute_unless_the_company_claims_no_more(request_):
    ref = approved(request_, final=True, venue=30_00)
    assert codes(close(request_)) == [C.CLAIM_OPEN]
    assert not pay(ref, 15_00).refused
    assert stands(request_)[0].state is R.APPROVED and money(request_)[0] == (15_00, 0, 15_00)
    assert not close(request_, key="key-0002").refused
    assert close(request_, key="key-0002").again
    assert stands(request_)[0].state is R.CLOSED and money(request_) == ((0, 0, 15_00), 45_00)
    explained()


def test_a_reversal_takes_two_people_and_says_where_the_money_went(request_):
    """MC6: what was committed is reserved again, what was paid is the company's to ask for."""
    ref = approved(request_)
    pay(ref, 5_00)
    assert codes(do("reverse", ref)) == [C.REVERSAL_NONE]
    assert codes(do("ask_reversal", ref, by=FINANCE, note=" ")) == [C.FIELD_MISSING]
    assert not do("ask_reversal", ref, by=FINANCE, key="key-0002").refused
    assert (last_step(request_).turn, money(request_)[0]) == ("lead", (10_00, 15_00, 5_00))
    assert codes(pay(ref, 5_00, key="key-0002")) == [C.REVERSAL_ASKED]
    assert codes(do("ask_reversal", ref, by=FINANCE, key="key-0003")) == [C.REVERSAL_ASKED]
    assert codes(do("reverse", ref, by=FINANCE)) == [C.NOT_YOURS]
    assert codes(do("reverse", ref, by=CHANNEL)) == [C.NOT_YOURS]
    assert not do("keep_claim", ref, key="key-0004").refused
    assert parts(ref)[0].reversal_by is None
    assert not do("ask_reversal", ref, by=FINANCE, key="key-0005").refused
    assert not do("reverse", ref, key="key-0006").refused
    assert do("reverse", ref, key="key-0006").again
    assert money(request_) == ((25_00, 0, 0), 35_00) and parts(ref)[0].state is S.REVERSED
    explained()


def test_what_is_reversed_after_the_request_closed_returns_to_the_fund_at_once(request_):
    ref = approved(request_, final=True)
    pay(ref, 20_00)
    do("ask_reversal", ref, by=FINANCE)
    do("reverse", ref)
    assert money(request_) == ((0, 0, 0), 60_00)
    explained()


def test_without_the_rule_a_payment_above_what_was_approved_would_fail_in_the_ledger(
    request_, monkeypatch
):
    """The control: the account has no more to give, whatever the rule lets pass."""
    from portal.mdf import paying
    from portal.mdf.paying_rules import Decision, Paid
    from portal.store.db import LostRace

    ref = approved(request_)
    yes = Decision("test", Paid(20_01, 0))
    monkeypatch.setattr(paying, "may_pay", lambda wish, facts: yes)
    with pytest.raises(LostRace):
        pay(ref, 20_01)
    assert count(Payment) == 0 and money(request_)[0] == (10_00, 20_00, 0)
    explained()


def test_the_other_registrys_lead_sees_no_claim_to_reverse(request_):
    from portal.mdf.deciding import Unseen

    ref = approved(request_)
    do("ask_reversal", ref, by=FINANCE)
    with pytest.raises(Unseen):
        do("reverse", ref, by=LEAD_L3)
