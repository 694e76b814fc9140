"""Reviewing, paying and reversing claims of a small fund, as its people do, and what is then on record."""

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.mdf import claim_reviewing, closing, paying, reversing, settling
from portal.mdf.book import held, left_for
from portal.mdf.claim_models import Claim, ClaimLine, Document, Invoice
from portal.mdf.claim_review_rules import Check, Judged
from portal.mdf.models import Fund, FundRequest
from portal.mdf.rules import RequestState, Verdict
from portal.store.db import db
from tests.companies.cast import actor
from tests.mdf.review_desk import said
from tests.mdf.world import allot, make_fund, make_request
from tests.people import FINANCE, LEAD, NORTE

DEEDS = {
    **{verb: getattr(claim_reviewing, verb) for verb in ("approve", "ask", "reject")},
    **{verb: getattr(reversing, verb) for verb in ("ask_reversal", "reverse", "keep_claim")},
    "settle": settling.settle,
}


@pytest.fixture
def request_(demo):
    """A request of Norte's, approved by the channel manager: 30.00 of a fund that gives it 60.00."""
    with demo.app_context():
        fund_id = make_fund(manager_limit=25_00)
        allot(fund_id, "norte", 60_00)
        yield make_request(fund_id, state=RequestState.APPROVED, asked=30_00)


def do(verb, ref, *asked, by=LEAD, key="key-0001", note="Por la factura."):
    """What became of it (R7)."""
    who = actor(by) if isinstance(by, str) else by
    return said(DEEDS[verb](ref, *asked, note, actor=who, now=clock.business(), key=key))


def pay(ref, amount, by=FINANCE, key="key-0001", reference="TR-1", days=None):
    return said(
        paying.pay(
            *(ref, amount),
            paid_on=days or clock.today(),
            reference=reference,
            actor=actor(by),
            now=clock.business(),
            key=key,
        )
    )


def close(ref, by=NORTE, key="key-0001"):
    return said(closing.close(ref, actor=actor(by), now=clock.business(), key=key))


def judge(ref, by=LEAD, **lines):
    """A verdict on all of a claim: its documents accepted, of each line of a cost so much (else all)."""
    claim, papers, rows = parts(ref)
    said_ = tuple(
        Judged(row.id, Verdict.ACCEPTED, "Sin la cena.", lines.get(row.cost, row.amount))
        for row in rows
    )
    asked = Check(claim.ref, tuple(Judged(one.id, Verdict.ACCEPTED) for one in papers), said_)
    return claim_reviewing.check(asked, actor=actor(by))


def parts(ref):
    """A claim, its documents and its lines, as they are now."""
    claim = db.session.scalars(select(Claim).where(Claim.ref == ref)).one()
    papers = list(db.session.scalars(select(Document).where(Document.claim_id == claim.id)))
    lines = select(ClaimLine).join(Invoice, Invoice.id == ClaimLine.invoice_id)
    rows = list(
        db.session.scalars(lines.where(Invoice.claim_id == claim.id).order_by(ClaimLine.id))
    )
    db.session.expunge_all()
    db.session.rollback()
    return claim, papers, rows


def money(ref):
    """What a request holds, (reserved, committed, paid), and what its company has left."""
    row = db.session.scalars(select(FundRequest).where(FundRequest.ref == ref)).one()
    fund, session = db.session.get_one(Fund, row.fund_id), db.session()
    found = held(session, fund, row)
    left = left_for(session, fund, row.partner_id)
    db.session.expunge_all()
    db.session.rollback()
    return (found.reserved, found.committed, found.paid), left
