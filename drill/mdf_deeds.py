"""What the processes of the drill of MDF do: the portal's own commands, called as its people.

Each says "done" or "refused". The careless ones are controls: the same without what guards the money.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from bench import mdf_work
from portal.kernel import clock
from portal.mdf import review_facts, reviewing
from portal.mdf.transitions import Verb
from portal.store import ledger
from portal.store.db import db
from tests.companies.cast import actor
from tests.mdf.deeds import Deed, take


def approve(ref: str, amount: int, email: str, key: str) -> str:
    """Say yes as somebody of the channel."""
    said = reviewing.approve(ref, amount, "", actor=actor(email), now=clock.business(), key=key)
    return "refused" if said.refused else "done"


def step(verb: str, ref: str, claim: str, email: str, days: int) -> str:
    """Take another step, so many days from now."""
    now = clock.business() + timedelta(days=days)
    deed = Deed(Verb(verb), ref, claim, actor(email), now, f"{ref}-{verb}")
    answer = take(deed)
    return answer if answer == "done" else f"{verb}: {answer}"


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
