"""Time acts by itself: reminders, expiry and closing, once, whatever the clock and the worker do (M4)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.mdf import time
from portal.mdf.claim_models import Claim, ClaimLine, Reminder
from portal.mdf.idle import idle
from portal.mdf.models import FundRequest, TimelineStep
from portal.mdf.rules import REMINDERS, Cause, ClaimState, RequestState
from portal.mdf.time_rules import ClaimFacts, Fate, TimeFacts, claim_due, fate, reminder
from portal.mdf.transitions import Verb
from portal.store.db import atomic, db
from portal.store.decisions import StoredDecision, replay
from portal.store.ledger import LedgerTransfer
from portal.store.outbox import Mail
from portal.web.jobs import TIMETABLE
from tests.companies.cast import actor
from tests.mdf.claim_world import make_claim
from tests.mdf.world import DUE, allot, explained, make_fund, make_request
from tests.people import CHANNEL, CHANNEL_L3, NORTE, SUR

R, S = RequestState, ClaimState
EXPIRE, CLOSE = Verb.EXPIRE, Verb.CLOSE
LATE, UNDER = Cause.RELEASED_EXPIRED, Cause.RELEASED_UNDER_CLAIMED
DAY = timedelta(days=1)


def _claim(state: ClaimState, final: bool = False, **more: Any) -> ClaimFacts:
    return ClaimFacts("C1", state, final, **more)


def test_a_claim_is_due_so_many_days_after_and_never_after_the_funds_last() -> None:
    assert claim_due(date(2017, 12, 22), 45, date(2018, 5, 15)) == date(2018, 2, 5)
    assert claim_due(date(2018, 4, 20), 45, date(2018, 5, 15)) == date(2018, 5, 15)


@pytest.mark.parametrize(
    ("left", "sent", "told"),
    [
        (31, (), None),
        (30, (), 30),
        (29, (30,), None),
        (14, (30,), 14),
        (10, (), 14),  # slept over 30 and 14: the nearest, once
        (3, (30,), 7),
        (1, (30, 14, 7), 1),
        (0, (30, 14, 7), 1),
        (0, (1,), None),
        (-1, (), None),
        (20, (14,), None),  # the clock was set back
    ],
)
def test_reminders_go_out_30_14_7_and_1_days_before(
    left: int, sent: tuple[int, ...], told: int | None
) -> None:
    assert reminder(DUE, DUE - left * DAY, sent) == told


@pytest.mark.parametrize(
    ("days", "reserved", "claims", "answer"),
    [
        (0, 5, (), None),  # the last day is a day
        (1, 5, (), (EXPIRE, 5, LATE)),
        (1, 5, (_claim(S.DRAFT),), (EXPIRE, 5, LATE)),
        (1, 5, (_claim(S.SUBMITTED),), None),
        (1, 5, (_claim(S.NEEDS_INFO),), None),
        (1, 5, (_claim(S.REJECTED, disputable_until=DUE),), (EXPIRE, 5, LATE)),
        (1, 5, (_claim(S.REJECTED, disputable_until=DUE + DAY),), None),
        (1, 5, (_claim(S.WITHDRAWN, final=True),), (EXPIRE, 5, LATE)),
        (1, 5, (_claim(S.REVERSED),), (EXPIRE, 5, LATE)),
        (1, 5, (_claim(S.APPROVED),), (EXPIRE, 5, LATE)),
        (1, 0, (_claim(S.APPROVED),), None),  # all is claimed: it waits for its money
        (1, 5, (_claim(S.PAID), _claim(S.SUBMITTED)), None),
        (1, 5, (_claim(S.PAID),), (CLOSE, 5, LATE)),
        (1, 5, (_claim(S.PAID, final=True),), (CLOSE, 5, UNDER)),
        (-9, 5, (_claim(S.PAID),), None),  # the rest may still be claimed
        (-9, 0, (_claim(S.PAID),), (CLOSE, 0, LATE)),
        (-9, 5, (_claim(S.PAID, final=True),), (CLOSE, 5, UNDER)),
        (-9, 5, (_claim(S.PART_PAID, final=True),), None),
        (-9, 5, (_claim(S.PAID, final=True, pending=True),), None),
        (-9, 5, (_claim(S.PAID, final=True, disputable_until=DUE),), None),
        (-9, 5, (_claim(S.WITHDRAWN, final=True),), None),
    ],
)
def test_what_is_not_claimed_by_its_day_returns_and_what_is_paid_closes(
    days: int, reserved: int, claims: tuple[ClaimFacts, ...], answer: tuple[Any, ...] | None
) -> None:
    found = fate(TimeFacts(DUE, DUE + days * DAY, reserved, claims))
    assert found.value == (Fate(*answer) if answer else None)
    assert found.reasons == ()


@pytest.fixture
def fund(demo: Flask) -> int:
    made = make_fund(budget=1_000_00)
    allot(made, "norte", 500_00)
    return made


def _noon(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 17, tzinfo=UTC)


def _steps(ref: str) -> list[Verb]:
    query = (
        select(TimelineStep.verb)
        .join(FundRequest, FundRequest.id == TimelineStep.request_id)
        .where(FundRequest.ref == ref)
        .order_by(TimelineStep.id)
    )
    return list(db.session().scalars(query))


def _state(ref: str) -> RequestState:
    db.session.rollback()
    return db.session().scalars(select(FundRequest.state).where(FundRequest.ref == ref)).one()


def _released() -> list[tuple[str, int]]:
    query = select(LedgerTransfer.cause, LedgerTransfer.amount).where(
        LedgerTransfer.cause.like("released.%")
    )
    return [(row[0], row[1]) for row in db.session().execute(query)]


def test_a_request_nobody_claims_on_expires_once_and_all_of_it_returns(fund: int) -> None:
    """M4: by itself, a draft of a claim or not; again, it does nothing."""
    ref = make_request(fund, state=R.APPROVED)
    make_claim(ref, S.DRAFT)
    time.work(_noon(DUE))
    assert _state(ref) is R.APPROVED
    for _again in range(2):
        time.work(_noon(DUE + DAY))
    time.work(_noon(DUE - 9 * DAY))
    assert _state(ref) is R.EXPIRED and _steps(ref).count(EXPIRE) == 1
    assert _released() == [("released.expired", 15_00)]
    key = db.session().scalars(select(LedgerTransfer.key).where(LedgerTransfer.cause == LATE.value))
    assert list(key) == [f"expire:{ref}:{DUE}#0"]
    stored = (
        db.session().scalars(select(StoredDecision).where(StoredDecision.kind == time.FATE)).one()
    )
    assert replay(stored).same and stored.facts["reserved"] == 15_00
    told = {
        mail.to_address
        for mail in db.session().scalars(select(Mail))
        if mail.context["verb"] == "expired"
    }
    assert {NORTE, CHANNEL} <= told and SUR not in told and CHANNEL_L3 not in told
    explained()


def test_a_claim_under_review_keeps_the_reserve_until_it_is_decided(fund: int) -> None:
    ref = make_request(fund, state=R.APPROVED)
    claim = make_claim(ref, S.SUBMITTED)
    time.work(_noon(DUE + 10 * DAY))
    assert _state(ref) is R.APPROVED and _released() == []
    with atomic() as session:
        row = session.scalars(select(Claim).where(Claim.ref == claim)).one()
        row.state = S.REJECTED
    time.work(_noon(DUE + 11 * DAY))
    assert _state(ref) is R.EXPIRED


def test_the_last_claim_paid_closes_it_once_nothing_can_be_disputed(fund: int) -> None:
    """The rest returns as what was claimed less."""
    ref = make_request(fund, state=R.APPROVED)
    make_claim(ref, S.PAID, lines=[("venue", 20_00)], approved=8_00)
    with atomic() as session:
        for line in session.scalars(select(ClaimLine)):
            line.accepted = 16_00
    today = clock.today()
    time.work(_noon(today + 30 * DAY))
    assert _state(ref) is R.APPROVED, "the line that was cut may still be disputed"
    time.work(_noon(today + 31 * DAY))
    assert _state(ref) is R.CLOSED and _released() == [("released.under_claimed", 7_00)]
    explained()


def test_a_worker_that_slept_sends_the_nearest_reminder_once(fund: int) -> None:
    ref = make_request(fund, state=R.APPROVED)
    for left in (40, 30, 30, 29, 10, 10, 20, 8, 1, 0):
        time.work(_noon(DUE - left * DAY))
    db.session.rollback()
    sent = select(Reminder.days).order_by(Reminder.days.desc())
    assert list(db.session().scalars(sent)) == [30, 14, 1]
    assert set(REMINDERS) > {30, 14, 1}, "of 7 days before, it slept"
    assert _steps(ref).count(Verb.REMIND) == 3
    mails = [one for one in db.session().scalars(select(Mail)) if one.context["verb"] == "reminded"]
    assert {one.to_address for one in mails} == {NORTE} and len(mails) == 3
    assert {one.context["by"] for one in mails} == {str(DUE)}


def test_a_day_put_off_is_reminded_of_anew_and_what_is_promised_stays(fund: int) -> None:
    ref = make_request(
        fund, state=R.APPROVED, turn_due_on=date(2018, 1, 2), wanted_from=DUE, wanted_until=DUE
    )
    time.work(_noon(DUE - DAY))
    with atomic() as session:
        row = session.scalars(select(FundRequest).where(FundRequest.ref == ref)).one()
        assert row.turn_due_on == date(2018, 1, 2)
        row.due_on = DUE + 15 * DAY
    time.work(_noon(DUE + DAY))
    assert _state(ref) is R.APPROVED
    assert db.session().scalar(select(func.count()).select_from(Reminder)) == 2


def test_two_workers_do_it_once(fund: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both found it due; the second looks again. The control: one that does not look puts it on the
    timeline twice, and even then no money moves twice.
    """
    ref = make_request(fund, state=R.APPROVED)
    seen = time.due(db.session(), DUE + DAY)
    assert [each.ref for each in seen] == [ref]
    assert time.end(seen[0].id, now=_noon(DUE + DAY)) is not None
    assert time.end(seen[0].id, now=_noon(DUE + DAY)) is None

    def blind(session: Session, request_id: int) -> FundRequest:
        return session.get_one(FundRequest, request_id)

    monkeypatch.setattr(time, "_held", blind)
    monkeypatch.setattr(time, "not_now", lambda *asked: None)
    assert time.end(seen[0].id, now=_noon(DUE + DAY)) is not None
    assert _steps(ref).count(EXPIRE) == 2, "the harm"
    assert _released() == [("released.expired", 15_00)]


@pytest.mark.parametrize(
    ("moment", "state"), [("2018-03-12T05:59", R.APPROVED), ("2018-03-12T06:01", R.EXPIRED)]
)
def test_a_day_ends_at_midnight_of_the_program_also_when_clocks_change(
    fund: int, moment: str, state: RequestState
) -> None:
    """In the night of the 11th of March 2018 clocks in Denver went forward."""
    ref = make_request(fund, state=R.APPROVED, due_on=date(2018, 3, 11))
    time.work(datetime.fromisoformat(f"{moment}:00+00:00"))
    assert _state(ref) is state


def test_one_that_fails_keeps_none_of_the_others(
    fund: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (make_request(fund, state=R.APPROVED) for _each in range(2))
    post = time.post

    def failing(session: Session, moves: Any, *, key: str, **more: Any) -> None:
        if first in key:
            raise ValueError(key)
        post(session, moves, key=key, **more)

    monkeypatch.setattr(time, "post", failing)
    time.work(_noon(DUE + DAY))
    assert (_state(first), _state(second)) == (R.APPROVED, R.EXPIRED)


def test_reserves_that_nobody_claims_on_are_surfaced_45_days_before(fund: int) -> None:
    ref = make_request(fund, state=R.APPROVED)
    make_claim(make_request(fund, state=R.APPROVED), S.SUBMITTED)
    staff, other, sur = actor(CHANNEL), actor(CHANNEL_L3), actor(SUR)
    session = db.session()
    assert [each.ref for each in idle(session, staff, DUE - 45 * DAY)] == [ref]
    assert [each.reserved for each in idle(session, actor(NORTE), DUE)] == [15_00]
    for who, on in ((staff, DUE - 46 * DAY), (staff, DUE + DAY), (other, DUE), (sur, DUE)):
        assert idle(db.session(), who, on) == []


def test_the_worker_does_it_every_hour_and_the_commands_tell(demo: Flask, fund: int) -> None:
    ref = make_request(fund, state=R.APPROVED)
    assert TIMETABLE["mdf-time"].when == {"minute": "5"}
    TIMETABLE["mdf-time"].body(clock.wall())
    assert _state(ref) is R.APPROVED
    run = demo.test_cli_runner().invoke
    assert "nothing is due" in run(args=["mdf", "due"]).output
    later = run(args=["mdf", "due", "--on", str(DUE + DAY)]).output
    assert ref in later and "expired (released.expired 1500)" in later
    told = run(args=["mdf", "explain", ref.lower()]).output
    assert "USD 15.00  Reserved for a request" in told and "Reserved: USD 15.00" in told
    assert run(args=["mdf", "explain", "nobody"]).exit_code == 1
