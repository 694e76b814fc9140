"""The steps of a claim that its company takes (M4), on both databases."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kernel import clock
from portal.mdf import claiming
from portal.mdf.claim_models import Claim
from portal.mdf.deciding import Unseen
from portal.mdf.models import TimelineStep
from portal.mdf.rules import ClaimState, MdfCode, RequestState
from portal.mdf.transitions import Verb
from portal.store.db import db
from tests import people
from tests.companies.cast import actor
from tests.mdf.claim_world import make_claim
from tests.mdf.world import allot, explained, make_fund, make_request


@pytest.fixture
def request_ref(demo: Flask) -> str:
    """An approved request of norte, 600.00 reserved at 50 %."""
    fund_id = make_fund(budget=9000_00)
    allot(fund_id, "norte", 3000_00)
    return make_request(fund_id, state=RequestState.APPROVED, asked=600_00)


def begin(ref: str, key: str = "k1", email: str = people.NORTE) -> claiming.Begun:
    return claiming.begin(ref, actor=actor(email), now=clock.business(), key=key)


def codes(outcome: claiming.Outcome) -> list[str]:
    return [each.code for each in outcome.reasons]


def test_claims_are_begun_one_after_another(request_ref: str) -> None:
    first = begin(request_ref)
    assert first.claim and not first.outcome.refused
    again = begin(request_ref)
    assert again.outcome.again and again.claim == first.claim, "the same key begins once"
    second = begin(request_ref, "k2")
    assert codes(second.outcome) == [MdfCode.CLAIM_OPEN] and second.claim == first.claim
    row = db.session.scalars(select(Claim)).one()
    steps = list(
        db.session.scalars(select(TimelineStep.verb).where(TimelineStep.claim_id == row.id))
    )
    assert (row.state, steps) == (ClaimState.DRAFT, [Verb.CLAIM_BEGIN])
    explained()


def test_what_is_not_one_s_own_is_not_there_and_staff_do_not_claim(request_ref: str) -> None:
    for email in (people.SUR, people.CHANNEL, people.LEAD_L3, people.FINANCE):
        with pytest.raises(Unseen):
            begin(request_ref, email=email)


def test_after_the_last_claim_and_without_a_reserve_none_is_begun(request_ref: str) -> None:
    last = make_claim(request_ref, ClaimState.PAID, lines=[("venue", 1200_00)])
    found = begin(request_ref).outcome
    assert codes(found) == [MdfCode.CLAIM_OPEN, MdfCode.ABOVE_APPROVED]
    assert found.reasons[0].facts == {"claim": last}
