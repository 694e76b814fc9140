"""The ledger holds what it promises (M2): explained to the unit, never below zero, never changed."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from portal.kernel.access import SYSTEM
from portal.store.append_only import names
from portal.store.db import LostRace, atomic, db
from portal.store.ledger import (
    SOURCE,
    Account,
    LedgerAccount,
    LedgerTransfer,
    Move,
    audit,
    balances,
    transfer,
)

DAY, NOW = date(2017, 12, 1), datetime(2017, 12, 1, 18, 0, tzinfo=UTC)
MONEY = Account("test:1", SOURCE, "", "USD")
WHOLE, PART = (Account("test:1", kind, "", "USD") for kind in ("whole", "part"))
MINUTES = Account("test:1", "whole", "", "minutes")


def post(*moves: Move, key: str) -> None:
    with atomic() as session:
        transfer(session, moves, key=key, subject="test:x", actor=SYSTEM, on=DAY, at=NOW)


@pytest.fixture
def funded(app: Flask) -> Flask:
    post(Move(MONEY, WHOLE, 100, "funded"), Move(WHOLE, PART, 30, "allocated"), key="open")
    return app


def held() -> tuple[int, int, int]:
    found = balances(db.session(), [MONEY, WHOLE, PART])
    db.session.rollback()
    return found[MONEY], found[WHOLE], found[PART]


def test_a_balance_is_the_sum_of_its_transfers_and_a_book_sums_to_zero(funded: Flask) -> None:
    post(Move(PART, WHOLE, 10, "released"), Move(WHOLE, PART, 25, "allocated"), key="again")
    assert held() == (-100, 55, 45)
    session = db.session()
    for account in session.scalars(select(LedgerAccount).where(LedgerAccount.book == "test:1")):
        moved = select(func.sum(LedgerTransfer.amount))
        into = session.scalar(moved.where(LedgerTransfer.target_id == account.id)) or 0
        out = session.scalar(moved.where(LedgerTransfer.source_id == account.id)) or 0
        assert account.balance == into - out, account.kind
    assert audit(session) == []


def test_money_that_only_passes_through_an_account_needs_none_there(funded: Flask) -> None:
    post(Move(MONEY, WHOLE, 5, "funded"), Move(WHOLE, PART, 75, "allocated"), key="through")
    assert held() == (-105, 0, 105)


@pytest.mark.parametrize("amount", [31, 10**15])
def test_more_than_there_is_moves_nothing_at_all(funded: Flask, amount: int) -> None:
    with pytest.raises(LostRace, match="has less than"):
        post(Move(MONEY, WHOLE, 1, "funded"), Move(PART, WHOLE, amount, "released"), key="over")
    assert held() == (-100, 70, 30)
    assert db.session().scalar(select(LedgerTransfer).where(LedgerTransfer.key == "over#0")) is None


def test_the_database_too_refuses_less_than_nothing_save_at_the_source(funded: Flask) -> None:
    below = "UPDATE ledger_account SET balance = balance - 31 WHERE book = 'test:1' AND kind = "
    with pytest.raises(IntegrityError, match="ck_ledger_account_balance"), atomic() as session:
        session.execute(text(f"{below} 'part'"))
    with pytest.raises(ZeroDivisionError), atomic() as session:
        session.execute(text(f"{below} 'source'"))
        _ = 1 / 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfer SET amount = amount + 1",
        "UPDATE ledger_transfer SET on_date = '2017-01-01'",
        "DELETE FROM ledger_transfer",
    ],
)
def test_a_transfer_is_never_changed_nor_deleted(funded: Flask, statement: str) -> None:
    with pytest.raises(DBAPIError, match="only grows"), atomic() as session:
        session.execute(text(statement))


def test_without_its_trigger_a_transfer_is_changed_and_the_audit_tells(funded: Flask) -> None:
    """The control."""
    dialect = db.engine.dialect.name
    with pytest.raises(ZeroDivisionError), atomic() as session:
        for name in names(dialect, "ledger_transfer"):
            on = " ON ledger_transfer" if dialect == "postgresql" else ""
            session.execute(text(f"DROP TRIGGER {name}{on}"))
        session.execute(text("UPDATE ledger_transfer SET amount = 31 WHERE key = 'open#1'"))
        wrong = {(each.stored, each.explained) for each in audit(session)}
        assert wrong == {(70, 69), (30, 31)}
        _ = 1 / 0


def test_the_same_key_moves_money_once(funded: Flask) -> None:
    with pytest.raises(IntegrityError):
        post(Move(MONEY, WHOLE, 100, "funded"), key="open")
    assert held() == (-100, 70, 30)


@pytest.mark.parametrize(
    "move",
    [
        Move(WHOLE, PART, 0, "nothing"),
        Move(WHOLE, PART, -5, "the other way"),
        Move(WHOLE, MINUTES, 5, "two units"),
    ],
)
def test_what_is_no_movement_is_refused(funded: Flask, move: Move) -> None:
    with pytest.raises(ValueError, match="not a movement"):
        post(move, key="none")
    with pytest.raises(IntegrityError, match="ledger_transfer_moves"):
        post(Move(WHOLE, WHOLE, 5, "in a circle"), key="circle")
    assert held() == (-100, 70, 30)


def test_the_audit_tells_of_each_thing_that_transfers_do_not_explain(funded: Flask) -> None:
    with pytest.raises(ZeroDivisionError), atomic() as session:
        session.execute(
            text("UPDATE ledger_account SET balance = 29 WHERE book = 'test:1' AND kind = 'part'")
        )
        told = [(each.what.split()[0], each.stored, each.explained) for each in audit(session)]
        assert told == [("account", 29, 30), ("book", -1, 0)]
        _ = 1 / 0
    with pytest.raises(ZeroDivisionError), atomic() as session:
        session.execute(text("UPDATE ledger_account SET unit = 'minutes' WHERE kind = 'part'"))
        what = [each.what for each in audit(session)]
        assert "transfer open#1" in what and "book test:1 minutes" in what
        _ = 1 / 0
