"""A request is decided by the right people, up to the right amounts, once a key (M2, M3)."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts.models import Membership
from portal.kernel import clock
from portal.mdf import review_rules, reviewing
from portal.mdf.deciding import Unseen
from portal.mdf.models import Approval, Limit, TimelineStep
from portal.mdf.rules import MdfCode as C
from portal.mdf.rules import RequestState as R
from portal.store.db import LostRace, atomic, db
from portal.store.decisions import StoredDecision
from portal.store.outbox import Mail
from tests.companies.cast import actor, join, membership
from tests.mdf.review_desk import codes, count, fund, last_step, say, stands
from tests.mdf.world import explained, make_request
from tests.people import CHANNEL, CHANNEL_L3, LEAD, NORTE

__all__ = ["fund"]
pytestmark = pytest.mark.usefixtures("demo")


def test_part_of_what_was_asked_is_approved_and_reserved_once_a_key(fund):
    """M2, M3: with the day a claim is due, and the decision behind it on the timeline."""
    ref = make_request(fund, asked=18_00)
    first = say("approve", ref, 12_50)
    assert (first.refused, first.reasons) == (False, ())
    row, money = stands(ref)
    assert (row.state, row.approved, row.due_on) == (R.APPROVED, 12_50, date(2018, 2, 5))
    assert money == (12_50, 47_50)
    step = last_step(ref)
    assert (step.verb, step.amount, step.turn) == ("approved", 12_50, "partner")
    assert (step.promised_on, step.decision_ref) == (row.due_on, first.ref)
    decisions, steps = count(StoredDecision), count(TimelineStep)
    assert say("approve", ref, 12_50).again
    assert (count(StoredDecision), count(TimelineStep)) == (decisions, steps)
    assert codes(say("approve", ref, 1_00, key="key-0002")) == [C.NOT_NOW]
    explained()


def test_a_refusal_is_kept_with_the_balance_and_moves_nothing(fund):
    """M2: readable, with what there is now."""
    other = make_request(fund, state=R.APPROVED, asked=50_00)
    ref = make_request(fund, asked=15_00)
    found = say("approve", ref, 12_00)
    assert [(each.code, each.facts) for each in found.reasons] == [
        (C.ABOVE_AVAILABLE, {"most": 10_00, "currency": "USD"})
    ]
    assert stands(ref)[0].state is R.SUBMITTED and stands(other)[1] == (50_00, 10_00)
    assert say("approve", ref, 12_00).again
    explained()


def test_above_a_limit_two_persons_say_yes_one_of_them_a_lead_and_nobody_twice(fund):
    ref = make_request(fund, asked=30_00)
    first = say("approve", ref, 25_00)
    assert (first.refused, codes(first)) == (False, [C.SECOND_NEEDED])
    row, money = stands(ref)
    assert (row.state, row.approved, money) == (R.SUBMITTED, None, (0, 60_00))
    assert (last_step(ref).verb, last_step(ref).turn) == ("endorsed", "lead")
    assert C.SAME_PERSON in codes(say("approve", ref, 25_00, key="key-0002"))
    assert codes(say("approve", ref, 26_00, by=LEAD)) == [C.ABOVE_LIMIT]
    assert not say("approve", ref, 25_00, by=LEAD, key="key-0003").refused
    assert stands(ref)[1] == (25_00, 35_00) and count(Approval) == 2
    explained()


def test_a_leads_first_yes_is_followed_by_the_manager(fund):
    ref = make_request(fund, asked=30_00)
    assert codes(say("approve", ref, 30_00, by=LEAD)) == [C.SECOND_NEEDED]
    assert last_step(ref).turn == "channel"
    assert not say("approve", ref, 30_00).refused
    assert stands(ref)[0].approved == 30_00


def test_a_personal_limit_stands_for_the_funds(fund):
    ref = make_request(fund, asked=15_00)
    who = actor(CHANNEL)
    with atomic() as session:
        now = clock.wall()
        columns = {"currency": "USD", "amount": 10_00, "set_by": who.person_id, "set_at": now}
        session.add(Limit(registry_id=who.registry_id, person_id=who.person_id, **columns))
    found = say("approve", ref, 15_00)
    assert [each.facts for each in found.reasons] == [{"most": 10_00, "currency": "USD"}]
    assert not found.refused and stands(ref)[0].state is R.SUBMITTED


def test_nobody_decides_for_a_company_they_act_for_or_on_what_they_filed(fund):
    """M3: through a second capacity, also one that ended after it was sent; nor what they typed."""
    filed = make_request(fund, by=CHANNEL)
    assert codes(say("approve", filed, 10_00, key="key-0000")) == [C.FILED_IT]
    ref = make_request(fund)
    join(CHANNEL, "norte")
    for verb, asked in (("approve", (10_00,)), ("ask", (("title",),)), ("decline", ())):
        assert codes(say(verb, ref, *asked)) == [C.OWN_COMPANY], verb
    with atomic() as session:
        row = session.get_one(Membership, membership(CHANNEL, 1))
        row.ended_at = clock.wall()
    assert codes(say("approve", ref, 10_00, key="key-0002")) == [C.OWN_COMPANY]
    later = make_request(fund)
    assert not say("approve", later, 10_00, key="key-0003").refused


def test_what_is_missing_is_asked_by_field_and_the_filer_is_told(fund):
    """M3, M5."""
    ref = make_request(fund)
    assert codes(say("ask", ref, (), note=" ")) == [C.FIELD_MISSING, C.FIELD_MISSING]
    assert codes(say("ask", ref, ("balance",), key="key-0002")) == [C.FIELD_MISSING]
    assert not say("ask", ref, ("title", "outcome"), key="key-0003").refused
    step = last_step(ref)
    assert (step.verb, step.fields, step.turn) == ("asked", ["title", "outcome"], "partner")
    told = db.session.scalars(select(Mail).where(Mail.kind == "mdf_step")).all()
    assert [mail.to_address for mail in told] == [NORTE]
    assert "Por favor" not in repr(told[0].context)


@pytest.mark.parametrize(("verb", "state"), [("reject", R.REJECTED), ("decline", R.DECLINED)])
def test_a_no_has_its_reason(fund, verb, state):
    ref = make_request(fund)
    assert codes(say(verb, ref, note="")) == [C.FIELD_MISSING]
    assert not say(verb, ref, key="key-0002").refused
    assert stands(ref)[0].state is state and last_step(ref).note == "Por favor."


def test_who_does_not_see_it_or_may_not_decide_decides_nothing(fund):
    ref = make_request(fund)
    draft = make_request(fund, state=R.DRAFT)
    for hidden, who in ((ref, CHANNEL_L3), (draft, CHANNEL), ("NOSUCH", LEAD)):
        with pytest.raises(Unseen):
            say("approve", hidden, 1_00, by=who)
    assert codes(say("approve", ref, 1_00, by=NORTE)) == [C.NOT_YOURS]
    own = make_request(fund, state=R.DRAFT, by=CHANNEL)
    assert codes(say("approve", own, 1_00)) == [C.NOT_NOW]


def test_without_the_rule_ones_own_company_and_more_than_asked_pass(fund, monkeypatch):
    """The control: what these guards keep out."""
    ref = make_request(fund, asked=10_00)
    join(CHANNEL, "norte")
    monkeypatch.setattr(review_rules, "_person", lambda facts: [])
    monkeypatch.setattr(review_rules, "_amount", lambda amount, facts: [])
    assert not say("approve", ref, 15_00).refused
    assert stands(ref)[0].approved == 15_00


def test_without_the_rule_the_database_still_holds_the_fund_and_the_key(fund, monkeypatch):
    """M2; mdf.md 2.3, 8: nothing is reserved that is not there, no key is taken twice."""
    make_request(fund, state=R.APPROVED, asked=50_00)
    ref = make_request(fund, asked=15_00)
    monkeypatch.setattr(review_rules, "_amount", lambda amount, facts: [])
    monkeypatch.setattr(reviewing, "earlier", lambda *args: None)
    with pytest.raises(LostRace):
        say("approve", ref, 15_00)
    db.session.rollback()
    assert not say("approve", ref, 10_00).refused
    with pytest.raises(IntegrityError):
        say("approve", ref, 10_00)
    db.session.rollback()
    assert stands(ref)[1] == (10_00, 0)
    explained()
