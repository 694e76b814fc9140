"""What the processes of the drill of MDF do: the portal's own commands, called as its people.

Each says "done" or "refused". The careless ones are controls: the same without what guards the money.
"""

from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from bench import mdf_work
from portal.kernel import clock
from portal.kernel.access import SYSTEM
from portal.mdf import review_facts, reviewing
from portal.mdf.book import commit, held, post, release
from portal.mdf.models import Fund, FundRequest
from portal.mdf.rules import Cause, RequestState
from portal.store import ledger
from portal.store.db import atomic, db, retrying
from portal.store.types import new_ref
from tests.companies.cast import actor


def approve(ref: str, amount: int, email: str, key: str) -> str:
    """Say yes as somebody of the channel."""
    said = reviewing.approve(ref, amount, "", actor=actor(email), now=clock.business(), key=key)
    return "refused" if said.refused else "done"


@retrying
def give_back(ref: str, cause: str) -> str:
    """End a request and release what is reserved for it."""
    with atomic() as session:
        row, fund = _request(session, ref)
        amount = held(session, fund, row).reserved
        expired = cause == Cause.RELEASED_EXPIRED.value
        row.state = RequestState.EXPIRED if expired else RequestState.CANCELLED
        _post(session, ref, release(fund, row, amount, Cause(cause)))
    return "done"


@retrying
def commit_half(ref: str) -> str:
    """Commit half of what is reserved for a request to a claim of it."""
    with atomic() as session:
        row, fund = _request(session, ref)
        _post(session, ref, commit(fund, row, held(session, fund, row).reserved // 2))
    return "done"


def _request(session: Session, ref: str) -> tuple[FundRequest, Fund]:
    query = select(FundRequest).where(FundRequest.ref == ref).with_for_update()
    row = session.scalars(query).one()
    return row, session.get_one(Fund, row.fund_id)


def _post(session: Session, ref: str, move: ledger.Move) -> None:
    now = clock.business()
    about = {"key": f"drill:{new_ref(12)}", "subject": f"request:{ref}", "actor": SYSTEM}
    post(session, [move], on=clock.local_date(now), at=now, **about)


def approve_careless(ref: str, amount: int, email: str, key: str, left: int) -> str:
    """The control: what is left was looked up before (`left`), and the statement that writes asks nothing.

    On PostgreSQL the rule's own look would do as well; on SQLite a writer is alone when it looks.
    """
    review_facts.left_for = lambda *_: left
    ledger._change = _unasked
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA ignore_check_constraints = ON"))
    return approve(ref, amount, email, key)


def _unasked(session: Session, account_id: int, by: int) -> None:
    change: dict[str, Any] = {"balance": ledger.LedgerAccount.balance + by}
    session.execute(
        update(ledger.LedgerAccount).where(ledger.LedgerAccount.id == account_id).values(**change)
    )


def bench_bare(where: str, times: int) -> str:
    """For `bench.mdf`: the limit."""
    mdf_work.bare_each(where, times)
    return "done"


def bench_step(refs: list[str]) -> str:
    """For `bench.mdf`: the money's part of an approval."""
    mdf_work.step_each(refs)
    return "done"


def bench_approve(refs: list[str]) -> str:
    """For `bench.mdf`: the whole command."""
    mdf_work.approve_each(refs)
    return "done"
