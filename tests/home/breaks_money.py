"""The same for what the doctor asks of money."""

from datetime import date
from typing import Any

from sqlalchemy import select, text

from portal.kernel import clock
from portal.mdf.claim_models import Claim, Payment
from portal.mdf.models import Fund, FundRequest
from portal.mdf.rules import ClaimState, RequestState
from portal.registry.models import Partner
from portal.store.append_only import names
from portal.store.db import atomic, db
from tests.home.breaks import breaks
from tests.home.breaks_rows import BREAKS
from tests.home.sick import Ward, someone

__all__ = ["BREAKS"]

SHARED = "UPDATE ledger_account SET {} WHERE kind = 'unallocated' AND book = 'mdf:{}'"


def full_and_empty() -> tuple[int, int]:
    """A fund with something unallocated, and one with nothing left."""
    query = text("SELECT balance, book FROM ledger_account WHERE kind = 'unallocated' ORDER BY 1")
    books = [row.book.removeprefix("mdf:") for row in db.session.execute(query)]
    db.session.rollback()
    return int(books[-1]), int(books[0])


def change(ward: Ward, statement: str, back: str) -> None:
    ward.raw(statement)
    ward.later(back)


@breaks("ledger.unexplained")
def _a_cent_moved_by_hand(ward: Ward) -> None:
    fund, _ = full_and_empty()
    for kind, sign in (("unallocated", "-"), ("available", "+")):
        one = f"(SELECT min(id) FROM ledger_account WHERE book = 'mdf:{fund}' AND kind = '{kind}')"
        change(
            ward,
            f"UPDATE ledger_account SET balance = balance {sign} 1 WHERE id = {one}",
            f"UPDATE ledger_account SET balance = balance {'+-'[sign == '+']} 1 WHERE id = {one}",
        )


@breaks("ledger.not_zero", along=("ledger.unexplained",))
def _a_cent_from_nowhere(ward: Ward) -> None:
    fund, _ = full_and_empty()
    change(
        ward,
        SHARED.format("balance = balance + 1", fund),
        SHARED.format("balance = balance - 1", fund),
    )


@breaks("ledger.mixed")
def _another_unit(ward: Ward) -> None:
    _, fund = full_and_empty()
    change(ward, SHARED.format("unit = 'EUR'", fund), SHARED.format("unit = 'USD'", fund))


@breaks("ledger.open")
def _no_guard(ward: Ward) -> None:
    table = "mdf_payment"
    if not ward.sqlite:
        for name in names("postgresql", table):
            change(
                ward,
                f"ALTER TRIGGER {name} ON {table} RENAME TO another_{name}",
                f"ALTER TRIGGER another_{name} ON {table} RENAME TO {name}",
            )
        return
    made = "SELECT sql FROM sqlite_master WHERE name = 'only_grow'"
    for name in names("sqlite", table):
        with db.engine.connect() as connection:
            found = connection.exec_driver_sql(made.replace("only_grow", name)).scalar_one()
        change(ward, f"DROP TRIGGER {name}", found)


@breaks("mdf.request")
def _approved_and_not_reserved(_ward: Ward) -> None:
    ask(approved=1000)


@breaks("mdf.claim")
def _approved_and_not_committed(_ward: Ward) -> None:
    claim(ask(), ClaimState.APPROVED, approved=500)


@breaks("mdf.payment")
def _paid_and_not_moved(_ward: Ward) -> None:
    found = claim(ask(), ClaimState.REVERSED, approved=500)
    with atomic() as session:
        row = session.get_one(Claim, found)
        session.add(
            Payment(
                partner_id=row.partner_id,
                claim_id=found,
                amount=500,
                paid_on=date(2017, 12, 1),
                reference="TR-1",
                person_id=row.reversal_by,
                at=clock.business(),
            )
        )


def ask(**values: Any) -> int:
    """The id of a request that nothing moved for."""
    person = someone()
    with atomic() as session:
        fund = session.scalars(select(Fund).order_by(Fund.id)).first()
        assert fund
        row = FundRequest(
            ref="BROKEN01",
            registry_id=fund.registry_id,
            fund_id=fund.id,
            partner_id=session.scalars(select(Partner.id).order_by(Partner.id)).first(),
            state=RequestState.APPROVED,
            title="x",
            details="x",
            outcome={},
            filed_by=person,
            for_staff=False,
            revision=1,
            begun_at=clock.business(),
            extended=0,
            round=1,
            **values,
        )
        session.add(row)
        session.flush()
        return row.id


def claim(request_id: int, state: ClaimState, **values: Any) -> int:
    """The id of a claim on it that nothing moved for."""
    person = someone()
    with atomic() as session:
        request = session.get_one(FundRequest, request_id)
        row = Claim(
            ref="BROKEN02",
            registry_id=request.registry_id,
            partner_id=request.partner_id,
            request_id=request_id,
            state=state,
            final=True,
            outcome={},
            remarks="",
            begun_at=clock.business(),
            revision=1,
            reversal_by=person,
            reversal_reason="x",
            **values,
        )
        session.add(row)
        session.flush()
        return row.id
