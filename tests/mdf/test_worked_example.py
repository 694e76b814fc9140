"""The worked example of mdf.md 2.3, to the cent, through the commands of everybody on both databases."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.kernel import clock
from portal.mdf import asking, funding, paying, reviewing
from portal.mdf.book import book_of
from portal.mdf.claim_writing import Target, TypedLine, save_outcome
from portal.mdf.drafting import Wish, begin, save
from portal.mdf.models import FundRequest
from portal.mdf.rules import RequestState
from portal.store.db import db
from portal.store.ledger import LedgerAccount
from tests.companies.cast import actor, partner
from tests.mdf import test_claiming as claims
from tests.mdf.claim_desk import close, do, judge, parts
from tests.mdf.review_desk import said
from tests.mdf.world import explained, make_fund
from tests.people import CHANNEL, FINANCE, LEAD, NORTE

KINDS = ("unallocated", "available", "reserved", "committed", "paid", "expired")


def balances(fund_id: int) -> tuple[int, ...]:
    """U, A, R, C, P and X of the whole fund, in whole dollars and cents."""
    query = (
        select(LedgerAccount.kind, func.sum(LedgerAccount.balance))
        .where(LedgerAccount.book == book_of(fund_id))
        .group_by(LedgerAccount.kind)
    )
    found = {row[0]: int(row[1]) for row in db.session.execute(query)}
    db.session.rollback()
    assert sum(found.get(kind, 0) for kind in KINDS) == 100_000_00 == -found["source"]
    return tuple(found.get(kind, 0) for kind in KINDS)


def requested() -> str:
    """A seminar of 12,000.00, of which 6,000.00 are asked and approved."""
    norte, now = actor(NORTE), clock.business()
    days = (date(2017, 12, 20), date(2017, 12, 21))
    ref = begin(Wish("ejemplo", "event", *days, asked=6_000_00), actor=norte, now=now)
    rest = {"title": "Seminario", "total_cost": 12_000_00, "outcome": {"attendees": 40}}
    assert save(ref, rest, 0, actor=norte, now=now).revision == 1
    assert not said(asking.submit(ref, actor=norte, now=now, key="key-0001")).refused
    yes = reviewing.approve(ref, 6_000_00, "", actor=actor(CHANNEL), now=now, key="key-0001")
    assert not said(yes).refused
    return ref


def claimed(request: str, final: bool) -> str:
    """An invoice of 10,000.00, of which 500.00 is alcohol, with all that is owed; sent, and checked."""
    claim = claims.begin(request).claim
    assert claim is not None
    lines = (TypedLine("venue", "Sala", 9_500_00), TypedLine("alcohol", "Vino", 500_00))
    claims.bill(claim, amount=10_000_00, lines=lines)
    claims.bring(claim, Target(invoice=parts(claim)[2][0].invoice_id), "la factura")
    claims.bring(claim, Target("agenda"), "la agenda")
    numbers = {"attendees": 40, "leads": 3}
    assert save_outcome(claim, numbers, "", final, actor=actor(NORTE)) is None
    assert not said(claims.submit(claim)).refused
    assert not judge(claim).refused
    return claim


@pytest.mark.parametrize("final", [True, False])
def test_the_worked_example_comes_out_to_the_cent(demo: Flask, final: bool) -> None:
    """The last claim of a request closes it when it is paid; else its company says that it is all."""
    fund = make_fund("ejemplo", budget=100_000_00)
    lead, now = actor(LEAD), clock.business()
    gift = funding.allocate(fund, partner("norte"), 20_000_00, actor=lead, now=now, key="key-0001")
    assert not gift.refused and balances(fund) == (80_000_00, 20_000_00, 0, 0, 0, 0)
    request = requested()
    assert balances(fund) == (80_000_00, 14_000_00, 6_000_00, 0, 0, 0)
    claim = claimed(request, final)
    assert not do("approve", claim, 4_750_00).refused
    assert balances(fund) == (80_000_00, 14_000_00, 1_250_00, 4_750_00, 0, 0)
    money = {"paid_on": clock.today(), "reference": "TR-1", "actor": actor(FINANCE), "now": now}
    assert not said(paying.pay(claim, 4_750_00, **money, key="key-0001")).refused
    if not final:
        assert balances(fund) == (80_000_00, 14_000_00, 1_250_00, 0, 4_750_00, 0)
        assert not close(request).refused
    assert state(request) is RequestState.CLOSED
    assert balances(fund) == (80_000_00, 15_250_00, 0, 0, 4_750_00, 0)
    explained()


def state(request: str) -> RequestState:
    found = db.session.scalars(select(FundRequest.state).where(FundRequest.ref == request)).one()
    db.session.rollback()
    return found
