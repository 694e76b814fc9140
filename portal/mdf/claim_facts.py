"""What the commands and pages of a claim start from: its rows, held where asked for, and its facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.mdf.book import held
from portal.mdf.claim_models import (
    Claim,
    ClaimLine,
    Document,
    FileKey,
    Invoice,
    InvoiceKey,
    Payment,
)
from portal.mdf.claim_rules import Bill, Cost, Grant, Line, Part
from portal.mdf.course import Waiting
from portal.mdf.deciding import Unseen
from portal.mdf.models import Activity, Fund, FundRequest, FundTerms, TimelineStep
from portal.mdf.queries import claim as seen_claim
from portal.mdf.rules import HOLDING_CLAIMS, OPEN_CLAIMS, ClaimState
from portal.mdf.sending_rules import (
    BeginFacts,
    DisputeFacts,
    Paper,
    Sending,
    SendingFacts,
    invoice_keys,
)
from portal.mdf.steps import party_of
from portal.mdf.transitions import Verb
from portal.store.files import File


@dataclass(frozen=True)
class ClaimGround:
    """A claim with what it stands on. The terms and the activity are those the request is bound to."""

    claim: Claim
    row: FundRequest
    fund: Fund
    terms: FundTerms
    activity: Activity


def claim_ground(session: Session, actor: Actor, ref: str, *, hold: bool = False) -> ClaimGround:
    """The claim `ref`, its request held until the transaction ends where asked for. Raises Unseen."""
    claim = seen_claim(session, actor, ref)
    if claim is None:
        raise Unseen
    request = select(FundRequest).where(FundRequest.id == claim.request_id)
    row = session.scalars(request.with_for_update() if hold else request).one()
    if hold:
        # What was read before the request was held may have changed meanwhile.
        session.refresh(claim)
    return ClaimGround(
        claim,
        row,
        session.get_one(Fund, row.fund_id),
        session.get_one(FundTerms, row.terms_id),
        session.get_one(Activity, row.activity_id),
    )


def own_claim(session: Session, actor: Actor, ref: str) -> ClaimGround:
    """The company's own claim, its request held. Raises Unseen, for staff too: they do not claim."""
    if actor.partner_id is None:
        raise Unseen
    return claim_ground(session, actor, ref, hold=True)


def bills_of(session: Session, claim_id: int) -> tuple[Bill, ...]:
    """The invoices of a claim with their lines, in the order they came. Two queries."""
    query = select(Invoice).where(Invoice.claim_id == claim_id).order_by(Invoice.id)
    invoices = list(session.scalars(query))
    lines: dict[int, list[Line]] = {invoice.id: [] for invoice in invoices}
    rows = select(ClaimLine).where(ClaimLine.invoice_id.in_(lines)).order_by(ClaimLine.id)
    for row in session.scalars(rows):
        lines[row.invoice_id].append(Line(row.id, row.cost, row.amount, row.accepted))
    return tuple(
        Bill(
            *(one.id, one.number, one.tax_id, one.issued_on, one.currency, one.amount, one.rate),
            tuple(lines[one.id]),
        )
        for one in invoices
    )


def papers_of(session: Session, claim_id: int) -> tuple[Paper, ...]:
    """The files of a claim, in the order they came. One query."""
    query = (
        select(Document.file_id, File.name, Document.sha256, Document.proof, Document.invoice_id)
        .join(File, File.id == Document.file_id)
        .where(Document.claim_id == claim_id, File.removed_at.is_(None))
        .order_by(Document.id)
    )
    return tuple(Paper(str(row[0]), *row[1:]) for row in session.execute(query))


def grant_of(found: ClaimGround, most: int) -> Grant:
    """What the approval gives, with `most` (minor units) that is still reserved."""
    costs = (Cost(each["code"], each["eligible"], each["why"]) for each in found.activity.costs)
    return Grant(found.fund.currency, found.activity.percent, most, tuple(costs))


def sending_of(session: Session, claim: Claim) -> Sending:
    """A claim as it would be sent."""
    bills, papers = bills_of(session, claim.id), papers_of(session, claim.id)
    return Sending(claim.ref, bills, papers, dict(claim.outcome), claim.final)


def sending_facts(
    session: Session, found: ClaimGround, asked: Sending, actor: Actor, on: date
) -> SendingFacts:
    """What sending a claim on `on` stands on. Six queries."""
    claim, row, activity = found.claim, found.row, found.activity
    assert row.due_on is not None, "what was approved is due"
    return SendingFacts(
        on=on,
        party=party_of(actor),
        state=claim.state,
        request=row.state,
        sent_before=claim.submitted_at is not None,
        approved_on=approved_on(session, row),
        due_on=row.due_on,
        grant=grant_of(found, held(session, found.fund, row).reserved),
        proofs=tuple(each["code"] for each in activity.proofs if each["needed"]),
        metrics=tuple(each["code"] for each in activity.metrics),
        invoices=claimed_already(session, claim, asked.bills),
        files=used_already(session, claim, asked.papers),
    )


def approved_on(session: Session, row: FundRequest) -> date:
    """The business date on which a request was approved first."""
    said = select(TimelineStep.at).where(
        TimelineStep.request_id == row.id, TimelineStep.verb == Verb.APPROVE
    )
    return clock.local_date(session.scalars(said.order_by(TimelineStep.id).limit(1)).one())


def claimed_already(session: Session, claim: Claim, bills: Sequence[Bill]) -> dict[str, str | None]:
    """The invoices that another claim was sent with, of whatever company and registry, with its
    reference where it is the company's own.
    """
    keys = {key: bill.id for bill in bills for key in invoice_keys(bill)}
    query = select(InvoiceKey.key, Claim.ref, Claim.partner_id).join(
        Claim, Claim.id == InvoiceKey.claim_id
    )
    rows = session.execute(query.where(InvoiceKey.key.in_(keys), Claim.id != claim.id))
    return {str(keys[key]): ref if whose == claim.partner_id else None for key, ref, whose in rows}


def used_already(session: Session, claim: Claim, papers: Sequence[Paper]) -> dict[str, str | None]:
    """The files that another claim was sent with, by their bytes; as of invoices."""
    wanted = {paper.sha256 for paper in papers}
    query = select(FileKey.sha256, Claim.ref, Claim.partner_id).join(
        Claim, Claim.id == FileKey.claim_id
    )
    rows = session.execute(query.where(FileKey.sha256.in_(wanted), Claim.id != claim.id))
    return {sha: ref if whose == claim.partner_id else None for sha, ref, whose in rows}


def open_claim(session: Session, row: FundRequest) -> str | None:
    """The claim of a request that is not decided yet, or the one its company called the last."""
    waiting = Claim.state.in_(OPEN_CLAIMS | {ClaimState.DRAFT})
    last = Claim.final & Claim.state.in_(HOLDING_CLAIMS)
    query = select(Claim.ref).where(Claim.request_id == row.id, or_(waiting, last))
    return session.scalars(query.order_by(Claim.id.desc()).limit(1)).first()


def begin_facts(session: Session, row: FundRequest, actor: Actor, on: date) -> BeginFacts:
    """What beginning a claim on `on` stands on. Three queries."""
    fund = session.get_one(Fund, row.fund_id)
    return BeginFacts(
        on=on,
        party=party_of(actor),
        request=row.state,
        due_on=row.due_on or on,
        reserved=held(session, fund, row).reserved,
        currency=fund.currency,
        open=open_claim(session, row),
    )


def dispute_facts(
    found: ClaimGround, part: Part, accepted: int | None, disputed: bool, actor: Actor, on: date
) -> DisputeFacts:
    """What disputing a line on `on` stands on; of a rejected claim nothing counted unless said so."""
    claim = found.claim
    rejected = claim.state is ClaimState.REJECTED and accepted is None
    return DisputeFacts(
        on=on,
        party=party_of(actor),
        state=claim.state,
        decided_on=clock.local_date(claim.decided_at) if claim.decided_at else None,
        cost=part.cost,
        eligible=part.eligible,
        amount=part.amount,
        counted=0 if rejected else part.counted,
        disputed=disputed,
        request=found.row.state,
    )


def paid_of(session: Session, claim: Claim) -> int:
    """What was paid of a claim. One query."""
    paid = select(func.sum(Payment.amount)).where(Payment.claim_id == claim.id)
    return int(session.scalar(paid) or 0)


def paid_in_all() -> ScalarSelect[Any]:
    """What was paid of a claim, in a query of claims."""
    paid = select(func.coalesce(func.sum(Payment.amount), 0))
    return paid.where(Payment.claim_id == Claim.id).correlate(Claim).scalar_subquery()


def waiting_of(claim: Claim) -> Waiting:
    """A claim as far as it says whose turn it is."""
    return Waiting(claim.ref, claim.state, claim.turn_due_on, claim.reversal_by is not None)
