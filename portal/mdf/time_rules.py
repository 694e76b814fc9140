"""What time does to a request: when its claim is due, when to remind, when it expires or closes. Pure.

Days are business dates. The day a claim is due is the last on which it may be sent (M4).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from portal.kernel.decision import Decision
from portal.mdf.rules import (
    HOLDING_CLAIMS,
    IDLE_DAYS,
    OPEN_CLAIMS,
    REMINDERS,
    RULESET,
    UNPAID_CLAIMS,
    Cause,
    ClaimState,
)
from portal.mdf.transitions import Verb


def claim_due(ends_on: date, claim_days: int, claims_until: date) -> date:
    """The last day to claim on an activity that ends on `ends_on`, as the fund's terms say."""
    return min(ends_on + timedelta(days=claim_days), claims_until)


def reminder(due_on: date, on: date, sent: Collection[int]) -> int | None:
    """Of how many days before `due_on` a reminder is to be sent on `on`; None: of none.

    The nearest alone, so that whoever slept over two sends one; and none after a nearer one, so
    that a clock set back sends nothing again.
    """
    left = (due_on - on).days
    near = [days for days in REMINDERS if 0 <= left <= days]
    if not near or any(days <= min(near) for days in sent):
        return None
    return min(near)


def idle_until(on: date) -> date:
    """Up to which due date a reserve that nobody claims on is surfaced on `on`."""
    return on + timedelta(days=IDLE_DAYS)


@dataclass(frozen=True)
class ClaimFacts:
    """A claim as time looks at it. `pending`: a line waits for another look, or its reversal to be
    confirmed; `disputable_until`: the last day on which a line that was cut may be disputed.
    """

    claim: str
    state: ClaimState
    final: bool
    pending: bool = False
    disputable_until: date | None = None


@dataclass(frozen=True)
class TimeFacts:
    """An approved request on a day: when its claim is due, what is still reserved, its claims."""

    due_on: date
    on: date
    reserved: int
    claims: tuple[ClaimFacts, ...]


@dataclass(frozen=True)
class Fate:
    """What becomes of a request: the step, and what is released with which cause (minor units)."""

    verb: Verb
    amount: int
    cause: Cause


def fate(facts: TimeFacts) -> Decision[Fate]:
    """Whether a request expires or closes now (mdf.md MR8, MR10); no value: neither, it goes on.

    It goes on while a claim is under review or something of one is pending, while a line that was
    cut may be disputed, or, when nothing is left to return, while a claim waits for its money. A
    draft of a claim keeps nothing.
    """
    late = facts.on > facts.due_on
    held = [claim for claim in facts.claims if claim.state in HOLDING_CLAIMS]
    final = any(claim.final for claim in held)
    spent = bool(held) and facts.reserved == 0
    if not (late or final or spent) or any(_goes_on(claim, facts.on) for claim in facts.claims):
        return Decision(RULESET, None)
    if held and not any(claim.state in UNPAID_CLAIMS for claim in held):
        cause = Cause.RELEASED_UNDER_CLAIMED if final else Cause.RELEASED_EXPIRED
        return Decision(RULESET, Fate(Verb.CLOSE, facts.reserved, cause))
    if late and (facts.reserved > 0 or not held):
        return Decision(RULESET, Fate(Verb.EXPIRE, facts.reserved, Cause.RELEASED_EXPIRED))
    return Decision(RULESET, None)


def reminds(facts: TimeFacts, sent: Collection[int]) -> int | None:
    """Of how many days before a company is reminded to claim; None: of none.

    Not while a claim of it is on its way, and not when nothing is left to claim or it said that it
    claims no more.
    """
    under_way = any(claim.state in OPEN_CLAIMS for claim in facts.claims)
    last = any(claim.final and claim.state in HOLDING_CLAIMS for claim in facts.claims)
    if facts.reserved <= 0 or under_way or last:
        return None
    return reminder(facts.due_on, facts.on, sent)


def _goes_on(claim: ClaimFacts, on: date) -> bool:
    """Whether a claim may still come to more money."""
    if claim.state in OPEN_CLAIMS or claim.pending:
        return True
    return claim.disputable_until is not None and on <= claim.disputable_until
