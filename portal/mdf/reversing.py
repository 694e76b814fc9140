"""Reversing an approved or paid claim: finance asks with the reason, a lead of the registry confirms, or
leaves it (mdf.md 2.2, MC6). What was committed is reserved again while the request is open; what was
paid goes back to where it was reserved from.

`now` is business time. Every command raises Unseen for a claim its actor does not see, and answers
the same `key` of a person once.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.decision import Decision
from portal.mdf.book import back_to, of_request, subject_of
from portal.mdf.claim_facts import ClaimGround, claim_ground, paid_of
from portal.mdf.deciding import Act, Outcome, act_on, earlier, keep, move, replaying
from portal.mdf.paying_rules import (
    Undo,
    UndoFacts,
    Undone,
    may_ask_reversal,
    may_keep,
    may_reverse,
)
from portal.mdf.review_facts import reviewer
from portal.mdf.rules import Cause, ClaimState, Kind, Party, RequestState
from portal.mdf.steps import Said, take_step
from portal.mdf.transitions import Verb
from portal.store.db import atomic, retrying
from portal.store.decisions import KINDS
from portal.store.ledger import Move

RULES: dict[Verb, Callable[[Undo, UndoFacts], Decision[Undone]]] = {
    Verb.CLAIM_ASK_REVERSAL: may_ask_reversal,
    Verb.CLAIM_REVERSE: may_reverse,
    Verb.CLAIM_KEEP: may_keep,
}
KINDS |= {f"mdf.{verb.value}": replaying(Undo, UndoFacts, rule) for verb, rule in RULES.items()}


def ask_reversal(ref: str, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Finance asks that a claim be reversed, saying why; nothing moves before a lead confirms."""
    return _undo(Verb.CLAIM_ASK_REVERSAL, ref, note, act_on(ref, actor, now, key))


def reverse(ref: str, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """A lead confirms what finance asked: the claim holds no money any more."""
    return _undo(Verb.CLAIM_REVERSE, ref, note, act_on(ref, actor, now, key))


def keep_claim(ref: str, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """A lead leaves the claim as it is, saying why."""
    return _undo(Verb.CLAIM_KEEP, ref, note, act_on(ref, actor, now, key))


@retrying
def _undo(verb: Verb, ref: str, note: str, act: Act) -> Outcome:
    kind, actor = f"mdf.{verb.value}", act.actor
    with atomic() as session:
        found = claim_ground(session, actor, ref, hold=True)
        if (before := earlier(session, kind, act)) is not None:
            return before
        claim, wish = found.claim, Undo(found.claim.ref, bool(note.strip()))
        facts = undo_facts(session, found, actor)
        decision = RULES[verb](wish, facts)
        outcome = keep(session, kind, decision, wish, facts, found.row, act)
        if (undone := decision.value) is not None:
            moves = moves_of(found, undone) if verb is Verb.CLAIM_REVERSE else []
            amount = undone.uncommitted + undone.clawed
            turn = Party.LEAD if verb is Verb.CLAIM_ASK_REVERSAL else None
            said = Said(note, (), amount, claim.turn_due_on, outcome.ref, turn)
            if verb is Verb.CLAIM_ASK_REVERSAL:
                claim.reversal_by, claim.reversal_reason = actor.person_id, note
            else:
                claim.reversal_by = None
            state = ClaimState.REVERSED if moves else None
            take_step(
                *(session, found.row, verb, state), actor=actor, now=act.now, claim=claim, said=said
            )
            move(session, kind, moves, subject_of(claim), act)
        return outcome


def undo_facts(session: Session, found: ClaimGround, actor: Actor) -> UndoFacts:
    """What reversing the claim stands on. Two queries."""
    claim, row = found.claim, found.row
    by, paid = reviewer(session, row, found.fund.currency, actor), paid_of(session, claim)
    return UndoFacts(
        *(claim.state, by.party),
        asked=claim.reversal_by is not None,
        same=claim.reversal_by is not None and claim.reversal_by == actor.person_id,
        own=by.own_company,
        committed=(claim.approved or 0) - paid,
        paid=paid,
        open=row.state is RequestState.APPROVED,
    )


def moves_of(found: ClaimGround, undone: Undone) -> list[Move]:
    """C → R, or back where the request is no longer open, and P → back."""
    row, fund = found.row, found.fund
    reserved, committed, paid = (
        of_request(fund, row, kind) for kind in (Kind.RESERVED, Kind.COMMITTED, Kind.PAID)
    )
    freed = reserved if undone.again else back_to(fund, row)
    return [
        Move(committed, freed, undone.uncommitted, Cause.REVERSED.value),
        Move(paid, back_to(fund, row), undone.clawed, Cause.CLAWED_BACK.value),
    ]
