"""The ledger: money, and later other units, in accounts that only transfers change.

A transfer takes an amount from one account and gives it to another, so the sum over a book is zero,
always. The stored balance of an account is the sum of its transfers; it never goes below zero, which
the statement that writes asserts and a CHECK holds, save at the source, where a book's money comes
from. Transfers are never changed or deleted: a correction is another transfer, the other way.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    CursorResult,
    ForeignKey,
    Index,
    Table,
    UniqueConstraint,
    bindparam,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.access import Actor
from portal.store.db import Base, LostRace
from portal.store.events import who
from portal.store.scope import internal
from portal.store.types import uuid7

SOURCE = "source"


class LedgerAccount(Base):
    """What one owner has of one kind in a book: `book` "mdf:3", `owner` "request:12" or empty.

    `balance` is in whole units of `unit` (minor units of a currency). `partner_id` is whose it is.
    """

    __tablename__ = "ledger_account"
    __table_args__ = (
        UniqueConstraint("book", "kind", "owner", "unit"),
        CheckConstraint("balance >= 0 OR kind = 'source'", name="balance"),
        Index("ix_ledger_account_partner_id", "partner_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    book: Mapped[str]
    kind: Mapped[str]
    owner: Mapped[str]
    unit: Mapped[str]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    balance: Mapped[int] = mapped_column(BigInteger)


class LedgerTransfer(Base):
    """One movement. `cause` says why ("reserved", "released.expired"), `subject` of what.

    `key` is the idempotency key of the command with the place of the movement in it; `on_date` the
    business date it counts for, `at` the business moment. Never changed, never deleted.
    """

    __tablename__ = "ledger_transfer"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("source_id <> target_id", name="moves"),
        Index("ix_ledger_transfer_source_id", "source_id"),
        Index("ix_ledger_transfer_target_id", "target_id"),
        Index("ix_ledger_transfer_subject", "subject"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    key: Mapped[str]
    source_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str]
    subject: Mapped[str]
    actor: Mapped[str]
    on_date: Mapped[date]
    at: Mapped[datetime]


internal(LedgerAccount, LedgerTransfer)

# Put together once: money moves in every command that has to do with it.
_ACCOUNTS, _TRANSFERS = cast(Table, LedgerAccount.__table__), cast(Table, LedgerTransfer.__table__)
_CHANGE = (
    update(_ACCOUNTS)
    .where(
        _ACCOUNTS.c.id == bindparam("account"),
        (_ACCOUNTS.c.balance + bindparam("by") >= 0) | (_ACCOUNTS.c.kind == SOURCE),
    )
    .values(balance=_ACCOUNTS.c.balance + bindparam("by"))
)
_NAMED = select(
    *(_ACCOUNTS.c.id, _ACCOUNTS.c.balance, _ACCOUNTS.c.book),
    *(_ACCOUNTS.c.kind, _ACCOUNTS.c.owner, _ACCOUNTS.c.unit),
).where(
    _ACCOUNTS.c.book.in_(bindparam("books", expanding=True)),
    _ACCOUNTS.c.kind.in_(bindparam("kinds", expanding=True)),
    _ACCOUNTS.c.owner.in_(bindparam("owners", expanding=True)),
)
_OPEN = text(
    "INSERT INTO ledger_account (book, kind, owner, unit, partner_id, balance) "
    "VALUES (:book, :kind, :owner, :unit, :partner_id, :balance) ON CONFLICT DO NOTHING RETURNING id"
)


@dataclass(frozen=True, order=True)
class Account:
    """The name of an account; it is opened by the first transfer that names it."""

    book: str
    kind: str
    owner: str
    unit: str
    partner_id: int | None = None


@dataclass(frozen=True)
class Move:
    """`amount` from one account to another, and why. Of one unit; more than zero."""

    source: Account
    target: Account
    amount: int
    cause: str


def transfer(
    session: Session,
    moves: Sequence[Move],
    *,
    key: str,
    subject: str,
    actor: Actor,
    on: date,
    at: datetime,
) -> None:
    """Make `moves`, all or none, inside the caller's `atomic()`: the last thing that it does.

    `key` names this set of movements for ever: given twice, the second fails on the unique key.
    Accounts are written the newest first: one request's own before those that many share, so that many
    wait shortly, and none for each other. Raises LostRace when an account has less than
    is taken: what the caller read has changed, and a `@retrying` command looks again. Raises
    ValueError for a movement of nothing, or between two units.
    """
    changes: dict[Account, int] = {}
    for move in moves:
        if move.amount <= 0 or move.source.unit != move.target.unit:
            raise ValueError(f"not a movement of the ledger: {move}")
        for account, by in ((move.source, -move.amount), (move.target, move.amount)):
            changes[account] = changes.get(account, 0) + by
    ids = _ids(session, list(changes))
    for account in sorted(changes.keys() - ids.keys()):
        if (opened := _open(session, account, changes[account])) is not None:
            ids[account] = opened
            del changes[account]
    if missing := [account for account in changes if account not in ids]:
        ids |= _ids(session, missing)  # somebody else was opening them
    rows = [
        {
            "id": uuid7(),
            "key": f"{key}#{place}",
            "source_id": ids[move.source],
            "target_id": ids[move.target],
            "amount": move.amount,
            "cause": move.cause,
            "subject": subject,
            "actor": who(actor),
            "on_date": on,
            "at": at,
        }
        for place, move in enumerate(moves)
    ]
    session.execute(_TRANSFERS.insert(), rows)
    for account in sorted(changes, key=lambda each: -ids[each]):
        _change(session, ids[account], changes[account])


def _change(session: Session, account_id: int, by: int) -> None:
    """Change a balance, if it stays one: the condition stands in the statement that writes."""
    done = session.execute(_CHANGE, {"account": account_id, "by": by})
    assert isinstance(done, CursorResult)
    if done.rowcount != 1:
        raise LostRace(f"ledger account {account_id} has less than {-by}")


def _open(session: Session, account: Account, balance: int) -> int | None:
    """The id of an account that is new, with what it begins with; None where it is there by now."""
    if balance < 0 and account.kind != SOURCE:
        raise LostRace(f"{account} has nothing")
    opened: int | None = session.scalar(_OPEN, {**account.__dict__, "balance": balance})
    return opened


def _ids(session: Session, wanted: Sequence[Account]) -> dict[Account, int]:
    """The ids of those of `wanted` that were opened. One query."""
    return {account: row[0] for account, row in _found(session, wanted)}


def balances(session: Session, accounts: Sequence[Account]) -> Mapping[Account, int]:
    """What `accounts` hold now, zero where nothing ever moved. One query, nothing is locked."""
    out = dict.fromkeys(accounts, 0)
    return out | {account: row[1] for account, row in _found(session, accounts)}


def _found(session: Session, wanted: Sequence[Account]) -> Iterator[tuple[Account, Sequence[Any]]]:
    """Those of `wanted` that are there, each with its id and balance."""
    names = {(each.book, each.kind, each.owner, each.unit): each for each in wanted}
    asked = {
        "books": list({each.book for each in wanted}),
        "kinds": list({each.kind for each in wanted}),
        "owners": list({each.owner for each in wanted}),
    }
    for row in session.execute(_NAMED, asked):
        if (account := names.get((row[2], row[3], row[4], row[5]))) is not None:
            yield account, row


@dataclass(frozen=True)
class Wrong:
    """An account whose balance is not what its transfers say, or a book that does not sum to zero."""

    what: str
    stored: int
    explained: int


def audit(session: Session) -> list[Wrong]:
    """Everything in the ledger that its transfers do not explain; empty when all is right."""
    moved = text(
        "SELECT a.id, a.balance, coalesce(t.sum, 0) FROM ledger_account a LEFT JOIN ("
        "SELECT id, sum(amount) AS sum FROM (SELECT target_id AS id, amount FROM ledger_transfer "
        "UNION ALL SELECT source_id, -amount FROM ledger_transfer) m GROUP BY id) t ON t.id = a.id "
        "WHERE a.balance <> coalesce(t.sum, 0) ORDER BY a.id"
    )
    found = [Wrong(f"account {row[0]}", row[1], int(row[2])) for row in session.execute(moved)]
    books = text(
        "SELECT book, unit, sum(balance) FROM ledger_account GROUP BY book, unit "
        "HAVING sum(balance) <> 0 ORDER BY book, unit"
    )
    found += [Wrong(f"book {row[0]} {row[1]}", int(row[2]), 0) for row in session.execute(books)]
    mixed = text(
        "SELECT t.key FROM ledger_transfer t JOIN ledger_account s ON s.id = t.source_id "
        "JOIN ledger_account g ON g.id = t.target_id WHERE s.unit <> g.unit ORDER BY t.key"
    )
    return found + [Wrong(f"transfer {row[0]}", 1, 0) for row in session.execute(mixed)]
