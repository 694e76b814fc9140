"""Paying a claim, also in parts, as finance records it.

`now` is business time, amounts are minor units of the fund's currency.
"""

from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.mdf.book import held, subject_of
from portal.mdf.book import pay as paid_out
from portal.mdf.claim_facts import ClaimGround, claim_ground, paid_of
from portal.mdf.claim_models import Payment
from portal.mdf.closing import finish
from portal.mdf.deciding import Act, Outcome, act_on, earlier, keep, move, replaying
from portal.mdf.models import Approval
from portal.mdf.paying_rules import Paid, Pay, PayFacts, may_pay
from portal.mdf.review_facts import reviewer
from portal.mdf.rules import ClaimState
from portal.mdf.steps import Said, party_of, take_step
from portal.mdf.transitions import Verb
from portal.store.db import atomic, retrying
from portal.store.decisions import KINDS

PAY = "mdf.claim_pay"
KINDS[PAY] = replaying(Pay, PayFacts, may_pay)


@retrying
def pay(
    ref: str,
    amount: int,
    *,
    paid_on: date,
    reference: str,
    actor: Actor,
    now: datetime,
    key: str,
) -> Outcome:
    """Record that `amount` of the approved claim was paid: once a key, never more than was approved.

    The request closes with it where nothing is left to come. Raises Unseen.
    """
    act = act_on(ref, actor, now, key)
    with atomic() as session:
        found = claim_ground(session, actor, ref, hold=True)
        if (before := earlier(session, PAY, act)) is not None:
            return before
        claim, row = found.claim, found.row
        wish = Pay(claim.ref, amount, paid_on, reference)
        facts = pay_facts(session, found, actor, act.today)
        decision = may_pay(wish, facts)
        outcome = keep(session, PAY, decision, wish, facts, row, act)
        if (done := decision.value) is not None:
            _pay(session, found, wish, done, outcome, act)
        return outcome


def _pay(
    session: Session,
    found: ClaimGround,
    wish: Pay,
    done: Paid,
    outcome: Outcome,
    act: Act,
) -> None:
    claim, row, fund = found.claim, found.row, found.fund
    session.add(
        Payment(
            partner_id=claim.partner_id,
            claim_id=claim.id,
            amount=done.amount,
            paid_on=wish.paid_on,
            reference=wish.reference,
            person_id=act.actor.person_id,
            at=act.now,
        )
    )
    said = Said(
        note=wish.reference,
        amount=done.amount,
        promised_on=claim.turn_due_on if done.left else None,
        decision_ref=outcome.ref,
    )
    state = ClaimState.PART_PAID if done.left else ClaimState.PAID
    actor, now = act.actor, act.now
    take_step(session, row, Verb.CLAIM_PAY, state, actor=actor, now=now, claim=claim, said=said)
    rest = finish(session, fund, row, held(session, fund, row).reserved, now=now)
    move(session, PAY, [paid_out(fund, row, done.amount), *rest], subject_of(claim), act)


def pay_facts(session: Session, found: ClaimGround, actor: Actor, today: date) -> PayFacts:
    """What paying the claim stands on. Three queries."""
    claim = found.claim
    decided = clock.local_date(claim.decided_at) if claim.decided_at else today
    approved_it = exists().where(
        Approval.subject == subject_of(claim), Approval.person_id == actor.person_id
    )
    return PayFacts(
        *(claim.state, party_of(actor), found.fund.currency, claim.approved or 0),
        paid=paid_of(session, claim),
        decided_on=decided,
        today=today,
        reversal=claim.reversal_by is not None,
        own=reviewer(session, found.row, found.fund.currency, actor).own_company,
        decided=bool(session.scalar(select(approved_it))),
    )
