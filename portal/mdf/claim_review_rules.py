"""What the review of a claim may say, and the sum that it approves (M4; mdf.md 2.2, MC2 to MC4). Pure.

The sum is that of `claim_rules.approvable` over what was accepted: never more than was claimed, than the
vendor's percentage of eligible cost, than is still reserved. Above somebody's limit a second person
says yes too, exactly as for a request (`review_rules`).
"""

from dataclasses import dataclass, replace

from portal.kernel.decision import Decision, Reason, reason
from portal.mdf.claim_rules import Approvable, Bill, Grant, Line, approvable, informs
from portal.mdf.review_rules import Reviewer, Yes, alone, second
from portal.mdf.rules import CODES, ClaimState, Verdict, answered
from portal.mdf.rules import MdfCode as C
from portal.mdf.transitions import Verb, not_now


@dataclass(frozen=True)
class Judged:
    """A verdict on a document or on a line (by id). Of a line `accepted` says how much, in the
    invoice's currency; `reason` is owed wherever not all was accepted.
    """

    id: int
    verdict: Verdict
    reason: str = ""
    accepted: int | None = None


@dataclass(frozen=True)
class Check:
    """What the reviewer says of the documents and lines of a claim; of some or all of them."""

    claim: str
    documents: tuple[Judged, ...]
    lines: tuple[Judged, ...]


@dataclass(frozen=True)
class Shown:
    """A document of the claim: of a proof (its code), or of an invoice, where None."""

    id: int
    proof: str | None
    verdict: Verdict


@dataclass(frozen=True)
class ClaimReview:
    """What a review of a claim stands on. `by.said_yes`: to the request, in its present round.

    `grant.most` is what is still reserved. `proofs` are those that are owed. `yeses` are those of
    others to this claim since it was sent; `yes`: one's own.
    """

    state: ClaimState
    by: Reviewer
    bills: tuple[Bill, ...]
    grant: Grant
    documents: tuple[Shown, ...]
    proofs: tuple[str, ...]
    manager_limit: int | None
    yeses: tuple[Yes, ...] = ()
    yes: bool = False

    @property
    def lines(self) -> dict[int, tuple[Line, str]]:
        """The lines by id, each with the currency of its invoice."""
        return {line.id: (line, bill.currency) for bill in self.bills for line in bill.lines}


def may_check(asked: Check, facts: ClaimReview) -> Decision[Check]:
    """Whether these verdicts are kept, and how: a line of a kind that is never paid is refused by the
    terms, whatever was said of it. After a first yes no line is accepted for more: that was not
    what it was said to.
    """
    if why := wrong_now(Verb.CLAIM_APPROVE, facts.state, facts.by):
        return answered(why, None)
    never = _never(facts.grant)
    known = {one.id for one in facts.documents}
    documents = tuple(_of_document(one) for one in asked.documents if one.id in known)
    for one in documents:
        if one.verdict is Verdict.REFUSED and not one.reason.strip():
            why.append(reason(CODES, C.FIELD_MISSING, f"document:{one.id}", field="reason"))
    lines: list[Judged] = []
    for one in asked.lines:
        if one.id not in facts.lines:
            continue
        line, currency = facts.lines[one.id]
        said = _line(one, line, line.cost in never)
        lines.append(said)
        most = _most(line, facts)
        if said.accepted is not None and said.accepted > most:
            why.append(
                reason(*(CODES, C.ABOVE_ASKED, f"line:{one.id}"), most=most, currency=currency)
            )
        elif said.accepted is None and most < line.amount:
            why.append(reason(CODES, C.FIELD_MISSING, f"line:{one.id}", field="verdict"))
        elif _part(said, line) and line.cost not in never and not said.reason.strip():
            why.append(reason(CODES, C.FIELD_MISSING, f"line:{one.id}", field="reason"))
    return answered(why, Check(asked.claim, documents, tuple(lines)))


def _most(line: Line, facts: ClaimReview) -> int:
    """The most that may be accepted of a line now: all of it, or what a first yes was said to."""
    said = bool(facts.yeses) or facts.yes
    return line.amount if not said or line.accepted is None else line.accepted


def _never(grant: Grant) -> set[str]:
    """The kinds of cost that the terms never pay for."""
    return {cost.code for cost in grant.costs if not cost.eligible}


def _of_document(said: Judged) -> Judged:
    return said if said.verdict is Verdict.REFUSED else replace(said, reason="")


def _line(said: Judged, line: Line, never: bool) -> Judged:
    """What is said of a line, with the amount that it means."""
    if never:
        return Judged(said.id, Verdict.REFUSED, "", 0)
    amounts = {Verdict.OPEN: None, Verdict.REFUSED: 0}
    if said.verdict in amounts:
        return replace(said, accepted=amounts[said.verdict])
    if said.accepted is None or said.accepted == line.amount:
        return replace(said, accepted=line.amount, reason="")
    return said


def _part(said: Judged, line: Line) -> bool:
    return said.accepted is not None and said.accepted < line.amount


@dataclass(frozen=True)
class ClaimYes:
    """A yes to a claim: to the `amount` that its page showed."""

    claim: str
    amount: int


@dataclass(frozen=True)
class ClaimApproved:
    """The sum that was approved; `final`, or the first of two yeses. `total` explains it."""

    amount: int
    final: bool
    total: Approvable


def may_approve_claim(asked: ClaimYes, facts: ClaimReview) -> Decision[ClaimApproved]:
    """Whether this person may approve the claim now, what for, and whether that is the last word."""
    if why := wrong_now(Verb.CLAIM_APPROVE, facts.state, facts.by):
        return answered(why, None)
    if facts.by.filed_it:
        why.append(reason(CODES, C.FILED_IT))
    if facts.by.said_yes or facts.yes:
        why.append(reason(CODES, C.SAME_PERSON))
    why += _undecided(facts) + _unproven(facts)
    total = approvable(facts.bills, facts.grant)
    currency = facts.grant.currency
    if total.amount <= 0:
        why.append(reason(CODES, C.AMOUNT_NONE))
    elif total.amount != asked.amount:
        why.append(reason(CODES, C.SUM_CHANGED, most=total.amount, currency=currency))
    said, most = facts.yeses, alone(facts.by, facts.manager_limit)
    most = most if most is None else max(most, second(facts.by, said))
    final = most is None or total.amount <= most
    if not final and most is not None:
        code = C.ABOVE_LIMIT if said else C.SECOND_NEEDED
        why.append(reason(CODES, code, most=most, currency=currency))
    return answered(why + informs(total), ClaimApproved(total.amount, final, total))


def _undecided(facts: ClaimReview) -> list[Reason]:
    """Every document has its verdict before there is a sum, and every line that may be paid for."""
    never = _never(facts.grant)
    names = [
        f"line:{key}"
        for key, (line, _) in facts.lines.items()
        if line.accepted is None and line.cost not in never
    ]
    names += [f"document:{one.id}" for one in facts.documents if one.verdict is Verdict.OPEN]
    return [reason(CODES, C.FIELD_MISSING, name, field="verdict") for name in names]


def _unproven(facts: ClaimReview) -> list[Reason]:
    """Of every proof that is owed one document was accepted, or may still be."""
    good = {one.proof for one in facts.documents if one.verdict is not Verdict.REFUSED}
    return [reason(CODES, C.PROOF_MISSING, proof=code) for code in facts.proofs if code not in good]


@dataclass(frozen=True)
class ClaimAnswer:
    """What else a review can say: a question, which names what is to be mended, or a no. `said`: with
    words.
    """

    claim: str
    verb: Verb
    said: bool
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClaimCase:
    """What such an answer stands on; `known`: what a question may name ("line:5", "document:3" …)."""

    state: ClaimState
    by: Reviewer
    known: tuple[str, ...]


_LEADS_TO = {Verb.CLAIM_ASK: ClaimState.NEEDS_INFO, Verb.CLAIM_REJECT: ClaimState.REJECTED}


def may_answer_claim(asked: ClaimAnswer, facts: ClaimCase) -> Decision[ClaimState]:
    """Whether this person may ask back or reject now, with words; and how the claim then stands."""
    if why := wrong_now(asked.verb, facts.state, facts.by):
        return answered(why, None)
    unknown = set(asked.fields) - set(facts.known)
    if asked.verb is Verb.CLAIM_ASK and (not asked.fields or unknown):
        why.append(reason(CODES, C.FIELD_MISSING, field="fields"))
    if not asked.said:
        why.append(reason(CODES, C.FIELD_MISSING, field="note"))
    return answered(why, _LEADS_TO[asked.verb])


def wrong_now(verb: Verb, state: ClaimState, by: Reviewer) -> list[Reason]:
    """Why this person takes no such step now, whatever it says."""
    wrong = not_now(verb, state, by.party)
    why = [] if wrong is None else [wrong]
    if by.own_company:
        why.append(reason(CODES, C.OWN_COMPANY))
    return why
