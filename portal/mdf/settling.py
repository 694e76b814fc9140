"""Settling a disputed line of a claim, by somebody who did not decide the claim (mdf.md 2.2, MC4)."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.mdf.book import commit, held, subject_of
from portal.mdf.claim_facts import ClaimGround, claim_ground, sending_of
from portal.mdf.claim_models import ClaimLine
from portal.mdf.claim_review_facts import round_of, settle_facts
from portal.mdf.claiming import lines_of, take_keys
from portal.mdf.closing import finish
from portal.mdf.deciding import (
    Act,
    Outcome,
    Unseen,
    act_on,
    earlier,
    keep,
    move,
    replaying,
    say_yes,
)
from portal.mdf.rules import UNPAID_CLAIMS, ClaimState
from portal.mdf.settling_rules import Settle, Settled, SettleFacts, may_settle
from portal.mdf.steps import Said, take_step
from portal.mdf.transitions import Verb
from portal.store.db import atomic, retrying
from portal.store.decisions import KINDS

SETTLE = "mdf.claim_settle"
KINDS[SETTLE] = replaying(Settle, SettleFacts, may_settle)


@retrying
def settle(
    ref: str,
    line_id: int,
    accepted: int,
    note: str,
    *,
    actor: Actor,
    now: datetime,
    key: str,
) -> Outcome:
    """Take the second look at a line: `accepted` of it in all (minor units of its invoice's currency),
    with the reason. What that adds is committed, while the reserve lasts; a rejected claim is approved
    by it. `now` is business time. Raises Unseen, for a line of another claim too.
    """
    act = act_on(ref, actor, now, key)
    with atomic() as session:
        found = claim_ground(session, actor, ref, hold=True)
        lines = {line.id: line for line in lines_of(session, found.claim)}
        if line_id not in lines:
            raise Unseen
        if (before := earlier(session, SETTLE, act)) is not None:
            return before
        wish = Settle(found.claim.ref, line_id, accepted, bool(note.strip()))
        facts = settle_facts(session, found, lines[line_id], actor)
        decision = may_settle(wish, facts)
        outcome = keep(session, SETTLE, decision, wish, facts, found.row, act)
        if (done := decision.value) is not None:
            said = Said(note=note, amount=done.extra, decision_ref=outcome.ref)
            _settle(session, found, lines[line_id], done, said, act)
        return outcome


def _settle(
    session: Session, found: ClaimGround, line: ClaimLine, done: Settled, said: Said, act: Act
) -> None:
    claim, row, fund, now = found.claim, found.row, found.fund, act.now
    line.accepted, line.settled_at = done.accepted, now
    line.reason = said.note if done.accepted < line.amount else ""
    state = _after(claim.state, done.extra)
    if done.extra:
        if claim.state is ClaimState.REJECTED:
            take_keys(session, found, sending_of(session, claim))
            claim.decided_at = now
        claim.approved = (claim.approved or 0) + done.extra
        say_yes(session, row, subject_of(claim), round_of(session, claim), done.extra, act)
    since = now if done.extra else claim.decided_at
    promised = None
    if state in UNPAID_CLAIMS and since is not None:
        promised = clock.local_date(since) + timedelta(days=found.terms.pay_days)
    said = replace(said, promised_on=promised)
    reserved = held(session, fund, row).reserved - done.extra
    verb = Verb.CLAIM_SETTLE
    take_step(session, row, verb, state, actor=act.actor, now=now, claim=claim, said=said)
    moves = [commit(fund, row, done.extra), *finish(session, fund, row, reserved, now=now)]
    move(session, SETTLE, moves, subject_of(claim), act)


def _after(state: ClaimState, extra: int) -> ClaimState:
    """How the claim stands after the look: what was added waits for its money."""
    added = {ClaimState.REJECTED: ClaimState.APPROVED, ClaimState.PAID: ClaimState.PART_PAID}
    return added.get(state, state) if extra else state
