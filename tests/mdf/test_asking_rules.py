"""Whether a fund may be asked (M1, M3), what it promises then, and the nearest yes: the rule by table."""

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest

from portal.mdf.asking_rules import ActivityTerms, Ask, AskFacts, FundFacts, may_ask, may_send, most
from portal.mdf.nearest import Change, nearest_yes
from portal.mdf.rules import MdfCode as C
from portal.mdf.rules import Party, RequestState
from portal.store.decisions import as_json

DAY = date(2017, 12, 1)
EVENT = ActivityTerms("event", 50, 8_000_00, ("agenda", "photos"))
CTL = FundFacts(
    fund="ctl",
    registry="centurylink",
    currency="USD",
    active=True,
    emptied=False,
    own=5_000_00,
    terms=1,
    requests_from=date(2017, 11, 1),
    requests_until=date(2017, 12, 31),
    activity_from=date(2017, 11, 1),
    activity_until=date(2018, 3, 31),
    claims_until=date(2018, 5, 1),
    claim_days=45,
    lead_days=7,
    review_days=3,
    pay_days=30,
    activities=(EVENT,),
)
L3 = replace(CTL, fund="l3", registry="level3", own=0, emptied=True)
POOL = replace(CTL, fund="pool", own=None)
ASK = Ask("ctl", DAY, "event", date(2017, 12, 20), date(2017, 12, 22), 3_000_00, "USD", 6_000_00)


def codes(ask: Ask, *funds: FundFacts) -> list[C]:
    return [C(each.code) for each in may_ask(ask, AskFacts(funds or (CTL,))).reasons]


def test_a_yes_says_what_is_promised_and_owed() -> None:
    """M3, M4: by when decided, the day the claim is due, when the money is to be expected."""
    offer = may_ask(ASK, AskFacts((CTL,))).value
    assert offer is not None
    assert (offer.amount, offer.percent, offer.least_cost) == (3_000_00, 50, 6_000_00)
    assert offer.decided_by == date(2017, 12, 4)
    assert offer.due_on == date(2018, 2, 5)
    assert offer.paid_by == date(2018, 1, 24)
    assert offer.proofs == ("agenda", "photos")
    late = may_ask(replace(ASK, ends_on=date(2018, 3, 31)), AskFacts((CTL,))).value
    assert late is not None and late.due_on == CTL.claims_until


@pytest.mark.parametrize(
    ("changed", "fund", "expected"),
    [
        ({}, {"requests_until": date(2017, 11, 30)}, [C.FUND_CLOSED]),
        ({}, {"requests_until": DAY}, []),
        ({"currency": "MXN"}, {}, [C.CURRENCY_OTHER]),
        ({}, {"active": False}, [C.AGREEMENT_INACTIVE]),
        ({"activity": "opera"}, {}, [C.ACTIVITY_UNKNOWN]),
        ({"ends_on": date(2017, 12, 19)}, {}, [C.DATES_ORDER]),
        ({"ends_on": date(2018, 4, 1)}, {}, [C.OUTSIDE_WINDOW]),
        ({"starts_on": date(2017, 12, 7)}, {}, [C.TOO_SOON]),
        ({"starts_on": date(2017, 12, 8)}, {}, []),
        ({"amount": 0}, {}, [C.AMOUNT_NONE]),
        ({"amount": None}, {}, [C.AMOUNT_NONE]),
        ({"amount": 9_000_00, "total_cost": None}, {"own": None}, [C.ABOVE_CAP]),
        ({"total_cost": 5_999_99}, {}, [C.ABOVE_SHARE]),
        ({"total_cost": None}, {}, []),
        ({}, {"own": 2_999_99}, [C.ABOVE_ALLOCATION]),
        ({}, {"own": 0}, [C.ABOVE_ALLOCATION]),
        ({"missing": ("title", "outcome")}, {}, [C.FIELD_MISSING, C.FIELD_MISSING]),
        ({"starts_on": None, "missing": ("starts_on",)}, {}, [C.FIELD_MISSING]),
        (
            {"amount": 9_000_00, "starts_on": date(2017, 12, 2), "activity": "event"},
            {},
            [C.TOO_SOON, C.ABOVE_CAP, C.ABOVE_SHARE, C.ABOVE_ALLOCATION],
        ),
    ],
)
def test_every_reason_against_it_is_told_in_order(
    changed: dict[str, Any], fund: dict[str, Any], expected: list[C]
) -> None:
    assert codes(replace(ASK, **changed), replace(CTL, **fund)) == expected


def test_a_fund_that_is_fully_allocated_says_so_before_anything_else_and_names_another() -> None:
    """M1, Q14."""
    asked = replace(ASK, fund="l3", activity="opera", amount=None)
    reasons = may_ask(asked, AskFacts((L3, CTL))).reasons
    assert reasons[0].code == C.FULLY_ALLOCATED and reasons[0].rule == "M1"
    assert reasons[0].facts == {"fund": "l3", "other": "ctl"}
    assert C.ABOVE_ALLOCATION not in [each.code for each in reasons]


@pytest.mark.parametrize(
    "changed",
    [
        {"active": False},
        {"emptied": True},
        {"own": 0},
        {"requests_from": date(2018, 1, 1)},
    ],
)
def test_only_a_fund_that_can_be_asked_is_named_instead(changed: dict[str, Any]) -> None:
    facts = AskFacts((L3, replace(CTL, **changed)))
    assert may_ask(replace(ASK, fund="l3"), facts).reasons[0].facts["other"] is None


def test_the_fund_named_instead_is_first_one_that_says_yes() -> None:
    narrow = replace(CTL, fund="narrow", activities=())
    facts = AskFacts((L3, narrow, CTL))
    assert may_ask(replace(ASK, fund="l3"), facts).reasons[0].facts["other"] == "ctl"


def test_a_pool_is_no_oracle() -> None:
    """No amount, however often asked, tells what others have left: only that nothing is."""
    for amount in (1, 3_000_00, 7_999_99):
        ask = replace(ASK, fund="pool", amount=amount, total_cost=None)
        assert codes(ask, POOL) == []
        assert codes(ask, replace(POOL, emptied=True)) == [C.FULLY_ALLOCATED]
        stored = as_json(AskFacts((POOL,)))["funds"][0]
        assert stored["own"] is None and "balance" not in stored
    assert most(replace(ASK, fund="pool", total_cost=None), POOL) == EVENT.cap


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"starts_on": date(2017, 12, 2)}, (Change.START, "2017-12-08", 3_000_00)),
        ({"ends_on": date(2017, 12, 1)}, (Change.START, "2017-12-20", 3_000_00)),
        (
            {"starts_on": date(2018, 4, 2), "ends_on": date(2018, 4, 5)},
            (Change.START, "2018-03-28", 3_000_00),
        ),
        ({"total_cost": 5_000_00}, (Change.AMOUNT, "2017-12-20", 2_500_00)),
        ({"amount": 6_000_00, "total_cost": None}, (Change.AMOUNT, "2017-12-20", 5_000_00)),
        (
            {"amount": 6_000_00, "starts_on": date(2017, 12, 2), "total_cost": None},
            (Change.ALL, "2017-12-08", 5_000_00),
        ),
    ],
)
def test_the_nearest_yes_is_the_rule_asked_again_with_one_thing_changed(
    changed: dict[str, Any], expected: tuple[Change, str, int]
) -> None:
    ask, facts = replace(ASK, **changed), AskFacts((CTL,))
    assert may_ask(ask, facts).refused
    (way,) = nearest_yes(ask, facts)
    assert way.ask.starts_on is not None
    assert (way.change, way.ask.starts_on.isoformat(), way.ask.amount) == expected
    assert may_ask(way.ask, facts).value == way.offer


def test_another_fund_is_a_nearest_yes_and_nothing_is_one_where_nothing_helps() -> None:
    (way,) = nearest_yes(replace(ASK, fund="l3"), AskFacts((L3, CTL)))
    assert (way.change, way.ask.fund) == (Change.FUND, "ctl")
    assert nearest_yes(ASK, AskFacts((replace(CTL, active=False),))) == ()
    assert nearest_yes(replace(ASK, activity=None), AskFacts((CTL,))) == ()


def test_a_request_is_sent_only_from_where_the_table_lets_it() -> None:
    def sent(state: RequestState, party: Party = Party.PARTNER) -> list[str]:
        return [each.code for each in may_send(ASK, AskFacts((CTL,), state, party)).reasons]

    for state in RequestState:
        open_ = state in {RequestState.DRAFT, RequestState.NEEDS_INFO, RequestState.REJECTED}
        assert sent(state) == ([] if open_ else [C.NOT_NOW]), state
    assert sent(RequestState.DRAFT, Party.FINANCE) == [C.NOT_YOURS]


def test_what_is_kept_decides_again_the_same() -> None:
    facts = AskFacts((CTL, L3, POOL), RequestState.DRAFT, Party.CHANNEL)
    again = msgspec.convert(as_json(facts), AskFacts)
    asked = msgspec.convert(as_json(ASK), Ask)
    assert (asked, again) == (ASK, facts) and may_send(asked, again) == may_send(ASK, facts)
