"""What becomes of a fund after its hard close: what nobody has a claim on expires (mdf.md 2.2, 2.3)."""

from datetime import date, datetime

from sqlalchemy import Select, select

from portal.kernel import clock
from portal.kernel.access import SYSTEM
from portal.mdf.book import book_of, post, shared
from portal.mdf.models import Fund, FundTerms, FundTermsHeld
from portal.mdf.rules import Cause, Kind
from portal.store.db import atomic, db, retrying
from portal.store.events import emit
from portal.store.facts import in_period
from portal.store.ledger import Account, LedgerAccount, Move


def close_funds(now: datetime) -> int:
    """Close what is past its hard close on the business day of `now`; how many funds anything moved in
    or was closed. Doing it again does nothing more.
    """
    session = db.session()
    due = list(session.scalars(_past(clock.local_date(now))))
    session.rollback()
    return sum(close(fund_id, now) for fund_id in due)


def _past(today: date) -> Select[int]:
    return (
        select(FundTermsHeld.fund_id)
        .join(FundTerms, FundTerms.id == FundTermsHeld.terms_id)
        .where(in_period(FundTermsHeld, today), FundTerms.closes_on < today)
        .order_by(FundTermsHeld.fund_id)
    )


@retrying
def close(fund_id: int, now: datetime) -> bool:
    """Let what is unallocated or available expire, and mark the fund closed; whether there was
    anything to do. What is reserved stays for whoever decides on its claims; what returns of it later
    expires then. A fund closed already is looked through again: a release that began before it was
    may have come after.
    """
    with atomic() as session:
        fund = session.get_one(Fund, fund_id, with_for_update=True)
        query = (
            select(LedgerAccount)
            .where(
                LedgerAccount.book == book_of(fund_id),
                LedgerAccount.kind.in_((Kind.UNALLOCATED.value, Kind.AVAILABLE.value)),
                LedgerAccount.balance > 0,
            )
            .order_by(LedgerAccount.id)
        )
        left = list(session.scalars(query))
        if not left and fund.closed_at is not None:
            return False
        if fund.closed_at is None:
            fund.closed_at = now
        amount = sum(row.balance for row in left)
        emit(
            *(session, f"mdf-fund:{fund.slug}", "mdf.fund_closed"),
            actor=SYSTEM,
            at=clock.wall(),
            registry_id=fund.registry_id,
            payload={"fund": fund.slug, "amount": amount},
        )
        expired = shared(fund, Kind.EXPIRED)
        post(
            session,
            [
                Move(
                    Account(row.book, row.kind, row.owner, row.unit, row.partner_id),
                    expired,
                    row.balance,
                    Cause.CLOSED.value,
                )
                for row in left
            ],
            key=f"close:{fund.slug}:{now.isoformat()}",
            subject=f"fund:{fund.slug}",
            actor=SYSTEM,
            on=clock.local_date(now),
            at=now,
        )
        return True
