"""The world of these tests is sound itself: the ledger explains every state of it (M2)."""

from flask import Flask
from sqlalchemy import select

from portal.mdf.book import Held, held
from portal.mdf.models import Fund, FundRequest
from portal.mdf.rules import ClaimState, RequestState
from portal.store.db import db
from tests.mdf.claim_world import make_claim
from tests.mdf.world import allot, explained, make_fund, make_request


def holds(ref: str) -> Held:
    session = db.session()
    row = session.scalars(select(FundRequest).where(FundRequest.ref == ref)).one()
    found = held(session, session.get_one(Fund, row.fund_id), row)
    session.rollback()
    return found


def test_a_request_and_a_claim_in_every_state_are_explained_by_the_ledger(demo: Flask) -> None:
    fund_id = make_fund(budget=900_00)
    allot(fund_id, "norte", 800_00)
    granted = [make_request(fund_id, state=state) for state in RequestState]
    assert holds(granted[3]) == Held(15_00, 0, 0) and holds(granted[7]) == Held(0, 0, 0)
    found = {}
    for state in ClaimState:
        ref = make_request(fund_id, state=RequestState.APPROVED)
        make_claim(ref, state)
        found[state] = holds(ref)
    assert found[ClaimState.SUBMITTED] == Held(15_00, 0, 0)
    assert found[ClaimState.APPROVED] == Held(10_00, 5_00, 0)
    assert found[ClaimState.PART_PAID] == Held(10_00, 2_50, 2_50)
    assert found[ClaimState.PAID] == Held(10_00, 0, 5_00)
    assert found[ClaimState.REVERSED] == Held(15_00, 0, 0)
    explained()
