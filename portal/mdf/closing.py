"""Closing a request: by itself once its claims are settled, or by its company, which claims no more.

What is still reserved returns to where it came from, as under-claimed (mdf.md 2.2, MR10).
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.mdf import time
from portal.mdf.book import held, release, subject_of
from portal.mdf.deciding import Outcome, Unseen, act_on, earlier, keep, move, replaying
from portal.mdf.models import Fund, FundRequest
from portal.mdf.paying_rules import Close, CloseFacts, may_close
from portal.mdf.queries import request
from portal.mdf.rules import Cause, RequestState
from portal.mdf.steps import Said, party_of, take_step
from portal.mdf.time_rules import fate
from portal.mdf.transitions import Verb
from portal.store.db import atomic, retrying
from portal.store.decisions import KINDS
from portal.store.ledger import Move

CLOSE = "mdf.close"
KINDS[CLOSE] = replaying(Close, CloseFacts, may_close)


@retrying
def close(ref: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """The company claims no more on its request `ref`. Raises Unseen, for staff too."""
    act = act_on(ref, actor, now, key)
    with atomic() as session:
        row = request(session, actor, ref, hold=True)
        if row is None or actor.partner_id is None:
            raise Unseen
        if (before := earlier(session, CLOSE, act)) is not None:
            return before
        fund = session.get_one(Fund, row.fund_id)
        wish = Close(row.ref)
        left = held(session, fund, row).reserved
        claims = tuple(time.claims_of(session, [row.id]).get(row.id, ()))
        facts = CloseFacts(row.state, party_of(actor), left, claims)
        decision = may_close(wish, facts)
        outcome = keep(session, CLOSE, decision, wish, facts, row, act)
        if decision.value is not None:
            said = Said(amount=left, decision_ref=outcome.ref)
            state = RequestState.CLOSED
            take_step(session, row, Verb.CLOSE, state, actor=actor, now=now, said=said)
            rest = release(fund, row, left, Cause.RELEASED_UNDER_CLAIMED)
            move(session, CLOSE, [rest], subject_of(row), act)
        return outcome


def finish(
    session: Session, fund: Fund, row: FundRequest, reserved: int, *, now: datetime
) -> list[Move]:
    """Close `row` by itself if its claims as they are now leave nothing to come; what returns then,
    for the caller's last statement. `reserved` is what it holds once that is made (minor units).
    """
    session.flush()
    facts = time.look(session, fund, row, clock.local_date(now))
    facts = replace(facts, reserved=reserved)
    end = fate(facts).value
    if (
        end is None
        or end.verb is not Verb.CLOSE
        or time.finish(session, row, facts, now=now) is None
    ):
        return []
    return [release(fund, row, end.amount, end.cause)]
