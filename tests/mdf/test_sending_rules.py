"""Whether a claim may be begun, sent and disputed: every reason, and the date that counts (M4)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.mdf.claim_rules import Bill, Cost, Grant, Line
from portal.mdf.rules import ClaimState, MdfCode, Party, RequestState
from portal.mdf.sending_rules import (
    BeginFacts,
    ClaimWish,
    DisputeFacts,
    Paper,
    Sending,
    SendingFacts,
    invoice_keys,
    may_begin,
    may_dispute,
    may_submit,
)

C, S, R = MdfCode, ClaimState, RequestState
APPROVED, TODAY, DUE = date(2017, 12, 1), date(2018, 1, 20), date(2018, 2, 5)
BILL = Bill(7, "F-1", "30-1", date(2017, 12, 22), "USD", 1000, "", (Line(1, "venue", 1000),))
PAPERS = (
    Paper("a", "factura.pdf", "aa", None, 7),
    Paper("b", "agenda.pdf", "bb", "agenda", None),
)
ROOM = Grant("USD", 50, 9000, (Cost("venue", True),))
SENT = Sending("C-1", (BILL,), PAPERS, {"attendees": 0}, True)
FACTS = SendingFacts(
    on=TODAY,
    party=Party.PARTNER,
    state=S.DRAFT,
    request=R.APPROVED,
    sent_before=False,
    approved_on=APPROVED,
    due_on=DUE,
    grant=Grant("USD", 50, 600, (Cost("venue", True),)),
    proofs=("agenda",),
    metrics=("attendees",),
    invoices={},
    files={},
)


def said(asked: Sending, facts: SendingFacts) -> list[str]:
    decision = may_submit(asked, facts)
    assert decision.refused == (decision.value is None)
    return [each.code for each in decision.reasons]


def billed(**changed: object) -> Sending:
    return replace(SENT, bills=(replace(BILL, **changed),))


def test_what_lacks_nothing_is_sent_with_its_sum() -> None:
    decision = may_submit(SENT, FACTS)
    assert decision.value and decision.value.amount == 500 and not decision.reasons


@pytest.mark.parametrize(
    ("asked", "changed", "codes"),
    [
        (replace(SENT, bills=(), papers=()), {}, [C.INVOICE_MISSING, C.PROOF_MISSING]),
        (replace(SENT, papers=PAPERS[1:]), {}, [C.PROOF_MISSING]),
        (replace(SENT, outcome={}), {}, [C.FIELD_MISSING]),
        (billed(currency="EUR"), {}, [C.RATE_MISSING]),
        (billed(issued_on=APPROVED), {}, []),
        (billed(issued_on=APPROVED - timedelta(days=1)), {}, [C.INVOICE_DATE]),
        (billed(issued_on=TODAY), {}, []),
        (billed(issued_on=TODAY + timedelta(days=1)), {}, [C.INVOICE_DATE]),
        (SENT, {"on": DUE}, []),
        (SENT, {"on": DUE + timedelta(days=1)}, [C.CLAIM_LATE]),
        (SENT, {"on": DUE + timedelta(days=9), "sent_before": True, "state": S.NEEDS_INFO}, []),
        (SENT, {"state": S.SUBMITTED}, [C.NOT_NOW]),
        (SENT, {"party": Party.CHANNEL}, [C.NOT_YOURS]),
        (SENT, {"request": R.EXPIRED}, [C.NOT_NOW]),
        (SENT, {"invoices": {"7": None}}, [C.INVOICE_TWICE]),
        (
            replace(SENT, bills=(BILL, replace(BILL, number="f 1"))),
            {"grant": ROOM},
            [C.INVOICE_TWICE],
        ),
        (SENT, {"files": {"bb": "C-0"}}, [C.FILE_TWICE]),
        (billed(lines=()), {}, [C.AMOUNT_NONE]),
        (billed(lines=(Line(1, "wine", 9),)), {}, [C.AMOUNT_NONE, C.LINE_NOT_ELIGIBLE]),
        (SENT, {"grant": replace(FACTS.grant, most=400)}, [C.ABOVE_RESERVE]),
        (
            replace(SENT, bills=(), papers=(), outcome={}),
            {"on": DUE + timedelta(days=1), "state": S.WITHDRAWN},
            [C.NOT_NOW, C.CLAIM_LATE, C.INVOICE_MISSING, C.PROOF_MISSING, C.FIELD_MISSING],
        ),
    ],
)
def test_every_reason_is_said_at_once(
    asked: Sending, changed: dict[str, object], codes: list[str]
) -> None:
    assert said(asked, replace(FACTS, **changed)) == codes


def test_the_reason_says_from_which_day_to_which_an_invoice_may_be_dated() -> None:
    [late] = may_submit(billed(issued_on=DUE), FACTS).reasons
    assert late.facts == {"invoice": "F-1", "from": "2017-12-01", "until": "2018-01-20"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("F001-00000123", "f001 - 123", True),
        ("F001-00000123", "F00100000123", True),
        ("Ｆ００１－１２３", "F001/123", True),
        ("A\u200b-1\u00a02", "A12", True),
        ("000123", "123", True),
        ("١٢٣", "123", True),
        ("É-1", "E1", True),
        ("\u0410\u0421-1", "ac 1", True),
        ("A-10", "A-1", False),
        ("A-1", "B-1", False),
        ("1-0", "1", False),
    ],
)
def test_an_invoice_is_known_again_whoever_typed_it(one: str, other: str, same: bool) -> None:
    first, second = (set(invoice_keys(replace(BILL, number=number))) for number in (one, other))
    assert bool(first & second) is same


@pytest.mark.parametrize("changed", [{"tax_id": "30-2"}, {"amount": 1001}], ids=str)
def test_another_issuer_or_amount_is_another_invoice(changed: dict[str, object]) -> None:
    other = replace(BILL, **changed)
    assert not set(invoice_keys(BILL)) & set(invoice_keys(other))
    assert set(invoice_keys(BILL)) & set(invoice_keys(replace(BILL, tax_id="30.1 ")))


@pytest.mark.parametrize(
    ("currency", "amount", "same"),
    [("EUR", 1000, True), ("JPY", 10, True), ("KWD", 10_000, True), ("JPY", 1000, False)],
)
def test_the_same_figure_in_another_currency_is_the_same_invoice(
    currency: str, amount: int, same: bool
) -> None:
    """mdf.md 2.7: issuer, number and amount; else a rate makes more of what was claimed already."""
    other = replace(BILL, currency=currency, amount=amount)
    assert bool(set(invoice_keys(BILL)) & set(invoice_keys(other))) is same


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"request": R.EXPIRED}, [C.NOT_NOW]),
        ({"party": Party.LEAD}, [C.NOT_YOURS]),
        ({"on": DUE + timedelta(days=1)}, [C.CLAIM_LATE]),
        ({"open": "C-1", "reserved": 0}, [C.CLAIM_OPEN, C.ABOVE_APPROVED]),
    ],
)
def test_a_claim_is_begun_in_time_and_while_money_is_held(
    changed: dict[str, object], codes: list[str]
) -> None:
    facts = BeginFacts(TODAY, Party.PARTNER, R.APPROVED, DUE, 1, "USD", None)
    decision = may_begin(ClaimWish("R-1"), replace(facts, **changed))
    assert [each.code for each in decision.reasons] == codes


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"state": S.REJECTED, "counted": 0}, []),
        ({"state": S.SUBMITTED}, [C.NOT_NOW]),
        ({"counted": 100}, [C.NOT_NOW]),
        ({"decided_on": None}, [C.NOT_NOW]),
        ({"eligible": False, "counted": 0}, [C.LINE_NOT_ELIGIBLE, C.NOT_NOW]),
        ({"disputed": True}, [C.LINE_DISPUTED]),
        ({"request": R.CLOSED}, [C.NOT_NOW]),
        ({"on": TODAY + timedelta(days=30)}, []),
        ({"on": TODAY + timedelta(days=31)}, [C.DISPUTE_LATE]),
        ({"party": Party.CHANNEL}, [C.NOT_YOURS]),
    ],
)
def test_a_line_is_disputed_once_in_time_where_not_all_was_taken(
    changed: dict[str, object], codes: list[str]
) -> None:
    facts = DisputeFacts(TODAY, Party.PARTNER, S.APPROVED, TODAY, "venue", True, 100, 40, False)
    decision = may_dispute(ClaimWish("C-1", 3), replace(facts, **changed))
    assert [each.code for each in decision.reasons] == codes
