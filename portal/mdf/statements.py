"""The statement of a fund and of a company on any date: whose books a reader may read, and their figures.

A fund's are for its registry's channel people and for finance; a company's for itself, for those
channel people as far as their registry's funds go, and for finance (facts.md section 9, M2). All of
it is computed from what moved up to the date; nothing is a total over companies but in a fund's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import CHANNEL_ROLES, PARTNER_ROLES, Actor, Role
from portal.mdf.book import book_of
from portal.mdf.models import Fund, FundRequest
from portal.mdf.movements import BACK, KINDS, Flow, Whose, balances, holders, reserved_by
from portal.mdf.rules import Cause, Kind
from portal.registry.models import Partner, Registry
from portal.store.ledger import LedgerAccount
from portal.store.ordering import by_name
from portal.store.scope import visible_to

SOON = timedelta(days=90)
WEEK = timedelta(days=7)
MONTHS = 12
# What a company never has.
NOT_A_COMPANYS = frozenset({Kind.UNALLOCATED})
# What is counted by the month it happened in.
COUNTED = (Cause.RESERVED, Cause.COMMITTED, Cause.PAID)


@dataclass(frozen=True)
class Released:
    """What left a company's accounts for one cause (mdf.md 2.3, 7): how much, and how often."""

    cause: Cause
    amount: int
    lines: int


@dataclass(frozen=True)
class Month:
    """What was reserved, approved of claims, and paid in a month that begins on `first`."""

    first: date
    amounts: tuple[int, ...]


@dataclass(frozen=True)
class Due:
    """A reserve that expires if nothing is claimed on it by `on`."""

    ref: str
    title: str
    partner_id: int
    fund_id: int
    on: date
    amount: int


@dataclass(frozen=True)
class Figures:
    """A fund, or a company's part of it, on a date. `whole` is all that ever came into it and did not
    go elsewhere: the budget, or what was allocated; 0 for a company of a pooled fund.
    """

    fund: Fund
    registry: Registry
    held: Mapping[Kind, int]
    whole: int
    released: tuple[Released, ...]
    months: tuple[Month, ...]
    due: tuple[Due, ...]
    weeks: tuple[int, ...]


def funds(session: Session, actor: Actor) -> tuple[Fund, ...]:
    """The funds whose books `actor` may read whole."""
    query = select(Fund).order_by(Fund.fiscal_year.desc(), Fund.position, Fund.id)
    if actor.role in CHANNEL_ROLES:
        query = query.where(Fund.registry_id == actor.registry_id)
    elif actor.role is not Role.FINANCE:
        return ()
    return tuple(session.scalars(query))


def company(session: Session, actor: Actor, code: str) -> Partner | None:
    """The company `code`, if `actor` may read its statement; finance, once it has one."""
    query = visible_to(Partner, actor)
    if actor.role is Role.FINANCE:
        query = select(Partner).where(Partner.id.in_(select(LedgerAccount.partner_id).distinct()))
    elif actor.role not in PARTNER_ROLES | CHANNEL_ROLES:
        return None
    return session.scalar(query.where(Partner.code == code))


def funds_of(session: Session, actor: Actor, partner: Partner) -> tuple[Fund, ...]:
    """The funds in which `partner` ever had anything, as far as `actor` may read them."""
    held = select(LedgerAccount.book).where(LedgerAccount.partner_id == partner.id)
    books = set(session.scalars(held.distinct()))
    query = select(Fund).order_by(Fund.fiscal_year.desc(), Fund.position, Fund.id)
    if actor.role in CHANNEL_ROLES:
        query = query.where(Fund.registry_id == actor.registry_id)
    return tuple(fund for fund in session.scalars(query) if book_of(fund.id) in books)


def companies(session: Session, found: Sequence[Fund], after: int, size: int) -> list[Partner]:
    """The companies with anything in these funds, by name, from the one after `after`; one more than
    `size` where there are more.
    """
    query = select(Partner).where(Partner.id.in_(holders(found)))
    query = query.order_by(by_name(Partner.name), Partner.id)
    last = session.get(Partner, after) if after else None
    if last is not None:
        name = select(by_name(Partner.name)).where(Partner.id == last.id).scalar_subquery()
        later = (by_name(Partner.name) > name) | (
            (by_name(Partner.name) == name) & (Partner.id > last.id)
        )
        query = query.where(later)
    return list(session.scalars(query.limit(size + 1)))


def due(session: Session, whose: Whose, on: date) -> list[Due]:
    """The reserves of `on` whose claims are due within 90 days, by the days that hold now. Two
    queries.
    """
    held = reserved_by(session, whose, on)
    query = (
        select(FundRequest)
        .where(FundRequest.ref.in_(held), FundRequest.due_on.between(on, on + SOON))
        .order_by(FundRequest.due_on, FundRequest.id)
    )
    return [
        Due(row.ref, row.title, row.partner_id, row.fund_id, row.due_on, held[row.ref])
        for row in session.scalars(query)
        if row.due_on is not None
    ]


def figures(
    fund: Fund,
    registry: Registry,
    whose: Whose,
    found: Sequence[Flow],
    soon: Sequence[Due],
    on: date,
) -> Figures:
    """What a fund, or a company's part of it, comes to on `on`."""
    flows = [flow for flow in found if flow.fund_id == fund.id]
    held, mine = balances(flows, fund.id), whose.partner_id is not None
    if mine:  # what left a company's own accounts at or after the hard close
        left = (f for f in flows if f.source and f.target is None and f.cause in BACK)
        held[Kind.EXPIRED] = 0 if fund.pooled else sum(flow.amount for flow in left)
    whole = 0 if mine and fund.pooled else sum(held.values())
    own = tuple(each for each in soon if each.fund_id == fund.id)
    return Figures(
        *(fund, registry, held, whole, _released(flows), _months(flows, on)),
        due=own,
        weeks=_weeks(own, on),
    )


def kinds_of(found: Figures, *, mine: bool) -> tuple[Kind, ...]:
    """The kinds that say something: a company has nothing unallocated, and of a pool no allocation."""
    if not mine:
        return KINDS
    shared = {Kind.AVAILABLE, Kind.EXPIRED} if found.fund.pooled else set()
    return tuple(kind for kind in KINDS if kind not in NOT_A_COMPANYS | shared)


def _released(flows: Sequence[Flow]) -> tuple[Released, ...]:
    sums = [
        Released(
            cause,
            sum(flow.amount for flow in flows if flow.cause == cause),
            sum(flow.lines for flow in flows if flow.cause == cause),
        )
        for cause in map(Cause, BACK)
    ]
    return tuple(each for each in sums if each.lines)


def _months(flows: Sequence[Flow], on: date) -> tuple[Month, ...]:
    """The months from the first in which anything was reserved, the last twelve at most."""
    happened = [flow for flow in flows if flow.cause in COUNTED]
    if not happened:
        return ()
    first, last = _number(min(flow.on for flow in happened)), _number(on)
    return tuple(
        Month(
            date(month // 12, month % 12 + 1, 1),
            tuple(
                sum(f.amount for f in happened if f.cause == cause and _number(f.on) == month)
                for cause in COUNTED
            ),
        )
        for month in range(max(first, last - MONTHS + 1), last + 1)
    )


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _weeks(found: Sequence[Due], on: date) -> tuple[int, ...]:
    weeks = [0] * (SOON // WEEK + 1)
    for each in found:
        weeks[(each.on - on) // WEEK] += each.amount
    return tuple(weeks)
