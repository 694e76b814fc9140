"""Whether a claim may be begun, sent, and a line of it disputed: every reason at once (M4). Pure.

Of an invoice the date of issue counts: it stands on the paper. It may lie from the approval on, since
deposits are billed before the activity, until the day the claim is due, since suppliers bill after
it; and not in the future. When the activity took place is what the proofs show.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from portal.kernel import money
from portal.kernel.decision import Decision, Reason, reason
from portal.mdf.claim_rules import Approvable, Bill, Grant, approvable, informs
from portal.mdf.rules import (
    CODES,
    DISPUTE_DAYS,
    RULESET,
    ClaimState,
    Party,
    RequestState,
    answered,
)
from portal.mdf.rules import MdfCode as C
from portal.mdf.transitions import STEPS, Verb, not_now

# What a claim owes with each invoice, beside the proofs of its activity: the invoice itself.
INVOICE_PROOF = "invoice"


@dataclass(frozen=True)
class ClaimWish:
    """What is asked about: a request or a claim by its reference, and a line of it where there is one."""

    ref: str
    line: int | None = None


@dataclass(frozen=True)
class Paper:
    """A file of a claim: of a proof, or of an invoice (its id)."""

    id: str
    name: str
    sha256: str
    proof: str | None
    invoice: int | None


@dataclass(frozen=True)
class Sending:
    """A claim as it would be sent. `outcome` is what came of the activity, by metric."""

    ref: str
    bills: tuple[Bill, ...]
    papers: tuple[Paper, ...]
    outcome: Mapping[str, int | None]
    final: bool


@dataclass(frozen=True)
class SendingFacts:
    """What sending stands on. `on` is the business date; `sent_before`: the review asked for more.

    `invoices` are those of the claim that are on another one already, by id, `files` by their bytes:
    with the reference of the company's own claim, None where it is not the company's.
    """

    on: date
    party: Party
    state: ClaimState
    request: RequestState
    sent_before: bool
    approved_on: date
    due_on: date
    grant: Grant
    proofs: tuple[str, ...]
    metrics: tuple[str, ...]
    invoices: Mapping[str, str | None]
    files: Mapping[str, str | None]


@dataclass(frozen=True)
class BeginFacts:
    """What beginning a claim stands on. `open` is the claim of this request that is not decided yet, or
    the last one, as the company said; `reserved` is minor units of `currency`.
    """

    on: date
    party: Party
    request: RequestState
    due_on: date
    reserved: int
    currency: str
    open: str | None


@dataclass(frozen=True)
class WithdrawFacts:
    """What taking a claim back stands on."""

    party: Party
    state: ClaimState


@dataclass(frozen=True)
class DisputeFacts:
    """What disputing a line of the kind `cost` stands on: what counted of its amount, whether its kind is
    `eligible` by the terms, and whether a line of this claim was `disputed` already.
    """

    on: date
    party: Party
    state: ClaimState
    decided_on: date | None
    cost: str
    eligible: bool
    amount: int
    counted: int
    disputed: bool
    request: RequestState = RequestState.APPROVED


def may_begin(asked: ClaimWish, facts: BeginFacts) -> Decision[bool]:
    """Whether a claim on a request may be begun: one after another, while money is held for it."""
    step = not_now(Verb.CLAIM_BEGIN, facts.request, facts.party)
    found: list[Reason] = [step] if step else []
    if facts.on > facts.due_on:
        found.append(reason(CODES, C.CLAIM_LATE, due=facts.due_on.isoformat()))
    if facts.open is not None:
        found.append(reason(CODES, C.CLAIM_OPEN, claim=facts.open))
    if facts.reserved <= 0:
        found.append(reason(CODES, C.ABOVE_APPROVED, most=0, currency=facts.currency))
    return answered(found, True)


def may_submit(asked: Sending, facts: SendingFacts) -> Decision[Approvable]:
    """What the claim comes to, or everything that is missing. Its value is the sum to be reviewed.

    What was sent in time and is asked about again is not late.
    """
    step = not_now(Verb.CLAIM_SUBMIT, facts.state, facts.party)
    found: list[Reason] = [step] if step else []
    if facts.request is not RequestState.APPROVED:
        found.append(reason(CODES, C.NOT_NOW, state=facts.request.value))
    if facts.on > facts.due_on and not facts.sent_before:
        found.append(reason(CODES, C.CLAIM_LATE, due=facts.due_on.isoformat()))
    found += _of_invoices(asked, facts) + _of_papers(asked, facts)
    found += [
        reason(CODES, C.FIELD_MISSING, f"outcome:{code}", field=code)
        for code in facts.metrics
        if asked.outcome.get(code) is None
    ]
    total = approvable(asked.bills, facts.grant)
    rated = all(each.converted is not None for each in total.bills)
    if total.bills and rated and total.amount == 0:
        found.append(reason(CODES, C.AMOUNT_NONE))
    found += informs(total)
    refused = any(each.blocks for each in found)
    return Decision(RULESET, None if refused else total, tuple(found))


def _of_invoices(asked: Sending, facts: SendingFacts) -> list[Reason]:
    found: list[Reason] = []
    if not asked.bills:
        found.append(reason(CODES, C.INVOICE_MISSING))
    until = min(facts.due_on, facts.on)
    seen: set[str] = set()
    for bill in asked.bills:
        line = f"invoice:{bill.id}"
        if not facts.approved_on <= bill.issued_on <= until:
            span = {"from": facts.approved_on.isoformat(), "until": until.isoformat()}
            found.append(reason(CODES, C.INVOICE_DATE, line, invoice=bill.number, **span))
        if bill.currency != facts.grant.currency and not bill.rate:
            told = {"invoice": bill.number, "currency": bill.currency}
            found.append(reason(CODES, C.RATE_MISSING, line, **told))
        keys = set(invoice_keys(bill))
        if str(bill.id) in facts.invoices:
            other = facts.invoices[str(bill.id)]
            found.append(reason(CODES, C.INVOICE_TWICE, line, invoice=bill.number, claim=other))
        elif keys & seen:
            told = {"invoice": bill.number, "claim": asked.ref}
            found.append(reason(CODES, C.INVOICE_TWICE, line, **told))
        seen |= keys
    return found


def _of_papers(asked: Sending, facts: SendingFacts) -> list[Reason]:
    billed = {paper.invoice for paper in asked.papers}
    shown = {paper.proof for paper in asked.papers}
    found = [
        reason(CODES, C.PROOF_MISSING, f"invoice:{bill.id}", proof=INVOICE_PROOF)
        for bill in asked.bills
        if bill.id not in billed
    ]
    found += [
        reason(CODES, C.PROOF_MISSING, f"proof:{code}", proof=code)
        for code in facts.proofs
        if code not in shown
    ]
    found += [
        reason(
            *(CODES, C.FILE_TWICE, f"file:{paper.id}"),
            file=paper.name,
            claim=facts.files[paper.sha256],
        )
        for paper in asked.papers
        if paper.sha256 in facts.files
    ]
    return found


def may_dispute(asked: ClaimWish, facts: DisputeFacts) -> Decision[bool]:
    """Whether a line may be looked at again: once a claim, in time, and where the review did not take
    all of what the terms pay for.
    """
    step = not_now(Verb.CLAIM_DISPUTE, facts.state, facts.party)
    found: list[Reason] = [step] if step else []
    if not step and facts.request is not RequestState.APPROVED:
        found.append(reason(CODES, C.NOT_NOW, state=facts.request.value))
    if not facts.eligible:  # the terms say so: no second look makes it eligible
        found.append(reason(CODES, C.LINE_NOT_ELIGIBLE, f"line:{asked.line}", cost=facts.cost))
    nothing = facts.counted >= facts.amount or facts.decided_on is None or not facts.eligible
    if not step and nothing:
        found.append(reason(CODES, C.NOT_NOW, state=facts.state.value))
    if facts.disputed:
        found.append(reason(CODES, C.LINE_DISPUTED, f"line:{asked.line}"))
    until = None if facts.decided_on is None else last_day_to_dispute(facts.decided_on)
    if until is not None and facts.on > until:
        found.append(reason(CODES, C.DISPUTE_LATE, f"line:{asked.line}", until=until.isoformat()))
    refused = any(each.blocks for each in found)
    return Decision(RULESET, None if refused else True, tuple(found))


def last_day_to_dispute(decided_on: date) -> date:
    """The last day on which a line of a claim decided on `decided_on` may be disputed."""
    return decided_on + timedelta(days=DISPUTE_DAYS)


def may_withdraw(asked: ClaimWish, facts: WithdrawFacts) -> Decision[bool]:
    """Whether a claim may be taken back: until it is decided."""
    step = not_now(Verb.CLAIM_WITHDRAW, facts.state, facts.party)
    return answered([step] if step else [], True)


def editable(state: ClaimState) -> bool:
    """Whether what a claim says may be changed: as long as it may be sent."""
    return state in STEPS[Verb.CLAIM_SUBMIT].states


def invoice_keys(bill: Bill) -> tuple[str, ...]:
    """By what an invoice is known again, whoever typed it: issuer, number and amount (mdf.md 2.7).

    The number as letters and digits alone, upper-cased; and once more by its sections, so that
    neither spaces and dashes nor zeros at the front of a section make another invoice of it; nor does
    another currency under the same figure.
    """
    sections = [_plain(each) for each in re.split(r"[\W_]+", _folded(bill.number))]
    joined = _plain(_folded(bill.number))
    tail = f"|{money.decimal(bill.amount, bill.currency).normalize():f}"
    names = dict.fromkeys([_short(joined), ".".join(_short(each) for each in sections if each)])
    return tuple(f"{_short(_plain(_folded(bill.tax_id)))}|{name}{tail}" for name in names)


# Cyrillic and Greek capitals that nobody can tell from Latin ones on paper.
_TWINS = str.maketrans(
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "ABEKMHOPCTYXSIJABEZHIKMNOPTYX",
)


def _folded(text: str) -> str:
    """Full-width forms, other scripts' digits and letters that look Latin as their ASCII twins,
    accents gone, upper-cased.
    """
    plain = unicodedata.normalize("NFKD", text).upper().translate(_TWINS)
    digits = (str(unicodedata.digit(sign, sign)) for sign in plain)
    return "".join(sign for sign in "".join(digits) if not unicodedata.combining(sign))


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


def _short(text: str) -> str:
    """Without the zeros that a run of digits begins with."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", text)
