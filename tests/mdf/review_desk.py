"""Deciding on requests of a small fund, as its people do, and what is then on record."""

import pytest
from sqlalchemy import func, select

from portal.kernel import clock
from portal.mdf import changing, reviewing
from portal.mdf.book import held, left_for
from portal.mdf.models import Fund, FundRequest, TimelineStep
from portal.store.db import db
from portal.store.decisions import StoredDecision, replay
from tests.companies.cast import actor
from tests.mdf.world import allot, make_fund
from tests.people import CHANNEL


@pytest.fixture
def fund(demo):
    """A fund of 100.00, 60.00 of it Norte's; above 20.00 a second person decides."""
    with demo.app_context():
        fund_id = make_fund(manager_limit=20_00)
        allot(fund_id, "norte", 60_00)
        yield fund_id


def say(verb, ref, *asked, by=CHANNEL, key="key-0001", note="Por favor."):
    """What became of it (R7)."""
    deed = getattr(reviewing, verb, None) or getattr(changing, verb)
    return said(deed(ref, *asked, note, actor=actor(by), now=clock.business(), key=key))


def said(found):
    """An outcome whose decision is on record, and replays the same."""
    stored = db.session.scalars(select(StoredDecision).where(StoredDecision.ref == found.ref)).one()
    assert stored.refused == found.refused and replay(stored).same
    db.session.rollback()
    return found


def codes(outcome):
    return [reason.code for reason in outcome.reasons]


def stands(ref):
    """The request as it is now, what it holds, and what its company has left."""
    row = db.session.scalars(select(FundRequest).where(FundRequest.ref == ref)).one()
    fund = db.session.get_one(Fund, row.fund_id)
    money = held(db.session(), fund, row).reserved, left_for(db.session(), fund, row.partner_id)
    db.session.expunge_all()
    db.session.rollback()
    return row, money


def last_step(ref):
    query = select(TimelineStep).join(FundRequest, FundRequest.id == TimelineStep.request_id)
    found = db.session.scalars(
        query.where(FundRequest.ref == ref).order_by(TimelineStep.id.desc())
    ).first()
    db.session.expunge_all()
    db.session.rollback()
    return found


def count(model):
    found = db.session.scalar(select(func.count()).select_from(model))
    db.session.rollback()
    return found
