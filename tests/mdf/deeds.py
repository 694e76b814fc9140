"""Every step of MDF taken by its command, as somebody would: the state machines, tables and drills call these.

`take` says "done", "unseen", or the codes of the refusal. Amounts are minor units.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.access import PARTNER_ROLES, Actor
from portal.mdf import (
    asking,
    changing,
    claim_reviewing,
    claiming,
    closing,
    paying,
    reversing,
    reviewing,
    settling,
    time,
)
from portal.mdf.claim_facts import claim_ground
from portal.mdf.claim_models import Claim, ClaimLine, Document, Invoice
from portal.mdf.claim_review_facts import claim_review
from portal.mdf.claim_review_rules import Check, Judged
from portal.mdf.claim_rules import approvable
from portal.mdf.deciding import Outcome, Unseen
from portal.mdf.models import FundRequest
from portal.mdf.rules import Verdict
from portal.mdf.transitions import Verb
from portal.store.db import atomic, db
from tests.mdf.claim_world import put_invoice

NOTE = "Por lo conversado"


@dataclass(frozen=True)
class Deed:
    """A step on a request or on a claim of it, by somebody, at a moment, under a key; `amount` where
    the step has one, else all there is.
    """

    verb: Verb
    request: str
    claim: str
    who: Actor
    now: datetime
    key: str
    amount: int | None = None

    @property
    def said(self) -> dict[str, Any]:
        """What every command is told."""
        return {"actor": self.who, "now": self.now, "key": self.key}


def take(deed: Deed) -> str:
    """Do it; what the command says."""
    try:
        return said(COMMANDS[deed.verb](deed))
    except Unseen:
        return "unseen"


def said(outcome: object) -> str:
    """An answer in a word."""
    if isinstance(outcome, claiming.Begun):
        outcome = outcome.outcome
    if isinstance(outcome, Outcome):
        if not outcome.refused:
            return "again" if outcome.again else "done"
        return " ".join(each.code for each in outcome.reasons if each.blocks)
    return "done" if outcome else "nothing"


def _approve(deed: Deed) -> Outcome:
    row = request(deed.request)
    return reviewing.approve(row.ref, deed.amount or row.asked or 0, "", **deed.said)


def _ask_dates(deed: Deed) -> Outcome:
    row, later = request(deed.request), timedelta(days=7)
    assert row.starts_on and row.ends_on
    days = row.starts_on + later, row.ends_on + later
    return changing.ask_dates(row.ref, *days, NOTE, **deed.said)


def _submit_claim(deed: Deed) -> Outcome:
    """With an invoice and its document, if it had none; only its company can."""
    if deed.who.role in PARTNER_ROLES and (row := claim(deed.claim)) is not None:
        mine = row.partner_id == deed.who.partner_id and row.submitted_at is None
        if mine and not invoices(row.id):
            put_invoice(row.ref, [("venue", deed.amount or 10_00), ("alcohol", 1_00)])
    return claiming.submit(deed.claim, **deed.said)


def _approve_claim(deed: Deed) -> Outcome:
    """A verdict on everything, lines cut by a half where an amount is named; then the yes."""
    look(deed)
    total = 0
    with atomic() as session:
        try:
            found = claim_ground(session, deed.who, deed.claim)
            facts = claim_review(session, found, deed.who)
            total = approvable(facts.bills, facts.grant).amount
        except Unseen:
            pass
    return claim_reviewing.approve(deed.claim, total, "", **deed.said)


def look(deed: Deed) -> None:
    """Say a verdict on every document and line; cut by a half where the deed has an amount."""
    row = claim(deed.claim)
    if row is None:
        return
    session = db.session()
    papers = session.scalars(select(Document.id).where(Document.claim_id == row.id)).all()
    whole = deed.amount is None
    verdicts = tuple(
        Judged(
            line.id, Verdict.ACCEPTED, "" if whole else NOTE, None if whole else line.amount // 2
        )
        for line in lines(row.id)
    )
    documents = tuple(Judged(each, Verdict.ACCEPTED) for each in papers)
    asked = Check(row.ref, documents, verdicts)
    try:
        claim_reviewing.check(asked, actor=deed.who)
    except Unseen:
        return


def _pay(deed: Deed) -> Outcome:
    row = claim(deed.claim)
    left = (row.approved or 0) - paying.paid_of(db.session(), row) if row else 0
    amount = left if deed.amount is None else min(deed.amount, left)
    on = clock.local_date(deed.now)
    return paying.pay(deed.claim, amount, paid_on=on, reference=f"TR-{deed.key}", **deed.said)


def _line(deed: Deed) -> ClaimLine | None:
    row = claim(deed.claim)
    found = lines(row.id) if row else []
    return found[0] if found else None


def _dispute(deed: Deed) -> Outcome:
    line = _line(deed)
    return claiming.dispute(deed.claim, line.id if line else 0, NOTE, **deed.said)


def _settle(deed: Deed) -> Outcome:
    line = _line(deed)
    accepted = line.amount if line and deed.amount is None else (line.accepted or 0) if line else 0
    return settling.settle(deed.claim, line.id if line else 0, accepted, NOTE, **deed.said)


COMMANDS: dict[Verb, Callable[[Deed], object]] = {
    Verb.SUBMIT: lambda deed: asking.submit(deed.request, **deed.said),
    Verb.ASK: lambda deed: reviewing.ask(deed.request, ("title",), NOTE, **deed.said),
    # A first yes of two is an endorsement: the same command.
    Verb.ENDORSE: _approve,
    Verb.APPROVE: _approve,
    Verb.REJECT: lambda deed: reviewing.reject(deed.request, NOTE, **deed.said),
    Verb.DECLINE: lambda deed: reviewing.decline(deed.request, NOTE, **deed.said),
    Verb.WITHDRAW: lambda deed: asking.withdraw(deed.request, actor=deed.who, now=deed.now),
    Verb.CANCEL: lambda deed: changing.cancel(deed.request, NOTE, **deed.said),
    Verb.ASK_DATES: _ask_dates,
    Verb.MOVE_DATES: lambda deed: changing.move_dates(deed.request, NOTE, **deed.said),
    Verb.KEEP_DATES: lambda deed: changing.keep_dates(deed.request, NOTE, **deed.said),
    Verb.EXTEND: lambda deed: changing.extend(deed.request, NOTE, **deed.said),
    Verb.REMIND: lambda deed: time.remind(request(deed.request).id, now=deed.now),
    Verb.EXPIRE: lambda deed: time.end(request(deed.request).id, now=deed.now),
    Verb.CLOSE: lambda deed: closing.close(deed.request, **deed.said),
    Verb.CLAIM_BEGIN: lambda deed: claiming.begin(deed.request, **deed.said),
    Verb.CLAIM_SUBMIT: _submit_claim,
    Verb.CLAIM_ASK: lambda deed: claim_reviewing.ask(deed.claim, ("outcome",), NOTE, **deed.said),
    Verb.CLAIM_ENDORSE: _approve_claim,
    Verb.CLAIM_APPROVE: _approve_claim,
    Verb.CLAIM_REJECT: lambda deed: claim_reviewing.reject(deed.claim, NOTE, **deed.said),
    Verb.CLAIM_WITHDRAW: lambda deed: claiming.withdraw(deed.claim, **deed.said),
    Verb.CLAIM_DISPUTE: _dispute,
    Verb.CLAIM_SETTLE: _settle,
    Verb.CLAIM_PAY: _pay,
    Verb.CLAIM_ASK_REVERSAL: lambda deed: reversing.ask_reversal(deed.claim, NOTE, **deed.said),
    Verb.CLAIM_REVERSE: lambda deed: reversing.reverse(deed.claim, NOTE, **deed.said),
    Verb.CLAIM_KEEP: lambda deed: reversing.keep_claim(deed.claim, NOTE, **deed.said),
}


def request(ref: str) -> FundRequest:
    """A request as it is now."""
    session = db.session()
    session.rollback()
    return session.scalars(select(FundRequest).where(FundRequest.ref == ref)).one()


def claim(ref: str) -> Claim | None:
    """A claim as it is now."""
    session = db.session()
    session.rollback()
    return session.scalars(select(Claim).where(Claim.ref == ref)).first()


def invoices(claim_id: int) -> list[int]:
    """The invoices of a claim."""
    query = select(Invoice.id).where(Invoice.claim_id == claim_id)
    return list(db.session().scalars(query))


def lines(claim_id: int) -> list[ClaimLine]:
    """The lines of a claim."""
    query = select(ClaimLine).join(Invoice, Invoice.id == ClaimLine.invoice_id)
    return list(db.session().scalars(query.where(Invoice.claim_id == claim_id)))
