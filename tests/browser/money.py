"""Requests and claims in their states, for the pages of MDF to be looked at."""

from sqlalchemy import select

from portal.mdf.claim_models import Claim, ClaimLine, Invoice
from portal.mdf.models import Fund
from portal.mdf.rules import ClaimState, RequestState
from portal.store.db import atomic, db
from tests.mdf.claim_desk import do
from tests.mdf.claim_world import make_claim
from tests.mdf.world import make_request
from tests.people import FINANCE


def ask_for_money() -> None:
    """Of Norte, from the fund of the demo: what leads to every page of MDF."""
    query = select(Fund.id).where(Fund.slug == "centurylink-2017")
    fund = db.session.scalars(query).one()
    undone = make_request(fund, "norte", RequestState.APPROVED, asked=500_00)
    do("ask_reversal", make_claim(undone, ClaimState.PART_PAID), by=FINANCE)
    for claim in (ClaimState.DRAFT, ClaimState.SUBMITTED, ClaimState.APPROVED, ClaimState.PAID):
        ref = make_request(fund, "norte", RequestState.APPROVED, asked=500_00)
        made = make_claim(ref, claim, lines=[("venue", 300_00), ("alcohol", 20_00)])
        if claim is ClaimState.APPROVED:
            _cut(made)
    # Last those that most leads on from: of each view the walk reads a few pages, the newest first.
    for state in (RequestState.SUBMITTED, RequestState.APPROVED, RequestState.DRAFT):
        make_request(fund, "norte", state, asked=300_00)
    db.session.rollback()


def _cut(claim: str) -> None:
    """Of the claim's first line not all was accepted: it may be disputed."""
    with atomic() as session:
        query = select(ClaimLine).join(Invoice, Invoice.id == ClaimLine.invoice_id)
        mine = query.join(Claim, Claim.id == Invoice.claim_id).where(Claim.ref == claim)
        line = session.scalars(mine.order_by(ClaimLine.id)).first()
        assert line is not None
        line.accepted, line.reason = line.amount // 2, "Sin la cena."
