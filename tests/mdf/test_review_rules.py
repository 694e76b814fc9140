"""Who may say yes to a request, up to which amount: every reason by table (M2, M3)."""

from dataclasses import replace
from datetime import date

import pytest

from portal.mdf.review_rules import (
    Answer,
    Approve,
    Approved,
    Case,
    Review,
    Reviewer,
    Yes,
    checks,
    may_answer,
    may_approve,
    nearest_yes,
)
from portal.mdf.rules import MdfCode as C
from portal.mdf.rules import Party, RequestState
from portal.mdf.transitions import Verb

MANAGER, LEAD = Reviewer(Party.CHANNEL), Reviewer(Party.LEAD)
DUE = date(2018, 2, 5)
FACTS = Review(
    state=RequestState.SUBMITTED,
    by=MANAGER,
    fund="fondo",
    registry="norte",
    currency="USD",
    asked=60_00,
    total_cost=160_00,
    percent=50,
    cap=70_00,
    available=100_00,
    manager_limit=None,
    agreement_active=True,
    closed=False,
    requests_from=date(2017, 11, 1),
    requests_until=date(2017, 12, 31),
    today=date(2017, 12, 1),
    due_on=DUE,
)
USD = {"currency": "USD"}


def decide(amount, **changed):
    return may_approve(Approve(amount), replace(FACTS, **changed))


@pytest.mark.parametrize(
    ("amount", "changed", "code", "said"),
    [
        (60_01, {}, C.ABOVE_ASKED, {"most": 60_00, **USD}),
        (40_00, {"cap": 39_00}, C.ABOVE_CAP, {"most": 39_00, **USD}),
        (40_00, {"total_cost": 79_99}, C.ABOVE_SHARE, {"most": 39_99, "percent": 50, **USD}),
        (40_00, {"available": 39_99}, C.ABOVE_AVAILABLE, {"most": 39_99, **USD}),
        (0, {}, C.AMOUNT_NONE, {}),
        (-1, {}, C.AMOUNT_NONE, {}),
        (1, {"agreement_active": False}, C.AGREEMENT_INACTIVE, {"registry": "norte"}),
        (
            *(1, {"closed": True}, C.FUND_CLOSED),
            {"fund": "fondo", "from": "2017-11-01", "until": "2017-12-31"},
        ),
        (1, {"today": date(2018, 2, 6)}, C.CLAIM_LATE, {"due": "2018-02-05"}),
        (1, {"by": replace(MANAGER, own_company=True)}, C.OWN_COMPANY, {}),
        (1, {"by": replace(MANAGER, filed_it=True)}, C.FILED_IT, {}),
        (1, {"by": replace(MANAGER, said_yes=True)}, C.SAME_PERSON, {}),
        (1, {"by": Reviewer(Party.PARTNER)}, C.NOT_YOURS, {}),
        (1, {"by": Reviewer(Party.FINANCE)}, C.NOT_YOURS, {}),
        (1, {"state": RequestState.APPROVED}, C.NOT_NOW, {"state": "approved"}),
        (1, {"state": RequestState.NEEDS_INFO}, C.NOT_NOW, {"state": "needs_info"}),
    ],
)
def test_each_reason_against_a_yes_alone(amount, changed, code, said):
    found = decide(amount, **changed)
    assert found.value is None and [(each.code, each.facts) for each in found.reasons] == [
        (code, said)
    ]


def test_all_reasons_are_told_at_once():
    by = replace(MANAGER, own_company=True, filed_it=True, said_yes=True)
    found = decide(90_00, by=by, agreement_active=False, available=0, manager_limit=5)
    assert [each.code for each in found.reasons] == [
        *(C.OWN_COMPANY, C.FILED_IT, C.SAME_PERSON, C.AGREEMENT_INACTIVE),
        *(C.ABOVE_ASKED, C.ABOVE_CAP, C.ABOVE_SHARE, C.ABOVE_AVAILABLE),
    ]


BY_MANAGER, BY_LEAD = (Yes(50_00, False),), (Yes(50_00, True),)
ENDORSED, FINAL, REFUSED = "endorsed", "final", "refused"


@pytest.mark.parametrize(
    ("by", "own", "limit", "yeses", "amount", "answer", "alone"),
    [
        (MANAGER, None, None, (), 60_00, FINAL, 60_00),  # no limit anywhere
        (MANAGER, None, 20_00, (), 20_00, FINAL, 20_00),  # up to the fund's
        (MANAGER, None, 20_00, (), 20_01, ENDORSED, 20_00),  # above it a first yes
        (MANAGER, 10_00, 20_00, (), 20_00, ENDORSED, 10_00),  # one's own is less
        (MANAGER, 30_00, 20_00, (), 30_00, FINAL, 30_00),  # or more
        (MANAGER, 0, None, (), 1, ENDORSED, None),  # nothing alone
        (MANAGER, None, 20_00, BY_MANAGER, 50_00, REFUSED, 20_00),  # one of the two is a lead
        (MANAGER, None, 20_00, BY_LEAD, 50_00, FINAL, 50_00),
        (MANAGER, None, 20_00, BY_LEAD, 50_01, REFUSED, 50_00),  # both said yes to as much
        (LEAD, None, 20_00, (), 20_01, ENDORSED, 20_00),  # a lead alone is one person, too
        (LEAD, None, 20_00, BY_MANAGER, 50_00, FINAL, 50_00),
        (LEAD, None, 20_00, BY_MANAGER, 50_01, REFUSED, 50_00),
        (LEAD, None, None, (), 60_00, FINAL, 60_00),
    ],
)
def test_who_says_yes_alone_and_who_with_another(by, own, limit, yeses, amount, answer, alone):
    """M3: personal limits, the lead above them, two different persons above the fund's."""
    facts = replace(FACTS, by=replace(by, own_limit=own), manager_limit=limit, yeses=yeses)
    found = may_approve(Approve(amount), facts)
    codes = [each.code for each in found.reasons]
    if answer == REFUSED:
        assert (found.value, codes) == (None, [C.ABOVE_LIMIT])
        assert found.reasons[0].facts == {"most": alone, "currency": "USD"}
    else:
        final = answer == FINAL
        assert found.value == Approved(amount, final, DUE if final else None)
        assert codes == ([] if final else [C.SECOND_NEEDED])
    assert nearest_yes(facts) == alone


@pytest.mark.parametrize(
    ("changed", "nearest"),
    [
        ({}, 60_00),
        ({"cap": 55_00}, 55_00),
        ({"total_cost": 99_99}, 49_99),
        ({"available": 12_34}, 12_34),
        ({"available": 0}, None),
        ({"agreement_active": False}, None),
        ({"by": replace(MANAGER, said_yes=True)}, None),
    ],
)
def test_the_nearest_yes_is_the_largest_there_is(changed, nearest):
    facts = replace(FACTS, **changed)
    assert nearest_yes(facts) == nearest
    if nearest is not None and nearest < 60_00:
        assert may_approve(Approve(nearest + 1), facts).refused


def test_what_stands_against_any_yes_is_known_before_an_amount():
    assert checks(FACTS) == ()
    assert [each.code for each in checks(replace(FACTS, closed=True))] == [C.FUND_CLOSED]
    draft = replace(FACTS, state=RequestState.DRAFT, closed=True)
    assert [each.code for each in checks(draft)] == [C.NOT_NOW]


CASE = Case(RequestState.SUBMITTED, MANAGER)


@pytest.mark.parametrize(
    ("wish", "case", "codes", "state"),
    [
        (Answer(Verb.ASK, True, ("title",)), CASE, [], RequestState.NEEDS_INFO),
        (Answer(Verb.ASK, True), CASE, [C.FIELD_MISSING], None),
        (Answer(Verb.ASK, False, ("partner_id",)), CASE, [C.FIELD_MISSING] * 2, None),
        (Answer(Verb.REJECT, True), CASE, [], RequestState.REJECTED),
        (Answer(Verb.REJECT, False), CASE, [C.FIELD_MISSING], None),
        (Answer(Verb.DECLINE, True), CASE, [], RequestState.DECLINED),
        (Answer(Verb.DECLINE, True), Case(RequestState.DECLINED, LEAD), [C.NOT_NOW], None),
        (
            Answer(Verb.ASK, True, ("title",)),
            *(replace(CASE, by=Reviewer(Party.PARTNER)), [C.NOT_YOURS], None),
        ),
        (
            Answer(Verb.DECLINE, True),
            *(replace(CASE, by=replace(MANAGER, own_company=True)), [C.OWN_COMPANY], None),
        ),
    ],
)
def test_a_question_or_a_no_has_its_words(wish, case, codes, state):
    found = may_answer(wish, case)
    assert [each.code for each in found.reasons] == codes
    assert (found.value.state if found.value else None) is state
