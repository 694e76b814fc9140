"""Sending a request to the channel support team that decides, and taking it back. `now` is business time."""

from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.mdf.asking_rules import Ask, AskFacts, Offer, may_send
from portal.mdf.deciding import Act, Outcome, act_on, earlier, keep, once, replaying
from portal.mdf.drafting import held, others
from portal.mdf.ground import Ground, ground
from portal.mdf.models import Activity, Fund, FundRequest, TimelineStep
from portal.mdf.rules import RequestState
from portal.mdf.steps import Said, party_of, take_step
from portal.mdf.transitions import Verb, not_now
from portal.store.db import atomic, retrying
from portal.store.decisions import KINDS, StoredDecision

KIND = "mdf.ask"
# What must be filled in before it is sent; dates and activity besides.
NEEDED = ("title", "activity", "starts_on", "ends_on", "total_cost", "asked")


KINDS[KIND] = replaying(Ask, AskFacts, may_send)


@once
@retrying
def submit(ref: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Send a request to the channel support team, or be told why not; the decision is kept (R7).

    The terms of the day bind both sides from now on, those it was first sent under where it comes
    back mended. Raises Unseen.
    """
    act = act_on(ref, actor, now, key)
    with atomic() as session:
        row = held(session, actor, ref)
        if (before := earlier(session, KIND, act)) is not None:
            return before
        found = ground(session, row.partner_id, act.today, row=row)
        ask = asked_of(session, row, act.today)
        facts = AskFacts(found.funds, row.state, party_of(actor), others(row, actor))
        decision = may_send(ask, facts)
        outcome = keep(session, KIND, decision, ask, facts, row, act)
        if decision.value is not None:
            _send(session, row, found, decision.value, outcome.ref, act)
        return outcome


@retrying
def withdraw(ref: str, *, actor: Actor, now: datetime) -> Outcome:
    """Take a request back before it is approved; nothing of the fund moves. Raises Unseen."""
    with atomic() as session:
        row = held(session, actor, ref)
        if row.state is RequestState.WITHDRAWN:
            return Outcome("", False, again=True)
        fault = not_now(Verb.WITHDRAW, row.state, party_of(actor))
        if fault is not None:
            return Outcome("", True, (fault,))
        take_step(session, row, Verb.WITHDRAW, RequestState.WITHDRAWN, actor=actor, now=now)
        return Outcome("", False)


def asked_of(session: Session, row: FundRequest, on: date) -> Ask:
    """What `row` asks when it is sent on `on`, and what it still lacks.

    What was asked for in time stays so while questions about it are answered; another start than the
    one it was asked for with is asked for now.
    """
    kind = session.get(Activity, row.activity_id) if row.activity_id else None
    fund = session.get_one(Fund, row.fund_id)
    missing = [
        each for each in NEEDED if not getattr(row, "activity_id" if each == "activity" else each)
    ]
    first = kind.metrics[0]["code"] if kind else None
    if first is None or row.outcome.get(first) is None:
        missing.append("outcome")
    again = row.state is RequestState.NEEDS_INFO and row.submitted_at is not None
    return Ask(
        fund=fund.slug,
        asked_on=clock.local_date(row.submitted_at) if again and row.submitted_at else on,
        activity=kind.code if kind else None,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        amount=row.asked,
        currency=fund.currency,
        total_cost=row.total_cost,
        missing=tuple(missing),
        moved_on=on if again and row.starts_on != _asked_start(session, row) else None,
    )


def _asked_start(session: Session, row: FundRequest) -> date | None:
    """The first day of the activity as it was sent last. One query."""
    sent = (
        select(StoredDecision.asked)
        .join(TimelineStep, TimelineStep.decision_ref == StoredDecision.ref)
        .where(TimelineStep.request_id == row.id, TimelineStep.verb == Verb.SUBMIT)
        .order_by(TimelineStep.id.desc())
        .limit(1)
    )
    asked = session.scalar(sent)
    return msgspec.convert(asked, Ask).starts_on if asked else row.starts_on


def _send(
    session: Session, row: FundRequest, found: Ground, offer: Offer, decision_ref: str, act: Act
) -> None:
    shelf = found.shelves[offer.fund]
    kind = shelf.activity(offer.activity)
    row.terms_id, row.activity_id = shelf.terms.id, kind.id if kind else None
    if row.state is not RequestState.NEEDS_INFO:
        row.submitted_at = act.now
    row.round += 1
    said = Said(
        amount=row.asked,
        promised_on=act.today + timedelta(shelf.terms.review_days),
        decision_ref=decision_ref,
    )
    state = RequestState.SUBMITTED
    take_step(session, row, Verb.SUBMIT, state, actor=act.actor, now=act.now, said=said)
