"""Who sees which rows of MDF, and the rows that many pages and commands start from.

A company its own requests and claims; a registry's channel people those of that registry, once sent
or when one of them filed it; finance what was approved, of every registry (facts.md section 9).
"""

from datetime import date
from typing import Any

from sqlalchemy import and_, false, literal, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from portal.kernel.access import CHANNEL_ROLES, PARTNER_ROLES, Actor, Role
from portal.mdf.claim_models import (
    Claim,
    ClaimLine,
    Document,
    FileKey,
    Invoice,
    InvoiceKey,
    Payment,
    Reminder,
)
from portal.mdf.models import (
    Activity,
    Approval,
    Fund,
    FundRequest,
    FundTerms,
    FundTermsHeld,
    Limit,
    TimelineStep,
)
from portal.store.facts import in_period
from portal.store.files import File, readers
from portal.store.scope import internal, open_to_all, scope, visible, visible_to

# What a fund pays for is no secret; what is in it is the ledger's.
open_to_all(Fund, FundTerms, Activity, FundTermsHeld)
internal(Limit, Approval, InvoiceKey, FileKey, Reminder)

REQUEST_FILES = "mdf-request:"
CLAIM_FILES = "mdf-claim:"


@scope(FundRequest)
def requests(actor: Actor) -> ColumnElement[bool] | None:
    """One's own company's; a registry's that were sent; for finance those that were approved."""
    if actor.role in PARTNER_ROLES and actor.partner_id is not None:
        return FundRequest.partner_id == actor.partner_id
    if actor.role in CHANNEL_ROLES and actor.registry_id is not None:
        sent = or_(FundRequest.submitted_at.is_not(None), FundRequest.for_staff)
        return and_(FundRequest.registry_id == actor.registry_id, sent)
    if actor.role is Role.FINANCE:
        return FundRequest.approved.is_not(None)
    return false()


@scope(Claim)
def claims(actor: Actor) -> ColumnElement[bool] | None:
    """Those of the requests one sees; what was never sent is its company's alone."""
    if actor.role in PARTNER_ROLES and actor.partner_id is not None:
        return Claim.partner_id == actor.partner_id
    sent = Claim.submitted_at.is_not(None)
    if actor.role in CHANNEL_ROLES and actor.registry_id is not None:
        return and_(Claim.registry_id == actor.registry_id, sent)
    if actor.role is Role.FINANCE:
        return sent
    return false()


def _of_requests(column: Any, actor: Actor) -> ColumnElement[bool]:
    condition = visible(FundRequest, actor)
    assert condition is not None, "nobody sees every request"
    found: ColumnElement[bool] = column.in_(select(FundRequest.id).where(condition))
    return found


def _of_claims(column: Any, actor: Actor) -> ColumnElement[bool]:
    condition = visible(Claim, actor)
    assert condition is not None, "nobody sees every claim"
    found: ColumnElement[bool] = column.in_(select(Claim.id).where(condition))
    return found


@scope(TimelineStep)
def steps(actor: Actor) -> ColumnElement[bool] | None:
    """The timelines of the requests one sees; what was done with a claim, if one sees the claim."""
    seen = _of_requests(TimelineStep.request_id, actor)
    return and_(
        seen, or_(TimelineStep.claim_id.is_(None), _of_claims(TimelineStep.claim_id, actor))
    )


@scope(Invoice)
def invoices(actor: Actor) -> ColumnElement[bool] | None:
    """Those of the claims one sees."""
    return _of_claims(Invoice.claim_id, actor)


@scope(ClaimLine)
def lines(actor: Actor) -> ColumnElement[bool] | None:
    """Those of the invoices one sees."""
    return ClaimLine.invoice_id.in_(select(Invoice.id).where(_of_claims(Invoice.claim_id, actor)))


@scope(Document)
def documents(actor: Actor) -> ColumnElement[bool] | None:
    """Those of the claims one sees."""
    return _of_claims(Document.claim_id, actor)


@scope(Payment)
def payments(actor: Actor) -> ColumnElement[bool] | None:
    """Those of the claims one sees."""
    return _of_claims(Payment.claim_id, actor)


@readers
def files(actor: Actor) -> ColumnElement[bool]:
    """What is attached is for whoever sees the request or the claim it is attached to."""
    if actor.role is not Role.FINANCE and actor.role not in CHANNEL_ROLES:
        return false()
    of_request = literal(REQUEST_FILES).concat(FundRequest.ref)
    of_claim = literal(CLAIM_FILES).concat(Claim.ref)
    asked, claimed = visible(FundRequest, actor), visible(Claim, actor)
    assert asked is not None and claimed is not None, "nobody sees all of MDF"
    return or_(
        File.subject.in_(select(of_request).where(asked)),
        File.subject.in_(select(of_claim).where(claimed)),
    )


def terms_on(session: Session, fund_id: int, on: date) -> FundTerms | None:
    """The terms a fund has on `on`; None before its first."""
    query = select(FundTerms).join(FundTermsHeld, FundTermsHeld.terms_id == FundTerms.id)
    return session.scalar(
        query.where(FundTermsHeld.fund_id == fund_id, in_period(FundTermsHeld, on))
    )


def activities_of(session: Session, terms_id: int) -> list[Activity]:
    """What a version of the terms pays for, in its order."""
    query = select(Activity).where(Activity.terms_id == terms_id)
    return list(session.scalars(query.order_by(Activity.position)))


def request(session: Session, actor: Actor, ref: str, *, hold: bool = False) -> FundRequest | None:
    """The request `ref` that `actor` sees, held until the transaction ends where asked for."""
    query = visible_to(FundRequest, actor).where(FundRequest.ref == ref.strip().upper())
    return session.scalar(query.with_for_update() if hold else query)


def claim(session: Session, actor: Actor, ref: str) -> Claim | None:
    """The claim `ref` that `actor` sees."""
    return session.scalar(visible_to(Claim, actor).where(Claim.ref == ref.strip().upper()))
