"""A claim is checked, approved to the cent by the right people, asked about, refused and settled (M4)."""

import pytest

from portal.accounts.models import Membership
from portal.kernel import clock
from portal.kernel.access import Role
from portal.mdf import claiming
from portal.mdf.claim_models import FileKey, InvoiceKey
from portal.mdf.deciding import Unseen
from portal.mdf.models import Approval, Limit
from portal.mdf.rules import ClaimState as S
from portal.mdf.rules import MdfCode as C
from portal.mdf.rules import RequestState as R
from portal.store.db import atomic
from portal.store.outbox import Mail
from tests.companies.cast import actor, person
from tests.mdf.claim_desk import do, judge, money, parts, request_
from tests.mdf.claim_world import make_claim
from tests.mdf.review_desk import codes, count, last_step, stands
from tests.mdf.world import explained
from tests.people import CHANNEL, CHANNEL_L3, FINANCE, LEAD, NORTE, SUPPORT

__all__ = ["request_"]
pytestmark = pytest.mark.usefixtures("demo")
LINES = (("venue", 40_00), ("alcohol", 2_00))


def test_what_was_accepted_is_committed_once_a_key_and_finance_is_next(request_):
    ref = make_claim(request_, lines=LINES)
    assert C.FIELD_MISSING in codes(do("approve", ref, 20_00))
    assert not judge(ref).refused
    first = do("approve", ref, 20_00, key="key-0002")
    assert (first.refused, codes(first)) == (False, [C.LINE_NOT_ELIGIBLE])
    claim, _, lines = parts(ref)
    assert (claim.state, claim.approved) == (S.APPROVED, 20_00)
    assert [line.accepted for line in lines] == [40_00, 0], "the terms refuse alcohol"
    assert money(request_) == ((10_00, 20_00, 0), 30_00)
    step = last_step(request_)
    assert (step.verb, step.amount, step.turn) == ("claim.approved", 20_00, "finance")
    assert step.promised_on == claim.turn_due_on and (step.promised_on - clock.today()).days == 30
    assert do("approve", ref, 20_00, key="key-0002").again
    assert codes(do("approve", ref, 20_00, key="key-0003")) == [C.NOT_NOW]
    assert money(request_) == ((10_00, 20_00, 0), 30_00) and count(Approval) == 2
    explained()


def test_whoever_approved_the_request_does_not_approve_its_claim(request_):
    """mdf.md 2.2, MC3: CHANNEL said yes to the request, and may still check."""
    ref = make_claim(request_)
    assert not judge(ref, by=CHANNEL).refused
    assert codes(do("approve", ref, 5_00, by=CHANNEL)) == [C.SAME_PERSON]
    assert not do("approve", ref, 5_00, by=LEAD).refused
    explained()


@pytest.mark.parametrize("who", [CHANNEL_L3, FINANCE, NORTE])
def test_nobody_else_decides_and_the_other_registry_sees_nothing(request_, who):
    ref = make_claim(request_)
    judge(ref)
    if who == CHANNEL_L3:
        with pytest.raises(Unseen):
            do("approve", ref, 5_00, by=who)
        with pytest.raises(Unseen):
            judge(ref, by=who)
    else:
        assert C.NOT_YOURS in codes(do("approve", ref, 5_00, by=who))
        assert judge(ref, by=who).refused
    assert money(request_)[0] == (30_00, 0, 0)


def test_above_a_limit_the_first_yes_waits_for_a_second_person(request_):
    """As for a request; CHANNEL approved that, so a third of the team is needed."""
    ref = make_claim(request_, lines=(("venue", 60_00),))
    judge(ref)
    first = do("approve", ref, 30_00)
    assert (first.refused, codes(first)) == (False, [C.SECOND_NEEDED])
    step = last_step(request_)
    assert (step.verb, step.turn, parts(ref)[0].state) == ("claim.endorsed", "channel", S.SUBMITTED)
    assert C.SAME_PERSON in codes(do("approve", ref, 30_00, key="key-0002"))
    assert codes(do("approve", ref, 30_00, by=CHANNEL)) == [C.SAME_PERSON]
    assert money(request_)[0] == (30_00, 0, 0)
    assert not do("approve", ref, 30_00, by=third()).refused
    assert money(request_)[0] == (0, 30_00, 0)
    explained()


def test_a_question_names_what_to_mend_and_gives_the_turn_back(request_):
    ref = make_claim(request_)
    _, [paper], [line] = parts(ref)
    fields = (f"document:{paper.id}", f"line:{line.id}")
    assert codes(do("ask", ref, ("document:0",))) == [C.FIELD_MISSING]
    mails = count(Mail)
    assert not do("ask", ref, fields, key="key-0002").refused
    step = last_step(request_)
    assert (step.verb, step.fields, step.turn) == ("claim.asked", list(fields), "partner")
    assert parts(ref)[0].state is S.NEEDS_INFO and count(Mail) > mails
    assert judge(ref).refused, "the company has it now"


def test_a_rejected_claim_frees_its_invoices_and_a_dispute_may_approve_it(request_):
    """MC4: by somebody who did not decide; what it takes back it must still find free."""
    ref = make_claim(request_, lines=LINES)
    judge(ref)
    assert not do("reject", ref).refused
    claim, _, lines = parts(ref)
    assert (claim.state, [line.accepted for line in lines]) == (S.REJECTED, [0, 0])
    assert count(InvoiceKey) == count(FileKey) == 0
    disputed(ref, lines[0].id)
    assert codes(do("settle", ref, lines[0].id, 40_00)) == [C.SAME_PERSON]
    found = do("settle", ref, lines[0].id, 30_00, by=CHANNEL, note="La factura lo prueba.")
    assert not found.refused
    claim, _, lines = parts(ref)
    assert (claim.state, claim.approved, lines[0].accepted) == (S.APPROVED, 15_00, 30_00)
    assert money(request_)[0] == (15_00, 15_00, 0) and count(InvoiceKey) > 0
    assert codes(do("settle", ref, lines[0].id, 40_00, by=CHANNEL, key="key-0002")) == [C.NOT_NOW]
    explained()


def test_a_second_look_adds_while_the_reserve_lasts_or_confirms(request_):
    ref = make_claim(request_, lines=(("venue", 80_00),))
    judge(ref, venue=40_00)
    do("approve", ref, 20_00)
    line = parts(ref)[2][0].id
    disputed(ref, line)
    found = do("settle", ref, line, 80_00, by=CHANNEL, key="key-0002")
    assert codes(found) == [C.ABOVE_LIMIT], "more than a manager decides alone"
    found = do("settle", ref, line, 48_00, by=CHANNEL, key="key-0003")
    assert not found.refused and parts(ref)[0].approved == 24_00
    assert money(request_)[0] == (6_00, 24_00, 0)
    assert last_step(request_).turn == "finance"
    other = make_claim(request_, lines=(("venue", 12_00),), texts={"number": "F-2"}, final=False)
    judge(other)
    do("approve", other, 6_00, key="key-0004")
    assert money(request_)[0] == (0, 30_00, 0)
    explained()


def third():
    """Somebody else of the registry's channel team."""
    mine = actor(CHANNEL)
    with atomic() as session:
        role, since = Role.CHANNEL_MANAGER, clock.wall()
        new = Membership(
            person_id=person(SUPPORT), role=role, registry_id=mine.registry_id, since=since
        )
        session.add(new)
    return actor(SUPPORT, -1)


def disputed(ref, line):
    """Norte asks for another look at a line."""
    found = claiming.dispute(
        *(ref, line, "Fue parte del evento."),
        actor=actor(NORTE),
        now=clock.business(),
        key="key-0001",
    )
    assert not found.refused, found.reasons


def test_without_the_rule_a_claim_would_be_approved_above_its_reserve(request_, monkeypatch):
    """The control: the ledger itself refuses what the rule would let pass."""
    from portal.mdf import claim_review_facts
    from portal.store.db import LostRace

    ref = make_claim(request_, lines=(("venue", 80_00),))
    judge(ref)
    with atomic() as session:
        mine = {"person_id": person(LEAD), "currency": "USD", "amount": 10**9}
        session.add(Limit(registry_id=1, set_by=mine["person_id"], set_at=clock.wall(), **mine))
    grant = claim_review_facts.grant_of
    monkeypatch.setattr(claim_review_facts, "grant_of", lambda found, most: grant(found, 10**9))
    with pytest.raises(LostRace):
        do("approve", ref, 40_00)
    monkeypatch.undo()
    assert not do("approve", ref, 30_00, key="key-0002").refused
    assert stands(request_)[0].state is R.APPROVED
    explained()
