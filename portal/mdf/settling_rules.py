"""The second look at a line that was disputed (mdf.md 2.2, MC4): what may be added, and by whom. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from portal.kernel.decision import Decision, Reason, reason
from portal.mdf.claim_review_rules import wrong_now
from portal.mdf.claim_rules import Bill, Grant, approvable
from portal.mdf.review_rules import Reviewer, alone
from portal.mdf.rules import CODES, ClaimState, Party, answered
from portal.mdf.rules import MdfCode as C
from portal.mdf.transitions import Verb


@dataclass(frozen=True)
class Settle:
    """The second look at a disputed line: so much of it is accepted now. `said`: with the
    reason.
    """

    claim: str
    line: int
    accepted: int
    said: bool


@dataclass(frozen=True)
class SettleFacts:
    """What a second look stands on. `decided`: this person decided on the claim before. `disputed`: the
    line waits for the look. `approved` is the claim's so far; `grant.most` that and what is reserved.
    `invoices` and `files` of a rejected claim are on another one by now: by number and name, with its
    reference where it is the company's own.
    """

    state: ClaimState
    by: Reviewer
    decided: bool
    disputed: bool
    bills: tuple[Bill, ...]
    grant: Grant
    approved: int
    manager_limit: int | None
    invoices: Mapping[str, str | None] = field(default_factory=dict)
    files: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Settled:
    """What is accepted of the line now, and what that adds to the claim."""

    accepted: int
    extra: int


def may_settle(asked: Settle, facts: SettleFacts) -> Decision[Settled]:
    """Whether this person may settle the dispute so, and what it adds, while the reserve lasts.

    A second look takes nothing back. Above their own limit only a lead adds: two have decided then.
    """
    if why := wrong_now(Verb.CLAIM_SETTLE, facts.state, facts.by):
        return answered(why, None)
    if facts.decided:
        why.append(reason(CODES, C.SAME_PERSON))
    if facts.by.filed_it:
        why.append(reason(CODES, C.FILED_IT))
    if not facts.disputed:
        why.append(reason(CODES, C.NOT_NOW, state=facts.state.value))
    if not asked.said:
        why.append(reason(CODES, C.FIELD_MISSING, field="reason"))
    line, currency = next(
        (line, bill.currency)
        for bill in facts.bills
        for line in bill.lines
        if line.id == asked.line
    )
    if asked.accepted > line.amount:
        why.append(reason(CODES, C.ABOVE_ASKED, most=line.amount, currency=currency))
    elif asked.accepted < (line.accepted or 0):
        why.append(reason(CODES, C.FIELD_MISSING, field="accepted"))
    total = approvable(_with(facts.bills, asked), facts.grant)
    extra = max(total.amount - facts.approved, 0)
    most = alone(facts.by, facts.manager_limit)
    above = most is not None and facts.approved + extra > most
    if extra and above and facts.by.party is not Party.LEAD:
        why.append(reason(CODES, C.ABOVE_LIMIT, most=most, currency=facts.grant.currency))
    if extra:
        why += _taken(facts)
    if asked.accepted > (line.accepted or 0) and total.capped:
        why.append(reason(CODES, C.ABOVE_RESERVE, most=total.most, currency=total.currency))
    return answered(why, Settled(asked.accepted, extra))


def _taken(facts: SettleFacts) -> list[Reason]:
    """Why a rejected claim cannot be approved any more: another has an invoice or a file of it."""
    found = [
        reason(CODES, C.INVOICE_TWICE, invoice=number, claim=other)
        for number, other in facts.invoices.items()
    ]
    used = facts.files.items()
    return found + [reason(CODES, C.FILE_TWICE, file=name, claim=other) for name, other in used]


def _with(bills: Sequence[Bill], asked: Settle) -> tuple[Bill, ...]:
    """The invoices with the line as it is accepted now."""
    return tuple(
        replace(
            bill,
            lines=tuple(
                replace(line, accepted=asked.accepted) if line.id == asked.line else line
                for line in bill.lines
            ),
        )
        for bill in bills
    )
