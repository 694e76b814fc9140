"""What the review of a claim may say, what sum it approves, who settles: every reason by table (M4)."""

from dataclasses import replace
from datetime import date

import pytest

from portal.mdf.claim_review_rules import (
    Check,
    ClaimAnswer,
    ClaimCase,
    ClaimReview,
    ClaimYes,
    Judged,
    Shown,
    may_answer_claim,
    may_approve_claim,
    may_check,
)
from portal.mdf.claim_rules import Bill, Cost, Grant, Line
from portal.mdf.review_rules import Reviewer, Yes
from portal.mdf.rules import ClaimState, Party, Verdict
from portal.mdf.rules import MdfCode as C
from portal.mdf.settling_rules import Settle, Settled, SettleFacts, may_settle
from portal.mdf.transitions import Verb

S, V = ClaimState, Verdict
MANAGER, LEAD = Reviewer(Party.CHANNEL), Reviewer(Party.LEAD)
COSTS = (Cost("venue", True), Cost("alcohol", False, {"en": "Not reimbursed."}))
USD = {"currency": "USD"}


def bills(venue: int | None = 950_000, alcohol: int | None = 0) -> tuple[Bill, ...]:
    """mdf.md 2.3: an invoice of 10,000, of which 500 is alcohol; and what was accepted of its lines."""
    lines = (Line(1, "venue", 950_000, venue), Line(2, "alcohol", 50_000, alcohol))
    return (Bill(7, "A-1", "20-1", date(2018, 1, 10), "USD", 1_000_000, "", lines),)


GRANT = Grant("USD", 50, 600_000, COSTS)
FACTS = ClaimReview(
    state=S.SUBMITTED,
    by=MANAGER,
    bills=bills(),
    grant=GRANT,
    documents=(Shown(1, "agenda", V.ACCEPTED), Shown(2, None, V.REFUSED)),
    proofs=("agenda",),
    manager_limit=None,
)


def approve(amount=475_000, **changed):
    return may_approve_claim(ClaimYes("C", amount), replace(FACTS, **changed))


def blocked(decision):
    return [(each.code, each.line) for each in decision.reasons if each.blocks]


def test_the_sum_is_what_was_accepted_at_the_percentage_to_the_cent():
    """mdf.md 2.3: 9,500 eligible at 50 %; what is never paid is told and refuses nothing."""
    found = approve()
    assert (found.value.amount, found.value.final) == (475_000, True)
    assert [each.code for each in found.reasons] == [C.LINE_NOT_ELIGIBLE]


def test_never_more_than_is_reserved_and_the_answer_says_so():
    found = approve(400_000, grant=replace(GRANT, most=400_000))
    assert found.value.amount == 400_000
    assert found.reasons[-1].facts == {"most": 400_000, **USD}


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({"by": Reviewer(Party.CHANNEL, own_company=True)}, [(C.OWN_COMPANY, None)]),
        ({"by": Reviewer(Party.CHANNEL, filed_it=True)}, [(C.FILED_IT, None)]),
        ({"by": Reviewer(Party.CHANNEL, said_yes=True)}, [(C.SAME_PERSON, None)]),
        ({"yes": True}, [(C.SAME_PERSON, None)]),
        ({"by": Reviewer(Party.FINANCE)}, [(C.NOT_YOURS, None)]),
        ({"by": Reviewer(Party.PARTNER)}, [(C.NOT_YOURS, None)]),
        ({"state": S.NEEDS_INFO}, [(C.NOT_NOW, None)]),
        ({"state": S.APPROVED}, [(C.NOT_NOW, None)]),
        ({"bills": bills(None), "state": S.SUBMITTED}, [(C.FIELD_MISSING, "line:1")]),
        (
            {"documents": (Shown(1, "agenda", V.OPEN),), "bills": bills(alcohol=None)},
            [(C.FIELD_MISSING, "document:1")],
        ),
        ({"documents": (Shown(1, "agenda", V.REFUSED),)}, [(C.PROOF_MISSING, None)]),
        ({"documents": (Shown(1, None, V.ACCEPTED),)}, [(C.PROOF_MISSING, None)]),
        ({"bills": bills(0)}, [(C.AMOUNT_NONE, None)]),
        ({"bills": bills(900_000)}, [(C.SUM_CHANGED, None)]),
        ({"grant": replace(GRANT, most=474_999)}, [(C.SUM_CHANGED, None)]),
    ],
)
def test_what_stands_against_a_yes(changed, reasons):
    found = approve(**changed)
    assert found.value is None and blocked(found) == reasons


@pytest.mark.parametrize(
    ("by", "limit", "yeses", "code", "final"),
    [
        (MANAGER, 475_000, (), None, True),
        (MANAGER, 474_999, (), C.SECOND_NEEDED, False),
        (LEAD, 474_999, (), C.SECOND_NEEDED, False),
        (replace(MANAGER, own_limit=500_000), 1, (), None, True),
        (replace(MANAGER, own_limit=1), 500_000, (), C.SECOND_NEEDED, False),
        (LEAD, 1, (Yes(475_000, False),), None, True),
        (MANAGER, 1, (Yes(475_000, True),), None, True),
        (MANAGER, 1, (Yes(475_000, False),), C.ABOVE_LIMIT, None),
        (LEAD, 1, (Yes(474_999, False),), C.ABOVE_LIMIT, None),
    ],
)
def test_above_a_limit_a_second_person_says_yes_as_for_a_request(by, limit, yeses, code, final):
    found = approve(by=by, manager_limit=limit, yeses=yeses)
    assert (found.value.final if found.value else None) is final
    assert (code is None) or code in [each.code for each in found.reasons]
    assert C.ABOVE_LIMIT not in [each.code for each in found.reasons] or final is None


def check(documents=(), lines=(), **changed):
    return may_check(Check("C", documents, lines), replace(FACTS, **changed))


def test_a_verdict_gives_each_line_its_amount_and_terms_refuse_what_is_never_paid():
    lines = (Judged(1, V.ACCEPTED), Judged(2, V.ACCEPTED))
    found = check((Judged(1, V.ACCEPTED),), lines).value
    assert [(one.id, one.accepted) for one in found.lines] == [(1, 950_000), (2, 0)]
    part = check(lines=(Judged(1, V.ACCEPTED, "Sin la cena.", 900_000),)).value
    assert part.lines[0].accepted == 900_000
    assert check(lines=(Judged(1, V.OPEN),)).value.lines[0].accepted is None
    assert check((Judged(99, V.REFUSED),), (Judged(99, V.REFUSED),)).value == Check("C", (), ())


@pytest.mark.parametrize(
    ("documents", "lines", "reasons"),
    [
        ((), (Judged(1, V.REFUSED),), [(C.FIELD_MISSING, "line:1")]),
        ((), (Judged(1, V.ACCEPTED, " ", 949_999),), [(C.FIELD_MISSING, "line:1")]),
        ((), (Judged(1, V.ACCEPTED, "", 950_001),), [(C.ABOVE_ASKED, "line:1")]),
        ((Judged(2, V.REFUSED),), (), [(C.FIELD_MISSING, "document:2")]),
    ],
)
def test_what_is_not_accepted_whole_says_why(documents, lines, reasons):
    found = check(documents, lines)
    assert found.value is None and blocked(found) == reasons


@pytest.mark.parametrize("said", [{"yeses": (Yes(450_000, True),)}, {"yes": True}], ids=str)
def test_after_a_first_yes_a_line_is_taken_for_less_and_never_for_more(said):
    """Else what was said to one line would approve another under the same sum."""
    cut = {"bills": bills(900_000), **said}
    assert blocked(check(lines=(Judged(1, V.ACCEPTED, "Más.", 900_001),), **cut)) == [
        (C.ABOVE_ASKED, "line:1")
    ]
    assert blocked(check(lines=(Judged(1, V.OPEN),), **cut)) == [(C.FIELD_MISSING, "line:1")]
    for less in (900_000, 899_999):
        assert check(lines=(Judged(1, V.ACCEPTED, "Menos.", less),), **cut).value is not None
    whole = Judged(1, V.ACCEPTED)
    assert check(lines=(whole,), bills=bills(900_000)).value is not None, "before any yes it may"


def test_a_verdict_is_for_a_sent_claim_and_its_reviewers():
    assert blocked(check(state=S.APPROVED)) == [(C.NOT_NOW, None)]
    assert blocked(check(by=Reviewer(Party.FINANCE))) == [(C.NOT_YOURS, None)]


@pytest.mark.parametrize(
    ("verb", "said", "fields", "state", "codes"),
    [
        (Verb.CLAIM_ASK, True, ("line:1",), S.NEEDS_INFO, []),
        (Verb.CLAIM_ASK, True, (), None, [C.FIELD_MISSING]),
        (Verb.CLAIM_ASK, True, ("line:9",), None, [C.FIELD_MISSING]),
        (Verb.CLAIM_ASK, False, ("line:1",), None, [C.FIELD_MISSING]),
        (Verb.CLAIM_REJECT, True, (), S.REJECTED, []),
        (Verb.CLAIM_REJECT, False, (), None, [C.FIELD_MISSING]),
    ],
)
def test_a_question_names_what_to_mend_and_a_no_its_reason(verb, said, fields, state, codes):
    case = ClaimCase(S.SUBMITTED, MANAGER, ("line:1",))
    found = may_answer_claim(ClaimAnswer("C", verb, said, fields), case)
    assert (found.value, [each.code for each in found.reasons]) == (state, codes)
    own = replace(case, by=Reviewer(Party.LEAD, own_company=True))
    assert may_answer_claim(ClaimAnswer("C", verb, said, fields), own).refused


DISPUTE = SettleFacts(
    state=S.PAID,
    by=LEAD,
    decided=False,
    disputed=True,
    bills=bills(800_000),
    grant=GRANT,
    approved=400_000,
    manager_limit=None,
)


def settle(accepted=950_000, said=True, **changed):
    return may_settle(Settle("C", 1, accepted, said), replace(DISPUTE, **changed))


@pytest.mark.parametrize(
    ("accepted", "changed", "extra"),
    [
        (950_000, {}, 75_000),
        (800_000, {}, 0),
        (950_000, {"grant": replace(GRANT, most=420_000)}, 20_000),
        (950_000, {"grant": replace(GRANT, most=400_000)}, 0),
        (950_000, {"bills": bills(0), "approved": 0, "state": S.REJECTED}, 475_000),
        (950_000, {"manager_limit": 1}, 75_000),
        (950_000, {"by": MANAGER, "manager_limit": 475_000}, 75_000),
    ],
)
def test_a_second_look_adds_what_the_reserve_still_has(accepted, changed, extra):
    assert settle(accepted, **changed).value == Settled(accepted, extra)


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"decided": True}, [C.SAME_PERSON]),
        ({"disputed": False}, [C.NOT_NOW]),
        ({"said": False}, [C.FIELD_MISSING]),
        ({"state": S.SUBMITTED}, [C.NOT_NOW]),
        ({"by": Reviewer(Party.LEAD, own_company=True)}, [C.OWN_COMPANY]),
        ({"by": Reviewer(Party.LEAD, filed_it=True)}, [C.FILED_IT]),
        ({"by": MANAGER, "manager_limit": 474_999}, [C.ABOVE_LIMIT]),
        ({"accepted": 950_001}, [C.ABOVE_ASKED]),
        ({"accepted": 799_999}, [C.FIELD_MISSING]),
        ({"invoices": {"A-1": None}}, [C.INVOICE_TWICE]),
        ({"files": {"foto.jpg": "C-2"}}, [C.FILE_TWICE]),
    ],
)
def test_what_stands_against_a_second_look(changed, codes):
    found = settle(**changed)
    assert found.value is None and [each.code for each in found.reasons] == codes
