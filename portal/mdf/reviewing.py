"""Deciding on a request: yes, also partly, a question, a no that may be mended, a final one (M3).

`now` is business time, amounts are minor units of the fund's currency. Every command raises Unseen
for a request its actor does not see, and answers the same `key` of a person once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.decision import Decision, reason
from portal.mdf import review_rules as rules
from portal.mdf.book import post, reserve
from portal.mdf.deciding import Outcome, Unseen, earlier, keep
from portal.mdf.models import Fund, FundRequest
from portal.mdf.queries import request
from portal.mdf.review_facts import bound, review, reviewer, said_yes, subject_of
from portal.mdf.rules import CODES, RULESET, MdfCode, Party, RequestState
from portal.mdf.steps import Said, party_of, take_step
from portal.mdf.transitions import Verb
from portal.store.db import atomic, retrying
from portal.store.decisions import KINDS, Kind

APPROVE = "mdf.approve"
ANSWERS = {Verb.ASK: "mdf.question", Verb.REJECT: "mdf.reject", Verb.DECLINE: "mdf.decline"}


@dataclass(frozen=True)
class Act:
    """Who does something, at which moment (business time), under which key of theirs."""

    actor: Actor
    now: datetime
    key: str

    @property
    def today(self) -> date:
        """The business date."""
        return clock.local_date(self.now)


@dataclass(frozen=True)
class Unsent:
    """The facts of a request that was never sent: nothing binds it, nothing can be decided."""

    state: RequestState


def again(asked: type[Any], facts: type[Any], rule: Callable[[Any, Any], Decision[Any]]) -> Kind:
    """How a decision is decided again from its record."""

    def decide(wish: dict[str, Any], stood_on: dict[str, Any]) -> Decision[Any]:
        if set(stood_on) == {"state"}:
            return never_sent(msgspec.convert(stood_on, Unsent))
        return rule(msgspec.convert(wish, asked), msgspec.convert(stood_on, facts))

    return Kind(decide)


def never_sent(facts: Unsent) -> Decision[Any]:
    """The answer to whatever a review wants of a request that was never sent."""
    why = reason(CODES, MdfCode.NOT_NOW, state=facts.state.value)
    return Decision(RULESET, None, (why,))


KINDS[APPROVE] = again(rules.Approve, rules.Review, rules.may_approve)
KINDS |= {kind: again(rules.Answer, rules.Case, rules.may_answer) for kind in ANSWERS.values()}


def held(session: Session, actor: Actor, ref: str) -> FundRequest:
    """The request, held until the transaction ends. Raises Unseen."""
    row = request(session, actor, ref, hold=True)
    if row is None:
        raise Unseen
    return row


def kept(
    session: Session,
    kind: str,
    decision: Decision[Any],
    wish: object,
    facts: object,
    row: FundRequest,
    act: Act,
) -> Outcome:
    """Put the decision on record, inside the caller's transaction."""
    return keep(
        *(session, kind, decision),
        asked=wish,
        facts=facts,
        row=row,
        actor=act.actor,
        now=act.now,
        key=act.key,
    )


@retrying
def approve(ref: str, amount: int, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Say yes to `amount`: it is reserved then, or, above what the person decides alone, the turn goes
    to a second one. A refusal is returned and kept.
    """
    act, wish = Act(actor, now, key), rules.Approve(amount)
    with atomic() as session:
        row = held(session, actor, ref)
        if (before := earlier(session, actor, APPROVE, key)) is not None:
            return before
        if (it := bound(session, row)) is None:
            unsent = Unsent(row.state)
            return kept(session, APPROVE, never_sent(unsent), wish, unsent, row, act)
        facts = review(session, it, actor, act.today)
        decision = rules.may_approve(wish, facts)
        outcome = kept(session, APPROVE, decision, wish, facts, row, act)
        if (yes := decision.value) is not None:
            said_yes(session, row, actor, amount, now)
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
    post(
        *(session, [reserve(fund, row, yes.amount)]),
        key=f"{APPROVE}:{act.actor.person_id}:{act.key}",
        subject=subject_of(row),
        actor=act.actor,
        on=act.today,
        at=act.now,
    )


def ask(
    ref: str, fields: tuple[str, ...], note: str, *, actor: Actor, now: datetime, key: str
) -> Outcome:
    """Ask for more, naming the `fields` of the form to mend (`review_rules.FIELDS`)."""
    wish = rules.Answer(Verb.ASK, bool(note.strip()), tuple(fields))
    return _answer(ref, wish, note, actor=actor, now=now, key=key)


def reject(ref: str, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Send it back with a reason: the company may mend it and send it again."""
    wish = rules.Answer(Verb.REJECT, bool(note.strip()))
    return _answer(ref, wish, note, actor=actor, now=now, key=key)


def decline(ref: str, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Say no for good, with a reason."""
    wish = rules.Answer(Verb.DECLINE, bool(note.strip()))
    return _answer(ref, wish, note, actor=actor, now=now, key=key)


@retrying
def _answer(
    ref: str, wish: rules.Answer, note: str, *, actor: Actor, now: datetime, key: str
) -> Outcome:
    kind = ANSWERS[wish.verb]
    with atomic() as session:
        row = held(session, actor, ref)
        if (before := earlier(session, actor, kind, key)) is not None:
            return before
        fund = session.get_one(Fund, row.fund_id)
        facts = rules.Case(row.state, reviewer(session, row, fund.currency, actor))
        decision = rules.may_answer(wish, facts)
        outcome = kept(session, kind, decision, wish, facts, row, Act(actor, now, key))
        if decision.value is not None:
            said = Said(note=note, fields=wish.fields, decision_ref=outcome.ref)
            take_step(
                session, row, wish.verb, decision.value.state, actor=actor, now=now, said=said
            )
        return outcome
