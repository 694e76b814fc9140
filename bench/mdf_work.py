"""What `bench.mdf` lets processes do."""

import sqlite3
from collections.abc import Sequence

import psycopg
from sqlalchemy import select, text

from portal.kernel import clock
from portal.mdf import reviewing
from portal.mdf.book import post, reserve
from portal.mdf.models import Fund, FundRequest
from portal.store.db import BUSY_MS, atomic, db
from portal.store.events import emit
from tests import people
from tests.companies.cast import actor

TAKE = "UPDATE bench_balance SET balance = balance - 1 WHERE id = 1 AND balance >= 1"


def prepare() -> None:
    """One row with more than anybody takes."""
    with atomic() as session:
        session.execute(text("CREATE TABLE bench_balance (id INTEGER PRIMARY KEY, balance BIGINT)"))
        session.execute(text("INSERT INTO bench_balance VALUES (1, 1000000000)"))


def address() -> str:
    """Where the database is, for its driver."""
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    return url.render_as_string(hide_password=False).replace("+psycopg", "", 1)


def bare_each(where: str, times: int) -> None:
    """The limit: the driver alone, with the portal's settings of a connection."""
    if where.startswith("postgresql"):
        with psycopg.connect(where, autocommit=True) as connection:
            for _ in range(times):
                assert connection.execute(TAKE).rowcount == 1
        return
    lite = sqlite3.connect(where, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MS}"):
        lite.execute(f"PRAGMA {pragma}")
    for _ in range(times):
        assert lite.execute(TAKE).rowcount == 1
    lite.close()


def step_each(refs: Sequence[str]) -> None:
    """The money's part of an approval: an event, and the transfer with its guard, last."""
    who, now = actor(people.CHANNEL), clock.business()
    asked = [_asked(ref) for ref in refs]
    db.session.rollback()
    for fund, row in asked:
        with atomic() as session:
            emit(
                *(session, f"mdf:{row.ref}", "mdf.approved"),
                actor=who,
                at=clock.wall(),
                partner_id=row.partner_id,
                registry_id=row.registry_id,
                payload={"request": row.ref, "amount": 15_00},
            )
            post(
                *(session, [reserve(fund, row, 15_00)]),
                key=f"bench:{row.ref}",
                subject=f"request:{row.ref}",
                actor=who,
                on=clock.local_date(now),
                at=now,
            )


def _asked(ref: str) -> tuple[Fund, FundRequest]:
    """A request and its fund, which no transaction holds."""
    session = db.session()
    row = session.scalars(select(FundRequest).where(FundRequest.ref == ref)).one()
    fund = session.get_one(Fund, row.fund_id)
    session.expunge_all()
    return fund, row


def approve_each(refs: Sequence[str]) -> None:
    """The whole command."""
    who = actor(people.CHANNEL)
    for ref in refs:
        said = reviewing.approve(ref, 15_00, "", actor=who, now=clock.business(), key=ref)
        assert not said.refused, said.reasons
