"""What may be done with a request and with a claim, in which state, and by whom: one table. Pure.

The table is the process (mdf.md 2.2; facts.md M3 to M5). Which amounts, dates and persons a step
allows is for the rule of that step; here is only whether it can be taken now, by this party.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.kernel.decision import Reason, reason
from portal.mdf.rules import CODES, HOLDING_CLAIMS, ClaimState, MdfCode, Party, RequestState

P, R, S = Party, RequestState, ClaimState
_OURS = frozenset({P.PARTNER})
_FILING = frozenset({P.PARTNER, P.CHANNEL, P.LEAD})
_REVIEW = frozenset({P.CHANNEL, P.LEAD})
_LEAD = frozenset({P.LEAD})
_FINANCE = frozenset({P.FINANCE})
_SYSTEM = frozenset({P.SYSTEM})


class Verb(StrEnum):
    """A step of a request; `claim.…` one of a claim. Each is one line of the timeline (M5)."""

    BEGIN = "begun"
    SUBMIT = "submitted"
    ASK = "asked"
    ENDORSE = "endorsed"
    APPROVE = "approved"
    REJECT = "rejected"
    DECLINE = "declined"
    WITHDRAW = "withdrawn"
    CANCEL = "cancelled"
    ASK_DATES = "dates_asked"
    MOVE_DATES = "dates_moved"
    KEEP_DATES = "dates_kept"
    EXTEND = "extended"
    REMIND = "reminded"
    EXPIRE = "expired"
    CLOSE = "closed"
    CLAIM_BEGIN = "claim.begun"
    CLAIM_SUBMIT = "claim.submitted"
    CLAIM_ASK = "claim.asked"
    CLAIM_ENDORSE = "claim.endorsed"
    CLAIM_APPROVE = "claim.approved"
    CLAIM_REJECT = "claim.rejected"
    CLAIM_WITHDRAW = "claim.withdrawn"
    CLAIM_DISPUTE = "claim.disputed"
    CLAIM_SETTLE = "claim.settled"
    CLAIM_PAY = "claim.paid"
    CLAIM_ASK_REVERSAL = "claim.reversal_asked"
    CLAIM_REVERSE = "claim.reversed"
    CLAIM_KEEP = "claim.kept"


@dataclass(frozen=True)
class Step:
    """From which states a step leads, by whom, and whom it tells (M5)."""

    states: frozenset[RequestState] | frozenset[ClaimState]
    by: frozenset[Party]
    tells: frozenset[Party] = frozenset()


def _of(*states: RequestState) -> frozenset[RequestState]:
    return frozenset(states)


def _claim(*states: ClaimState) -> frozenset[ClaimState]:
    return frozenset(states)


_DECIDED = HOLDING_CLAIMS | {S.REJECTED}
_CHANNEL_TOLD = frozenset({P.CHANNEL})
_TOLD = frozenset({P.PARTNER})

STEPS: Mapping[Verb, Step] = {
    Verb.SUBMIT: Step(_of(R.DRAFT, R.NEEDS_INFO, R.REJECTED), _FILING, _CHANNEL_TOLD),
    Verb.ASK: Step(_of(R.SUBMITTED), _REVIEW, _TOLD),
    # Of two yeses one is a lead's, and either may come first.
    Verb.ENDORSE: Step(_of(R.SUBMITTED), _REVIEW, _CHANNEL_TOLD),
    Verb.APPROVE: Step(_of(R.SUBMITTED), _REVIEW, _TOLD),
    Verb.REJECT: Step(_of(R.SUBMITTED), _REVIEW, _TOLD),
    Verb.DECLINE: Step(_of(R.SUBMITTED), _REVIEW, _TOLD),
    Verb.WITHDRAW: Step(_of(R.DRAFT, R.SUBMITTED, R.NEEDS_INFO, R.REJECTED), _OURS, _CHANNEL_TOLD),
    Verb.CANCEL: Step(_of(R.APPROVED), _FILING, _CHANNEL_TOLD | _TOLD),
    Verb.ASK_DATES: Step(_of(R.APPROVED), _OURS, _CHANNEL_TOLD),
    Verb.MOVE_DATES: Step(_of(R.APPROVED), _REVIEW, _TOLD),
    Verb.KEEP_DATES: Step(_of(R.APPROVED), _REVIEW, _TOLD),
    Verb.EXTEND: Step(_of(R.APPROVED), _REVIEW, _TOLD),
    Verb.REMIND: Step(_of(R.APPROVED), _SYSTEM, _TOLD),
    Verb.EXPIRE: Step(_of(R.APPROVED), _SYSTEM, _TOLD | _CHANNEL_TOLD),
    Verb.CLOSE: Step(_of(R.APPROVED), _OURS | _SYSTEM, _CHANNEL_TOLD | _TOLD),
    Verb.CLAIM_BEGIN: Step(_of(R.APPROVED), _OURS),
    Verb.CLAIM_SUBMIT: Step(_claim(S.DRAFT, S.NEEDS_INFO), _OURS, _CHANNEL_TOLD),
    Verb.CLAIM_ASK: Step(_claim(S.SUBMITTED), _REVIEW, _TOLD),
    Verb.CLAIM_ENDORSE: Step(_claim(S.SUBMITTED), _REVIEW, _CHANNEL_TOLD),
    Verb.CLAIM_APPROVE: Step(_claim(S.SUBMITTED), _REVIEW, _TOLD | frozenset({P.FINANCE})),
    # Also of what the company was asked about and never answered: else it would hold its reserve for ever.
    Verb.CLAIM_REJECT: Step(_claim(S.SUBMITTED, S.NEEDS_INFO), _REVIEW, _TOLD),
    Verb.CLAIM_WITHDRAW: Step(_claim(S.DRAFT, S.SUBMITTED, S.NEEDS_INFO), _OURS, _CHANNEL_TOLD),
    Verb.CLAIM_DISPUTE: Step(_DECIDED, _OURS, _CHANNEL_TOLD),
    Verb.CLAIM_SETTLE: Step(_DECIDED, _REVIEW, _TOLD | frozenset({P.FINANCE})),
    Verb.CLAIM_PAY: Step(_claim(S.APPROVED, S.PART_PAID), _FINANCE, _TOLD | _CHANNEL_TOLD),
    Verb.CLAIM_ASK_REVERSAL: Step(HOLDING_CLAIMS, _FINANCE, frozenset({P.LEAD})),
    Verb.CLAIM_REVERSE: Step(HOLDING_CLAIMS, _LEAD, _TOLD | frozenset({P.FINANCE})),
    Verb.CLAIM_KEEP: Step(HOLDING_CLAIMS, _LEAD, frozenset({P.FINANCE})),
}

# Whose turn it is in each state of a request, and of a claim; who nobody waits for is absent. Two tables:
# "approved" is a state of both, and the turn of another.
TURNS: Mapping[RequestState, Party] = {
    R.DRAFT: P.PARTNER,
    R.SUBMITTED: P.CHANNEL,
    R.NEEDS_INFO: P.PARTNER,
    R.REJECTED: P.PARTNER,
    R.APPROVED: P.PARTNER,
}
CLAIM_TURNS: Mapping[ClaimState, Party] = {
    S.DRAFT: P.PARTNER,
    S.SUBMITTED: P.CHANNEL,
    S.NEEDS_INFO: P.PARTNER,
    S.APPROVED: P.FINANCE,
    S.PART_PAID: P.FINANCE,
}


def not_now(verb: Verb, state: RequestState | ClaimState, party: Party) -> Reason | None:
    """Why `party` cannot take this step in `state`; None when it can."""
    step = STEPS[verb]
    if party not in step.by:
        return reason(CODES, MdfCode.NOT_YOURS)
    if state not in step.states:
        return reason(CODES, MdfCode.NOT_NOW, state=state.value)
    return None
