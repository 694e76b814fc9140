"""Reviewing a claim: a verdict on each document and line, a question, yes to the sum, or no (M4).

`now` is business time, amounts are minor units of the fund's currency, of a line the invoice's. Every
command raises Unseen for a claim its actor does not see, and answers the same `key` of a person once.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.decision import Decision
from portal.mdf.book import commit, subject_of
from portal.mdf.claim_facts import ClaimGround, claim_ground
from portal.mdf.claim_review_facts import claim_case, claim_review, documents_of, round_of
from portal.mdf.claim_review_rules import (
    Check,
    ClaimAnswer,
    ClaimApproved,
    ClaimCase,
    ClaimReview,
    ClaimYes,
    may_answer_claim,
    may_approve_claim,
    may_check,
)
from portal.mdf.claiming import free_keys, lines_of
from portal.mdf.deciding import Act, Outcome, act_on, earlier, keep, move, replaying, say_yes
from portal.mdf.rules import ClaimState, Party
from portal.mdf.steps import Said, party_of, take_step
from portal.mdf.transitions import Verb
from portal.store.db import atomic, retrying
from portal.store.decisions import KINDS
from portal.store.events import emit

APPROVE = "mdf.claim_approve"
ANSWERS = {Verb.CLAIM_ASK: "mdf.claim_ask", Verb.CLAIM_REJECT: "mdf.claim_reject"}
KINDS[APPROVE] = replaying(ClaimYes, ClaimReview, may_approve_claim)
KINDS |= {kind: replaying(ClaimAnswer, ClaimCase, may_answer_claim) for kind in ANSWERS.values()}


@retrying
def check(asked: Check, *, actor: Actor) -> Decision[Check]:
    """Keep verdicts on documents and lines; they bind nobody before the claim is decided."""
    with atomic() as session:
        found = claim_ground(session, actor, asked.claim, hold=True)
        decision = may_check(asked, claim_review(session, found, actor))
        if (said := decision.value) is not None:
            documents = {one.id: one for one in said.documents}
            for row in documents_of(session, found.claim):
                if (one := documents.get(row.id)) is not None:
                    row.verdict, row.reason = one.verdict, one.reason.strip()
            lines = {one.id: one for one in said.lines}
            for line in lines_of(session, found.claim):
                if (one := lines.get(line.id)) is not None:
                    line.accepted, line.reason = one.accepted, one.reason.strip()
            emit(
                *(session, f"mdf:{found.row.ref}", "mdf.claim.checked"),
                actor=actor,
                at=clock.wall(),
                partner_id=found.row.partner_id,
                registry_id=found.row.registry_id,
                payload={"request": found.row.ref, "claim": found.claim.ref},
            )
        return decision


@retrying
def approve(ref: str, amount: int, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Say yes to the sum of what was accepted, `amount` as it was shown: it is committed then, or,
    above what the person decides alone, the turn goes to a second one.
    """
    act = act_on(ref, actor, now, key)
    with atomic() as session:
        found = claim_ground(session, actor, ref, hold=True)
        if (before := earlier(session, APPROVE, act)) is not None:
            return before
        wish = ClaimYes(found.claim.ref, amount)
        facts = claim_review(session, found, actor)
        decision = may_approve_claim(wish, facts)
        outcome = keep(session, APPROVE, decision, wish, facts, found.row, act)
        if (yes := decision.value) is not None:
            said = Said(note=note, amount=yes.amount, decision_ref=outcome.ref)
            _approve(session, found, yes, said, act)
        return outcome


def _approve(
    session: Session, found: ClaimGround, yes: ClaimApproved, said: Said, act: Act
) -> None:
    """Keep who said it; the last yes commits the sum, by the last statement there is."""
    claim, row, actor, now = found.claim, found.row, act.actor, act.now
    say_yes(session, row, subject_of(claim), round_of(session, claim), yes.amount, act)
    if not yes.final:
        turn = Party.CHANNEL if party_of(actor) is Party.LEAD else Party.LEAD
        said = replace(said, promised_on=claim.turn_due_on, turn=turn)
        verb = Verb.CLAIM_ENDORSE
        take_step(session, row, verb, None, actor=actor, now=now, claim=claim, said=said)
        return
    claim.approved, claim.decided_at = yes.amount, now
    for line in lines_of(session, claim):
        line.accepted = line.accepted or 0  # what is never paid for needed no verdict
    said = replace(said, promised_on=act.today + timedelta(days=found.terms.pay_days))
    verb, state = Verb.CLAIM_APPROVE, ClaimState.APPROVED
    take_step(session, row, verb, state, actor=actor, now=now, claim=claim, said=said)
    move(session, APPROVE, [commit(found.fund, row, yes.amount)], subject_of(claim), act)


def ask(
    ref: str, fields: tuple[str, ...], note: str, *, actor: Actor, now: datetime, key: str
) -> Outcome:
    """Ask for more, naming what is to be mended: "line:ID", "document:ID", "proof:code" …"""
    wish = ClaimAnswer(ref, Verb.CLAIM_ASK, bool(note.strip()), tuple(fields))
    return _answer(wish, note, act_on(ref, actor, now, key))


def reject(ref: str, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Say no to all of it, with the reason; its invoices and files may be claimed again."""
    wish = ClaimAnswer(ref, Verb.CLAIM_REJECT, bool(note.strip()))
    return _answer(wish, note, act_on(ref, actor, now, key))


@retrying
def _answer(wish: ClaimAnswer, note: str, act: Act) -> Outcome:
    kind, actor = ANSWERS[wish.verb], act.actor
    with atomic() as session:
        found = claim_ground(session, actor, wish.claim, hold=True)
        if (before := earlier(session, kind, act)) is not None:
            return before
        facts, claim = claim_case(session, found, actor), found.claim
        decision = may_answer_claim(wish, facts)
        outcome = keep(session, kind, decision, wish, facts, found.row, act)
        if decision.value is not None:
            if decision.value is ClaimState.REJECTED:
                _refuse_all(session, found, note)
                claim.decided_at = act.now
            said = Said(note=note, fields=wish.fields, decision_ref=outcome.ref)
            take_step(
                *(session, found.row, wish.verb, decision.value),
                actor=actor,
                now=act.now,
                claim=claim,
                said=said,
            )
        return outcome


def _refuse_all(session: Session, found: ClaimGround, note: str) -> None:
    """Nothing of the claim is accepted, and nothing of it is held."""
    free_keys(session, found.claim.id)
    for line in lines_of(session, found.claim):
        line.accepted, line.reason = 0, line.reason or note
