"""Whether a claim may be paid, reversed, and its request closed: every reason by table (M4, MC5, MC6)."""

from dataclasses import replace
from datetime import date

import pytest

from portal.mdf.paying_rules import (
    Close,
    CloseFacts,
    Paid,
    Pay,
    PayFacts,
    Undo,
    UndoFacts,
    Undone,
    may_ask_reversal,
    may_close,
    may_keep,
    may_pay,
    may_reverse,
)
from portal.mdf.rules import ClaimState, Party, RequestState
from portal.mdf.rules import MdfCode as C
from portal.mdf.time_rules import ClaimFacts

S = ClaimState
TODAY = date(2017, 12, 10)
WISH = Pay("C", 100, TODAY, "TR-1")
FACTS = PayFacts(
    *(S.APPROVED, Party.FINANCE, "USD", 1000),
    paid=0,
    decided_on=date(2017, 12, 5),
    today=TODAY,
    reversal=False,
)


def codes(decision):
    return [each.code for each in decision.reasons]


@pytest.mark.parametrize(
    ("amount", "paid", "left"), [(1000, 0, 0), (1, 0, 999), (400, 600, 0), (399, 600, 1)]
)
def test_a_claim_is_paid_in_parts_up_to_what_was_approved(amount, paid, left):
    state = S.PART_PAID if paid else S.APPROVED
    found = may_pay(replace(WISH, amount=amount), replace(FACTS, paid=paid, state=state))
    assert found.value == Paid(amount, left) and not found.reasons


@pytest.mark.parametrize(
    ("wish", "facts", "why"),
    [
        ({"amount": 1001}, {}, [C.ABOVE_APPROVED]),
        ({"amount": 401}, {"paid": 600}, [C.ABOVE_APPROVED]),
        ({"amount": 0}, {}, [C.AMOUNT_NONE]),
        ({"amount": -5}, {}, [C.AMOUNT_NONE]),
        ({"reference": "  "}, {}, [C.FIELD_MISSING]),
        ({"paid_on": date(2017, 12, 11)}, {}, [C.PAYMENT_DATE]),
        ({"paid_on": date(2017, 12, 4)}, {}, [C.PAYMENT_DATE]),
        ({}, {"reversal": True}, [C.REVERSAL_ASKED]),
        ({}, {"own": True}, [C.OWN_COMPANY]),
        ({}, {"decided": True}, [C.SAME_PERSON]),
        ({}, {"state": S.SUBMITTED}, [C.NOT_NOW]),
        ({}, {"state": S.REVERSED}, [C.NOT_NOW]),
        ({}, {"party": Party.LEAD}, [C.NOT_YOURS]),
        (
            {"amount": 2000, "reference": "", "paid_on": date(2018, 1, 1)},
            {},
            [C.ABOVE_APPROVED, C.FIELD_MISSING, C.PAYMENT_DATE],
        ),
    ],
)
def test_what_stands_against_a_payment(wish, facts, why):
    found = may_pay(replace(WISH, **wish), replace(FACTS, **facts))
    assert found.value is None and codes(found) == why


ASKED = UndoFacts(S.PART_PAID, Party.LEAD, True, False, False, committed=600, paid=400, open=True)


@pytest.mark.parametrize(
    ("rule", "facts", "said", "why"),
    [
        (may_ask_reversal, {"party": Party.FINANCE, "asked": False}, True, []),
        (may_ask_reversal, {"party": Party.FINANCE, "asked": False}, False, [C.FIELD_MISSING]),
        (may_ask_reversal, {"party": Party.FINANCE}, True, [C.REVERSAL_ASKED]),
        (may_ask_reversal, {"asked": False}, True, [C.NOT_YOURS]),
        (may_reverse, {}, False, []),
        (may_reverse, {"asked": False}, True, [C.REVERSAL_NONE]),
        (may_reverse, {"same": True}, True, [C.SAME_PERSON]),
        (may_reverse, {"own": True}, True, [C.OWN_COMPANY]),
        (may_reverse, {"party": Party.CHANNEL}, True, [C.NOT_YOURS]),
        (may_reverse, {"party": Party.FINANCE}, True, [C.NOT_YOURS]),
        (may_reverse, {"state": S.REVERSED}, True, [C.NOT_NOW]),
        (may_keep, {}, True, []),
        (may_keep, {}, False, [C.FIELD_MISSING]),
        (may_keep, {"same": True}, True, [C.SAME_PERSON]),
    ],
)
def test_a_reversal_needs_two_people_and_its_reason(rule, facts, said, why):
    """MC6: finance asks, a lead confirms or leaves it."""
    found = rule(Undo("C", said), replace(ASKED, **facts))
    assert codes(found) == why and (found.value is None) is bool(why)


@pytest.mark.parametrize("open_", [True, False])
def test_what_was_committed_is_reserved_again_while_the_request_is_open(open_):
    assert may_reverse(Undo("C", True), replace(ASKED, open=open_)).value == Undone(600, open_, 400)


PAID = ClaimFacts("C-1", S.PAID, False)


@pytest.mark.parametrize(
    ("state", "party", "claims", "why"),
    [
        (RequestState.APPROVED, Party.PARTNER, (), []),
        (RequestState.APPROVED, Party.PARTNER, (PAID, replace(PAID, disputable_until=TODAY)), []),
        (RequestState.APPROVED, Party.PARTNER, (replace(PAID, state=S.DRAFT),), []),
        (
            RequestState.APPROVED,
            Party.PARTNER,
            (PAID, replace(PAID, state=S.SUBMITTED)),
            [C.CLAIM_OPEN],
        ),
        (
            RequestState.APPROVED,
            Party.PARTNER,
            (replace(PAID, state=S.PART_PAID),),
            [C.CLAIM_OPEN],
        ),
        (RequestState.APPROVED, Party.PARTNER, (replace(PAID, pending=True),), [C.CLAIM_OPEN]),
        (RequestState.CLOSED, Party.PARTNER, (PAID,), [C.NOT_NOW]),
        (RequestState.APPROVED, Party.LEAD, (PAID,), [C.NOT_YOURS]),
    ],
)
def test_a_company_closes_its_request_once_every_claim_is_settled(state, party, claims, why):
    found = may_close(Close("R"), CloseFacts(state, party, 250, claims))
    assert codes(found) == why and found.value == (None if why else 250)
