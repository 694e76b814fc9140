"""What moved in the books of funds up to a date, read from transfers alone: sums, and line by line.

A whole fund is the staff's to read; of a company only what touched its own accounts is ever read, so
that nothing of a rival can be in it or be subtracted from it. Amounts are minor units of a fund's currency.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from portal.mdf.book import book_of
from portal.mdf.models import Fund
from portal.mdf.rules import RELEASES, Cause, Kind
from portal.store.ledger import LedgerAccount, LedgerTransfer

PAGE = 30
# What a statement counts; the source, where a book's money comes from, is no part of a fund.
KINDS = tuple(kind for kind in Kind if kind is not Kind.SOURCE)
# By which a company's money left what it had reserved, committed or been paid.
BACK = (*sorted(RELEASES), Cause.REVERSED, Cause.CLAWED_BACK, Cause.CLOSED)


@dataclass(frozen=True)
class Whose:
    """Whose books are read: all of `funds`, or of them what touched one company's accounts."""

    funds: tuple[Fund, ...]
    partner_id: int | None = None


@dataclass(frozen=True)
class Filters:
    """What the lines are narrowed to; running balances count all the same."""

    since: date | None = None
    cause: Cause | None = None
    partner_id: int | None = None
    fund_id: int | None = None


class Flow(NamedTuple):
    """What moved on a day from one kind to another for one cause: how much, and in how many lines."""

    fund_id: int
    on: date
    cause: str
    source: Kind | None
    target: Kind | None
    amount: int
    lines: int


@dataclass(frozen=True)
class Movement:
    """A line: what moved, and what each kind held after it. `partner_id` is whose money it was."""

    id: uuid.UUID
    fund_id: int
    on: date
    cause: Cause
    subject: str
    source: Kind
    target: Kind
    amount: int
    partner_id: int | None
    after: Mapping[Kind, int]


@dataclass(frozen=True)
class Page:
    """Some lines, the oldest first; `more` is the last of them where others follow."""

    rows: tuple[Movement, ...]
    more: uuid.UUID | None


S, T = aliased(LedgerAccount, name="s"), aliased(LedgerAccount, name="t")


def flows(session: Session, whose: Whose, on: date) -> list[Flow]:
    """All that moved up to `on`, by day, cause and kinds. One query.

    A kind is None where the account is not one of those that are read: another's, or the pool.
    """
    ids = _books(whose)
    source, target = (_kind(side, whose) for side in (S, T))
    keys = (S.book, LedgerTransfer.on_date, LedgerTransfer.cause, source, target)
    query = (
        _joined(select(*keys, func.sum(LedgerTransfer.amount), func.count()))
        .where(_touched(whose), LedgerTransfer.on_date <= on)
        .group_by(*keys)
        .order_by(S.book, LedgerTransfer.on_date)
    )
    return [
        Flow(ids[book], day, cause, _read(one), _read(other), int(amount), count)
        for book, day, cause, one, other, amount, count in session.execute(query)
    ]


def balances(found: Sequence[Flow], fund_id: int, before: date | None = None) -> dict[Kind, int]:
    """What each kind of a fund holds after `found`, or held on the evening before `before`."""
    held: dict[Kind, int] = dict.fromkeys(KINDS, 0)
    for flow in found:
        if flow.fund_id != fund_id or (before is not None and flow.on >= before):
            continue
        if flow.source in held:
            held[flow.source] -= flow.amount
        if flow.target in held:
            held[flow.target] += flow.amount
    return held


def lines(
    session: Session,
    whose: Whose,
    on: date,
    filters: Filters = Filters(),
    *,
    after: uuid.UUID | None = None,
    size: int | None = PAGE,
) -> Page:
    """The lines up to `on` that `filters` let through, from the one after `after`; all where `size` is
    None. One query, and one more to find a place.
    """
    ids, order = _books(whose), (LedgerTransfer.on_date, LedgerTransfer.id)
    running = [
        func.sum(_change(kind, whose))
        .over(partition_by=S.book, order_by=order)
        .label(f"after_{kind.value}")
        for kind in KINDS
    ]
    mine = whose.partner_id is not None
    owner = S.partner_id if mine else func.coalesce(S.partner_id, T.partner_id)
    every = _joined(
        select(
            *(LedgerTransfer.id, S.book, LedgerTransfer.on_date, LedgerTransfer.cause),
            *(LedgerTransfer.subject, S.kind.label("source"), T.kind.label("target")),
            *(LedgerTransfer.amount, owner.label("partner_id"), *running),
        )
    ).where(_touched(whose), LedgerTransfer.on_date <= on)
    row = every.subquery("line")
    query = select(row).order_by(row.c.on_date, row.c.id)
    for condition in _wanted(row, filters):
        query = query.where(condition)
    if after is not None:
        day = session.scalar(select(LedgerTransfer.on_date).where(LedgerTransfer.id == after))
        if day is None:
            return Page((), None)
        query = query.where(tuple_(row.c.on_date, row.c.id) > (day, after))
    found = session.execute(query if size is None else query.limit(size + 1)).all()
    kept = found if size is None else found[:size]
    rows = tuple(
        Movement(
            *(each[0], ids[each[1]], each[2], Cause(each[3]), each[4]),
            *(Kind(each[5]), Kind(each[6]), each[7]),
            partner_id=whose.partner_id if mine else each[8],
            after={kind: int(each[9 + at]) for at, kind in enumerate(KINDS)},
        )
        for each in kept
    )
    return Page(rows, rows[-1].id if len(found) > len(kept) else None)


def holders(funds: Collection[Fund]) -> Select[Any]:
    """The ids of companies that ever had an account in `funds`."""
    books = [book_of(fund.id) for fund in funds]
    owned = LedgerAccount.partner_id.is_not(None)
    return select(LedgerAccount.partner_id).where(LedgerAccount.book.in_(books), owned).distinct()


def reserved_by(session: Session, whose: Whose, on: date) -> dict[str, int]:
    """What was reserved on `on`, by the reference of its request, where anything was. One query."""
    reserved = Kind.RESERVED.value
    into, out = (and_(side.kind == reserved, side.owner.like("request:%")) for side in (T, S))
    query = _joined(
        select(
            case((into, T.owner), else_=S.owner),
            func.sum(case((into, LedgerTransfer.amount), else_=-LedgerTransfer.amount)),
        )
    )
    own = case((into, T.owner), else_=S.owner)
    query = query.where(_touched(whose), LedgerTransfer.on_date <= on, or_(into, out)).group_by(own)
    found = session.execute(query)
    return {owner.removeprefix("request:"): int(held) for owner, held in found if held > 0}


def _joined(query: Any) -> Any:
    return query.select_from(LedgerTransfer).join(S, S.id == LedgerTransfer.source_id).join(
        T, T.id == LedgerTransfer.target_id
    )  # fmt: skip


def _books(whose: Whose) -> dict[str, int]:
    return {book_of(fund.id): fund.id for fund in whose.funds}


def _touched(whose: Whose) -> ColumnElement[bool]:
    """No movement leaves its book, so the source's says whose it is."""
    books = S.book.in_(list(_books(whose)))
    if whose.partner_id is None:
        return books
    return and_(books, or_(S.partner_id == whose.partner_id, T.partner_id == whose.partner_id))


def _kind(side: Any, whose: Whose) -> ColumnElement[Any]:
    """The kind of an account that is read."""
    if whose.partner_id is None:
        kind: ColumnElement[Any] = side.kind
        return kind
    return case((side.partner_id == whose.partner_id, side.kind), else_=None)


def _change(kind: Kind, whose: Whose) -> ColumnElement[int]:
    amount = LedgerTransfer.amount
    into, out = (_kind(side, whose) == kind.value for side in (T, S))
    return case((into, amount), else_=0) - case((out, amount), else_=0)


def _wanted(row: Any, filters: Filters) -> list[ColumnElement[bool]]:
    narrowed = {
        row.c.on_date: filters.since,
        row.c.cause: filters.cause.value if filters.cause else None,
        row.c.partner_id: filters.partner_id,
        row.c.book: book_of(filters.fund_id) if filters.fund_id is not None else None,
    }
    return [
        column >= value if column is row.c.on_date else column == value
        for column, value in narrowed.items()
        if value is not None
    ]


def _read(kind: str | None) -> Kind | None:
    return Kind(kind) if kind is not None else None
