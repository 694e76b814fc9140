"""Whether a claim may be paid, reversed, and its request closed (mdf.md 2.2, MC5, MC6, MR10). Pure.

Amounts are minor units of the fund's currency, dates business dates.
"""

from dataclasses import dataclass
from datetime import date

from portal.kernel.decision import Decision, Reason, reason
from portal.mdf.rules import (
    CODES,
    OPEN_CLAIMS,
    UNPAID_CLAIMS,
    ClaimState,
    Party,
    RequestState,
    answered,
)
from portal.mdf.rules import MdfCode as C
from portal.mdf.time_rules import ClaimFacts
from portal.mdf.transitions import Verb, not_now


@dataclass(frozen=True)
class Pay:
    """A payment as finance records it; of a claim it may be a part."""

    claim: str
    amount: int
    paid_on: date
    reference: str


@dataclass(frozen=True)
class PayFacts:
    """The claim to pay: `approved` of it in all, `paid` so far. `reversal`: its reversal is asked for.
    `own`: who pays belongs to the company; `decided`: they approved the claim, in another capacity.
    """

    state: ClaimState
    party: Party
    currency: str
    approved: int
    paid: int
    decided_on: date
    today: date
    reversal: bool
    own: bool = False
    decided: bool = False


@dataclass(frozen=True)
class Paid:
    """What is paid now, and what is left to pay."""

    amount: int
    left: int


def may_pay(asked: Pay, facts: PayFacts) -> Decision[Paid]:
    """Whether the payment is recorded: never more in all than was approved, on a day between the
    approval and today, under a reference; by nobody of the company, nor who approved the claim.
    """
    if (no := not_now(Verb.CLAIM_PAY, facts.state, facts.party)) is not None:
        return answered([no], None)
    why = [reason(CODES, C.REVERSAL_ASKED)] if facts.reversal else []
    if facts.own:
        why.append(reason(CODES, C.OWN_COMPANY))
    if facts.decided:
        why.append(reason(CODES, C.SAME_PERSON))
    left = facts.approved - facts.paid
    if asked.amount <= 0:
        why.append(reason(CODES, C.AMOUNT_NONE))
    elif asked.amount > left:
        why.append(reason(CODES, C.ABOVE_APPROVED, most=left, currency=facts.currency))
    if not asked.reference.strip():
        why.append(reason(CODES, C.FIELD_MISSING, field="reference"))
    if not facts.decided_on <= asked.paid_on <= facts.today:
        bounds = {"from": facts.decided_on.isoformat(), "until": facts.today.isoformat()}
        why.append(reason(CODES, C.PAYMENT_DATE, **bounds))
    return answered(why, Paid(asked.amount, left - asked.amount))


@dataclass(frozen=True)
class Undo:
    """A reversal asked for, confirmed or left. `said`: with the reason."""

    claim: str
    said: bool


@dataclass(frozen=True)
class UndoFacts:
    """The claim to reverse. `asked`: its reversal is asked for; `same`: by who acts now. `own`: who
    acts belongs to the company. `open`: its request is, so that what was committed is reserved again.
    """

    state: ClaimState
    party: Party
    asked: bool
    same: bool
    own: bool
    committed: int
    paid: int
    open: bool


@dataclass(frozen=True)
class Undone:
    """What would return: `uncommitted` to the reserve (`again`) or whence it came, `clawed` whence it
    came.
    """

    uncommitted: int
    again: bool
    clawed: int


def may_ask_reversal(asked: Undo, facts: UndoFacts) -> Decision[Undone]:
    """Whether finance may ask that a claim be reversed: once, and it says why."""
    if (no := not_now(Verb.CLAIM_ASK_REVERSAL, facts.state, facts.party)) is not None:
        return answered([no], None)
    why = [reason(CODES, C.REVERSAL_ASKED)] if facts.asked else []
    if not asked.said:
        why.append(reason(CODES, C.FIELD_MISSING, field="reason"))
    return answered(why, _undone(facts))


def may_reverse(asked: Undo, facts: UndoFacts) -> Decision[Undone]:
    """Whether an asked reversal is confirmed: by a lead, who did not ask for it and is not of the
    company (MC6, two people).
    """
    if (no := not_now(Verb.CLAIM_REVERSE, facts.state, facts.party)) is not None:
        return answered([no], None)
    why = _second(facts)
    return answered(why, _undone(facts))


def may_keep(asked: Undo, facts: UndoFacts) -> Decision[Undone]:
    """Whether an asked reversal is left: by the same people, saying why."""
    if (no := not_now(Verb.CLAIM_KEEP, facts.state, facts.party)) is not None:
        return answered([no], None)
    why = _second(facts)
    if not asked.said:
        why.append(reason(CODES, C.FIELD_MISSING, field="reason"))
    return answered(why, _undone(facts))


def _undone(facts: UndoFacts) -> Undone:
    return Undone(facts.committed, facts.open, facts.paid)


def _second(facts: UndoFacts) -> list[Reason]:
    why = [] if facts.asked else [reason(CODES, C.REVERSAL_NONE)]
    if facts.same:
        why.append(reason(CODES, C.SAME_PERSON))
    if facts.own:
        why.append(reason(CODES, C.OWN_COMPANY))
    return why


@dataclass(frozen=True)
class Close:
    """That a company claims no more on a request."""

    request: str


@dataclass(frozen=True)
class CloseFacts:
    """A request that its company claims no more on, and every claim of it. `reserved` is what nobody
    claimed.
    """

    state: RequestState
    party: Party
    reserved: int
    claims: tuple[ClaimFacts, ...]


def may_close(asked: Close, facts: CloseFacts) -> Decision[int]:
    """Whether the company may say that it claims no more, and what returns then: not before every
    claim of it is decided and paid. What was refused it may dispute no longer.
    """
    if (no := not_now(Verb.CLOSE, facts.state, facts.party)) is not None:
        return answered([no], None)
    pending = OPEN_CLAIMS | UNPAID_CLAIMS
    why = [
        reason(CODES, C.CLAIM_OPEN, claim=one.claim)
        for one in facts.claims
        if one.state in pending or one.pending
    ]
    return answered(why, facts.reserved)
