"""Promised beside real, and whose turn it is: pure, by table; and what is offered is allowed (M5)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from portal.mdf.actions import COPY, WAYS
from portal.mdf.course import Line, Turn, Waiting, told, turns
from portal.mdf.rules import ClaimState, Party, RequestState
from portal.mdf.transitions import STEPS, Verb

R, S, P, V = RequestState, ClaimState, Party, Verb
DAY = date(2017, 12, 1)
BY = date(2017, 12, 4)


def _line(verb: Verb, party: Party, on: int = 1, **more: Any) -> Line:
    moment = datetime(2017, 12, on, 17, tzinfo=UTC)
    given: dict[str, Any] = {
        **dict.fromkeys(("person", "turn", "promised_on", "amount", "decision", "claim")),
        "note": "",
        "fields": (),
        **more,
    }
    return Line(verb=verb, party=party, at=moment, on=moment.date(), **given)


SENT = _line(V.SUBMIT, P.PARTNER, turn=P.CHANNEL, promised_on=BY)


@pytest.mark.parametrize(
    ("after", "promised", "late"),
    [
        ((_line(V.APPROVE, P.CHANNEL, 4),), BY, 0),
        ((_line(V.APPROVE, P.CHANNEL, 6),), BY, 2),
        ((_line(V.DECLINE, P.LEAD, 5),), BY, 1),  # the lead is of the same side
        ((_line(V.WITHDRAW, P.PARTNER, 6),), None, 0),  # not theirs to keep
        ((_line(V.ENDORSE, P.CHANNEL, 6, turn=P.LEAD), _line(V.APPROVE, P.LEAD, 7)), BY, 3),
        ((_line(V.CLAIM_APPROVE, P.CHANNEL, 9, claim="C"),), None, 0),
        ((_line(V.ASK, P.CHANNEL, 3), _line(V.SUBMIT, P.PARTNER, 9)), None, 0),
    ],
)
def test_the_step_that_ends_a_turn_stands_beside_the_day_promised_for_it(
    after: tuple[Line, ...], promised: date | None, late: int
) -> None:
    last = told([SENT, *after])[-1]
    assert (last.promised, last.late) == (promised, late)


@pytest.mark.parametrize(
    ("state", "wanted", "claims", "expected"),
    [
        (R.DRAFT, False, (), [("partner", None)]),
        (R.SUBMITTED, False, (), [("channel", None)]),
        (R.APPROVED, False, (), [("partner", None)]),
        (R.APPROVED, True, (), [("channel", None)]),
        (R.APPROVED, False, ((S.DRAFT, False),), [("partner", "C0")]),
        (R.APPROVED, False, ((S.SUBMITTED, False),), [("channel", "C0")]),
        (R.APPROVED, False, ((S.APPROVED, False),), [("finance", "C0")]),
        (R.APPROVED, False, ((S.PAID, True),), [("lead", "C0")]),
        (
            *(R.APPROVED, False, ((S.PART_PAID, False), (S.NEEDS_INFO, False))),
            [("finance", "C0"), ("partner", "C1")],
        ),
        (R.APPROVED, False, ((S.PAID, False),), [("partner", None)]),
        (R.EXPIRED, False, ((S.DRAFT, False),), []),
        (R.EXPIRED, False, ((S.APPROVED, False),), [("finance", "C0")]),
        *((state, False, (), []) for state in (R.DECLINED, R.WITHDRAWN, R.CANCELLED, R.CLOSED)),
    ],
)
def test_whose_turn_it_is_follows_from_the_request_and_its_claims(
    state: RequestState,
    wanted: bool,
    claims: tuple[tuple[ClaimState, bool], ...],
    expected: list[tuple[str, str | None]],
) -> None:
    waiting = [
        Waiting(f"C{place}", claim, BY, reversal) for place, (claim, reversal) in enumerate(claims)
    ]
    found = turns(state, BY, BY, wanted, (), waiting)
    assert [(turn.party.value, turn.claim) for turn in found] == expected


def test_after_a_first_yes_it_is_the_turn_of_the_second() -> None:
    first = _line(V.ENDORSE, P.CHANNEL, turn=P.LEAD)
    (found,) = turns(R.SUBMITTED, None, BY, False, [SENT, first], ())
    assert (found.party, found.by) == (P.LEAD, BY)


def test_a_turn_is_late_by_the_days_since_it_was_promised() -> None:
    turn = Turn(P.CHANNEL, BY, None)
    assert [turn.late(DAY + timedelta(days=each)) for each in (0, 3, 4, 9)] == [0, 0, 1, 6]
    assert Turn(P.CHANNEL, None, None).late(DAY) == 0


def test_every_way_offered_is_a_page_and_a_step_of_the_table(app: Flask) -> None:
    for way in (*WAYS, COPY):
        assert f"site.mdf.{way.view}" in app.view_functions, way.view
    assert {way.verb for way in WAYS} <= set(STEPS)
