"""Deciding on a request: yes, also partly, a question, a no that may be mended, a final one (M3).

`now` is business time, amounts are minor units of the fund's currency. Every command raises Unseen
for a request its actor does not see, and answers the same `key` of a person once.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.mdf import review_rules as rules
from portal.mdf.book import reserve, subject_of
from portal.mdf.deciding import (
    Act,
    Outcome,
    Unseen,
    Unsent,
    act_on,
    earlier,
    keep,
    move,
    never_sent,
    replaying,
    say_yes,
)
from portal.mdf.models import Fund, FundRequest
from portal.mdf.queries import request
from portal.mdf.review_facts import bound, review, reviewer
from portal.mdf.rules import Party, RequestState
from portal.mdf.steps import Said, party_of, take_step
from portal.mdf.transitions import Verb
from portal.store.db import atomic, retrying
from portal.store.decisions import KINDS

APPROVE = "mdf.approve"
ANSWERS = {Verb.ASK: "mdf.question", Verb.REJECT: "mdf.reject", Verb.DECLINE: "mdf.decline"}


KINDS[APPROVE] = replaying(rules.Approve, rules.Review, rules.may_approve)
KINDS |= {kind: replaying(rules.Answer, rules.Case, rules.may_answer) for kind in ANSWERS.values()}


def held(session: Session, actor: Actor, ref: str) -> FundRequest:
    """The request, held until the transaction ends. Raises Unseen."""
    row = request(session, actor, ref, hold=True)
    if row is None:
        raise Unseen
    return row


@retrying
def approve(ref: str, amount: int, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Say yes to `amount`: it is reserved then, or, above what the person decides alone, the turn goes
    to a second one. A refusal is returned and kept.
    """
    act, wish = act_on(ref, actor, now, key), rules.Approve(amount)
    with atomic() as session:
        row = held(session, actor, ref)
        if (before := earlier(session, APPROVE, act)) is not None:
            return before
        if (it := bound(session, row)) is None:
            unsent = Unsent(row.state)
            return keep(session, APPROVE, never_sent(unsent), wish, unsent, row, act)
        facts = review(session, it, actor, act.today)
        decision = rules.may_approve(wish, facts)
        outcome = keep(session, APPROVE, decision, wish, facts, row, act)
        if (yes := decision.value) is not None:
            say_yes(session, row, subject_of(row), row.round, amount, act)
            said = Said(note=note, amount=amount, decision_ref=outcome.ref)
            if yes.final:
                _reserve(session, it.fund, row, yes, said, act)
            else:
                _hand_over(session, row, said, act)
        return outcome


def _hand_over(session: Session, row: FundRequest, said: Said, act: Act) -> None:
    """After a first yes the turn is the lead's; after a lead's, of the others of the channel."""
    turn = Party.CHANNEL if party_of(act.actor) is Party.LEAD else Party.LEAD
    said = replace(said, promised_on=row.turn_due_on, turn=turn)
    take_step(session, row, Verb.ENDORSE, None, actor=act.actor, now=act.now, said=said)


def _reserve(
    session: Session, fund: Fund, row: FundRequest, yes: rules.Approved, said: Said, act: Act
) -> None:
    """The last yes: the money is reserved by the last statement there is."""
    row.approved, row.due_on = yes.amount, yes.due_on
    said = replace(said, promised_on=yes.due_on)
    state = RequestState.APPROVED
    take_step(session, row, Verb.APPROVE, state, actor=act.actor, now=act.now, said=said)
    move(session, APPROVE, [reserve(fund, row, yes.amount)], subject_of(row), act)


def ask(
    ref: str, fields: tuple[str, ...], note: str, *, actor: Actor, now: datetime, key: str
) -> Outcome:
    """Ask for more, naming the `fields` of the form to mend (`review_rules.FIELDS`)."""
    wish = rules.Answer(Verb.ASK, bool(note.strip()), tuple(fields))
    return _answer(ref, wish, note, act_on(ref, actor, now, key))


def reject(ref: str, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Send it back with a reason: the company may mend it and send it again."""
    wish = rules.Answer(Verb.REJECT, bool(note.strip()))
    return _answer(ref, wish, note, act_on(ref, actor, now, key))


def decline(ref: str, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Say no for good, with a reason."""
    wish = rules.Answer(Verb.DECLINE, bool(note.strip()))
    return _answer(ref, wish, note, act_on(ref, actor, now, key))


@retrying
def _answer(ref: str, wish: rules.Answer, note: str, act: Act) -> Outcome:
    kind = ANSWERS[wish.verb]
    with atomic() as session:
        row = held(session, act.actor, ref)
        if (before := earlier(session, kind, act)) is not None:
            return before
        fund = session.get_one(Fund, row.fund_id)
        facts = rules.Case(row.state, reviewer(session, row, fund.currency, act.actor))
        decision = rules.may_answer(wish, facts)
        outcome = keep(session, kind, decision, wish, facts, row, act)
        if decision.value is not None:
            said = Said(note=note, fields=wish.fields, decision_ref=outcome.ref)
            state = decision.value.state
            take_step(session, row, wish.verb, state, actor=act.actor, now=act.now, said=said)
        return outcome
