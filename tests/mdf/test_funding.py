"""The money of a fund in its lead's hands: allocated, added, carried over, and closed at last (M1, M2)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.access import SYSTEM
from portal.mdf import closing_funds, funding
from portal.mdf.book import book_of, post, release
from portal.mdf.deciding import Unseen
from portal.mdf.fund_rules import Gift, GiftFacts, Purse, may_add, may_allocate, may_carry_over
from portal.mdf.models import Fund, FundRequest
from portal.mdf.rules import Cause, Kind
from portal.mdf.rules import MdfCode as C
from portal.mdf.rules import RequestState as R
from portal.store.db import atomic, db
from portal.store.decisions import StoredDecision, replay
from portal.store.events import Event
from portal.store.ledger import LedgerAccount, LedgerTransfer
from tests.companies.cast import actor, partner
from tests.mdf.world import explained, make_fund, make_request
from tests.people import CHANNEL, LEAD, LEAD_L3, NORTE
from tests.registry.world import CTL, L3

PURSE = Purse("f", CTL, "USD", False, False, "2017-11-01", "2018-06-30", 100)
OTHER = replace(PURSE, fund="g")
GIFT = Gift("f", 100, "Por el aniversario", company=1)


@pytest.mark.parametrize(
    ("rule", "gift", "facts", "code"),
    [
        (may_allocate, GIFT, GiftFacts(PURSE), None),
        (may_allocate, replace(GIFT, amount=101), GiftFacts(PURSE), C.ABOVE_AVAILABLE),
        (may_allocate, replace(GIFT, amount=0), GiftFacts(PURSE), C.AMOUNT_NONE),
        (may_allocate, GIFT, GiftFacts(replace(PURSE, pooled=True)), C.POOLED),
        (may_allocate, GIFT, GiftFacts(replace(PURSE, closed=True)), C.FUND_CLOSED),
        (may_allocate, GIFT, GiftFacts(PURSE, agreement=False), C.AGREEMENT_INACTIVE),
        (may_add, replace(GIFT, amount=10**9), GiftFacts(PURSE), None),
        (may_add, replace(GIFT, amount=-1), GiftFacts(PURSE), C.AMOUNT_NONE),
        (may_add, replace(GIFT, reason=" "), GiftFacts(PURSE), C.FIELD_MISSING),
        (may_add, GIFT, GiftFacts(replace(PURSE, closed=True)), C.FUND_CLOSED),
        (may_carry_over, GIFT, GiftFacts(PURSE, to=OTHER), None),
        (may_carry_over, replace(GIFT, amount=101), GiftFacts(PURSE, to=OTHER), C.ABOVE_AVAILABLE),
        (may_carry_over, replace(GIFT, reason=""), GiftFacts(PURSE, to=OTHER), C.FIELD_MISSING),
        (
            may_carry_over,
            GIFT,
            GiftFacts(PURSE, to=replace(OTHER, currency="JPY")),
            C.CURRENCY_OTHER,
        ),
        (may_carry_over, GIFT, GiftFacts(PURSE, to=replace(OTHER, closed=True)), C.FUND_CLOSED),
    ],
)
def test_what_a_lead_may_do_with_a_funds_money(rule, gift, facts, code):
    decision = rule(gift, facts)
    assert [reason.code for reason in decision.reasons] == ([code] if code else [])
    assert decision.refused is bool(code) and (decision.value is None) is bool(code)


def test_money_of_one_registry_never_goes_to_the_others_fund():
    """mdf.md 2.3, 9: not even asked of the rule."""
    with pytest.raises(ValueError, match="registry"):
        may_carry_over(GIFT, GiftFacts(PURSE, to=replace(OTHER, registry=L3)))


def stands(fund_id):
    """The balances of a fund by kind, without what is empty."""
    query = select(LedgerAccount.kind, func.sum(LedgerAccount.balance)).where(
        LedgerAccount.book == book_of(fund_id), LedgerAccount.balance != 0
    )
    rows = db.session.execute(query.group_by(LedgerAccount.kind)).all()
    db.session.rollback()
    return {kind: int(amount) for kind, amount in rows}


def do(deed, *asked, by=LEAD, key="key-0001", **more):
    """What became of it; it is on record, no company's, and replays the same (R7)."""
    now = clock.business()
    found = deed(*asked, actor=actor(by), now=now, key=key, **more)
    stored = db.session.scalars(select(StoredDecision).where(StoredDecision.ref == found.ref)).one()
    assert stored.refused == found.refused and replay(stored).same
    assert stored.partner_id is None
    db.session.rollback()
    return found


def test_allocated_added_and_carried_over_each_book_still_sums_to_zero(demo):
    with demo.app_context():
        old, new = make_fund("viejo", budget=100_00), make_fund("nuevo", budget=1_00)
        norte = partner("norte")
        assert not do(funding.allocate, old, norte, 60_00).refused
        assert do(funding.allocate, old, norte, 60_00).again, "a key counts once"
        refused = do(funding.allocate, old, norte, 60_00, key="key-0002")
        assert [(r.code, r.facts["most"]) for r in refused.reasons] == [(C.ABOVE_AVAILABLE, 40_00)]
        assert not do(funding.add, old, 5_00, reason="Más eventos").refused
        assert not do(funding.carry_over, old, new, 30_00, reason="Para 2018").refused
        assert stands(old) == {"source": -75_00, "unallocated": 15_00, "available": 60_00}
        assert stands(new) == {"source": -31_00, "unallocated": 31_00}
        rows = db.session.scalars(
            select(LedgerTransfer).where(LedgerTransfer.cause == Cause.CARRIED_OVER)
        ).all()
        assert {row.subject for row in rows} == {"fund:viejo>nuevo"} and len(rows) == 2
        seen = db.session.scalars(select(Event).where(Event.stream == "mdf-fund:viejo")).all()
        assert "aniversario" not in str([row.payload for row in seen])
        assert {"mdf.allocated", "mdf.budget_raised", "mdf.carried_over"} <= {
            row.verb for row in seen
        }
        db.session.rollback()
        explained()


def test_only_the_lead_of_the_funds_registry_touches_its_money(demo):
    """facts.md section 9: RUN_FUNDS; and never from one registry to the other."""
    with demo.app_context():
        own, other = make_fund("propio"), make_fund("ajeno", registry=L3)
        norte = partner("norte")
        for who in (CHANNEL, LEAD_L3, NORTE):
            with pytest.raises(Unseen):
                do(funding.allocate, own, norte, 1, by=who)
        for pair in ((own, other), (other, own), (own, own)):
            with pytest.raises(Unseen):
                do(funding.carry_over, *pair, 1, reason="No")
        assert stands(own) == {"source": -100_00, "unallocated": 100_00} == stands(other)


def test_after_the_hard_close_what_nobody_claims_expires_and_what_returns_expires_too(demo):
    """mdf.md 2.2: U and A to X; what is reserved stays for whoever decides on its claims."""
    with demo.app_context():
        fund_id = make_fund(budget=100_00)
        do(funding.allocate, fund_id, partner("norte"), 60_00)
        ref = make_request(fund_id, state=R.APPROVED, asked=15_00)
        last, after = (datetime(2018, *day, 12, tzinfo=UTC) for day in ((6, 30), (7, 1)))
        closing_funds.close_funds(last)
        assert db.session.get_one(Fund, fund_id).closed_at is None, "the last day counts"
        db.session.rollback()
        for _again in range(2):
            closing_funds.close_funds(after)
            assert stands(fund_id) == {"source": -100_00, "reserved": 15_00, "expired": 85_00}
        with atomic() as session:
            fund = session.get_one(Fund, fund_id)
            assert fund.closed_at == after
            row = session.scalars(select(FundRequest).where(FundRequest.ref == ref)).one()
            back = release(fund, row, 15_00, Cause.RELEASED_EXPIRED)
            assert back.target.kind == Kind.EXPIRED
            late = replace(back, target=replace(back.target, kind=Kind.UNALLOCATED))
            post(
                *(session, [late]),
                key="late",
                subject="test",
                actor=SYSTEM,
                on=date(2018, 7, 1),
                at=after,
            )
        closing_funds.close_funds(after.replace(hour=13))
        assert stands(fund_id) == {"source": -100_00, "expired": 100_00}
        assert do(funding.allocate, fund_id, partner("sur"), 1, key="k2").reasons[0].code == (
            C.FUND_CLOSED
        )
        explained()
