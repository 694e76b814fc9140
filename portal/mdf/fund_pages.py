"""What the pages of funds show: what each pays for, when, whether it can be asked, and its money.

Money is that of this moment. What is in a fund its registry's channel people and finance see, nobody
else; a company sees what is left of its own allocation, and of a pool nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.kernel.access import CHANNEL_ROLES, Actor, Role
from portal.kernel.decision import Reason
from portal.mdf.asking_rules import Ask, AskFacts, FundFacts, earliest, may_ask
from portal.mdf.book import book_of
from portal.mdf.facts import TERMS
from portal.mdf.funding import ADD, ALLOCATE, CARRY
from portal.mdf.ground import Ground, ground
from portal.mdf.models import Fund, FundTerms, FundTermsHeld
from portal.mdf.rules import Kind
from portal.registry.models import Partner, Registry
from portal.store.announced import Announced, announced
from portal.store.decisions import StoredDecision
from portal.store.facts import in_period
from portal.store.ledger import LedgerAccount, LedgerTransfer
from portal.store.ordering import by_name

MOST_DEEDS = 20


@dataclass(frozen=True)
class Card:
    """A fund on a day. `against`: why its reader's company cannot ask it now, in the rule's order; None
    for who has no company. `own`: what is left of that company's allocation; None of a pool. `full`:
    nothing of it is left for anybody.
    """

    fund: Fund
    terms: FundTerms
    registry: Registry
    against: tuple[Reason, ...] | None
    own: int | None
    coming: Announced | None
    full: bool

    @property
    def can_be_asked(self) -> bool:
        """Whether the reader's company can ask it."""
        return self.against == ()


def cards(session: Session, actor: Actor, on: date) -> list[Card]:
    """Every fund that has terms on `on`, the latest year of each registry first. Eight queries."""
    return _cards(session, actor, on, _funds(on))


def card(session: Session, actor: Actor, slug: str, on: date) -> Card | None:
    """One of them."""
    return next(iter(_cards(session, actor, on, _funds(on).where(Fund.slug == slug))), None)


def _funds(on: date) -> Select[Fund, FundTerms, Registry]:
    return (
        select(Fund, FundTerms, Registry)
        .join(FundTermsHeld, FundTermsHeld.fund_id == Fund.id)
        .join(FundTerms, FundTerms.id == FundTermsHeld.terms_id)
        .join(Registry, Registry.id == Fund.registry_id)
        .where(in_period(FundTermsHeld, on))
        .order_by(Registry.position, Fund.fiscal_year.desc(), Fund.position, Fund.id)
    )


def _cards(
    session: Session, actor: Actor, on: date, query: Select[Fund, FundTerms, Registry]
) -> list[Card]:
    rows = session.execute(query).all()
    told = announced(session, TERMS, [row[0].id for row in rows], on)
    found = ground(session, actor.partner_id, on) if actor.partner_id is not None else None
    facts = {each.fund: each for each in found.funds} if found else {}
    held = {} if found else money_of(session, [row[0] for row in rows])
    return [
        Card(
            *(fund, terms, registry),
            against=_against(found, facts.get(fund.slug), on) if found else None,
            own=each.own if (each := facts.get(fund.slug)) else None,
            coming=told.get(fund.id),
            full=held[fund.id].full if held else False,
        )
        for fund, terms, registry in rows
    ]


def _against(found: Ground, fund: FundFacts | None, on: date) -> tuple[Reason, ...] | None:
    """What stands against the least that could be asked; None of a fund that is closed."""
    if fund is None:
        return None
    return may_ask(least(fund, on), AskFacts(found.funds)).reasons


def least(fund: FundFacts, on: date) -> Ask:
    """The least one could ask of a fund on `on`: the smallest amount, on the first day there is."""
    kind = fund.activities[0].code if fund.activities else None
    ask = Ask(fund.fund, on, kind, None, None, 1, fund.currency)
    first = max(fund.activity_from, earliest(ask, fund))
    return Ask(fund.fund, on, kind, first, first, 1, fund.currency)


@dataclass(frozen=True)
class Share:
    """What of a fund a company has: still to be asked for, and of its requests."""

    company: str
    available: int
    reserved: int
    committed: int
    paid: int

    @property
    def allocated(self) -> int:
        """All of it."""
        return self.available + self.reserved + self.committed + self.paid


@dataclass(frozen=True)
class Money:
    """What is in a fund now. `earlier` was allocated before this portal kept it."""

    budget: int = 0
    unallocated: int = 0
    available: int = 0
    reserved: int = 0
    committed: int = 0
    paid: int = 0
    expired: int = 0
    earlier: int = 0
    companies: tuple[Share, ...] = ()

    @property
    def full(self) -> bool:
        """Whether nothing of it is left to be asked for."""
        return self.unallocated == self.available == 0


@dataclass(frozen=True)
class Deed:
    """An amount that a lead moved: how, whither, why, who, when."""

    kind: str
    on: date
    amount: int
    company: str
    to: str
    source: str
    reason: str
    by: str


@dataclass(frozen=True)
class Inside:
    """A fund for those who see its money."""

    money: Money = Money()
    deeds: tuple[Deed, ...] = ()
    versions: tuple[FundTerms, ...] = field(default=())


def keeps(actor: Actor, fund: Fund) -> bool:
    """Whether the reader is of the channel people of the fund's registry."""
    return actor.role in CHANNEL_ROLES and actor.registry_id == fund.registry_id


def sees_money(actor: Actor, fund: Fund) -> bool:
    """Whether the reader sees what is in the fund: its registry's channel people, and finance."""
    return keeps(actor, fund) or actor.role is Role.FINANCE


def inside(session: Session, actor: Actor, fund: Fund) -> Inside | None:
    """What is in a fund, and what was done with it; None for who does not see that. Seven queries."""
    if not sees_money(actor, fund):
        return None
    versions = session.scalars(
        select(FundTerms).where(FundTerms.fund_id == fund.id).order_by(FundTerms.number.desc())
    )
    money = money_of(session, [fund])[fund.id]
    return Inside(money, _deeds(session, fund), tuple(versions))


def money_of(session: Session, funds: Collection[Fund]) -> dict[int, Money]:
    """The balances of funds by kind, and by company; by the funds' ids. Two queries."""
    books = {book_of(fund.id): fund.id for fund in funds}
    query = (
        select(
            *(LedgerAccount.book, LedgerAccount.kind, LedgerAccount.partner_id),
            func.sum(LedgerAccount.balance),
        )
        .where(LedgerAccount.book.in_(books))
        .group_by(LedgerAccount.book, LedgerAccount.kind, LedgerAccount.partner_id)
    )
    sums: dict[int, dict[tuple[str, int | None], int]] = {fund.id: {} for fund in funds}
    for book, kind, partner, amount in session.execute(query):
        sums[books[book]][kind, partner] = int(amount)
    ids = {partner for held in sums.values() for _, partner in held}
    rows = session.execute(
        select(Partner.id, Partner.name)
        .where(Partner.id.in_(ids))
        .order_by(by_name(Partner.name), Partner.id)
    )
    names = {row.id: row.name for row in rows}
    return {fund_id: _money(held, names) for fund_id, held in sums.items()}


def _money(held: Mapping[tuple[str, int | None], int], names: Mapping[int, str]) -> Money:
    def has(kind: Kind, partner: int | None = None) -> int:
        return held.get((kind.value, partner), 0)

    kinds = (Kind.AVAILABLE, Kind.RESERVED, Kind.COMMITTED, Kind.PAID)
    with_any = {partner for _, partner in held}
    shares = [
        Share(name, *(has(kind, partner) for kind in kinds))
        for partner, name in names.items()
        if partner in with_any
    ]
    return Money(
        budget=-has(Kind.SOURCE),
        unallocated=has(Kind.UNALLOCATED),
        available=sum(each.available for each in shares),
        reserved=sum(each.reserved for each in shares),
        committed=sum(each.committed for each in shares),
        paid=sum(each.paid for each in shares),
        expired=has(Kind.EXPIRED),
        earlier=has(Kind.RESERVED),
        companies=tuple(shares),
    )


def _deeds(session: Session, fund: Fund) -> tuple[Deed, ...]:
    """What leads moved, the latest first: the ledger's line, and the decision behind it."""
    book = select(LedgerAccount.id).where(LedgerAccount.book == book_of(fund.id))
    sides = [column.in_(book) for column in (LedgerTransfer.source_id, LedgerTransfer.target_id)]
    rows = session.scalars(
        select(LedgerTransfer)
        .where(
            sides[0] | sides[1],
            LedgerTransfer.cause.in_(("allocated", "added", "carried_over")),
        )
        .order_by(LedgerTransfer.id.desc())
        .limit(MOST_DEEDS)
    ).all()
    moved = {row.key.rpartition("#")[0]: row for row in rows}
    keys = {key: key.split(":", 2) for key in moved if key.count(":") >= 2}
    wanted = select(StoredDecision).where(
        StoredDecision.kind.in_((ALLOCATE, ADD, CARRY)),
        StoredDecision.key.in_([f"{kind}:{key}" for kind, _, key in keys.values()]),
    )
    decided = {f"{row.kind}:{row.person_id}:{(row.key or '')[len(row.kind) + 1 :]}": row
               for row in session.scalars(wanted)}  # fmt: skip
    people = _names(session, Person, [row.person_id for row in decided.values()])
    companies = _names(session, Partner, [row.asked["company"] for row in decided.values()])
    return tuple(
        Deed(
            decision.kind,
            row.on_date,
            row.amount,
            companies.get(decision.asked["company"], ""),
            decision.asked["to"],
            decision.asked["fund"],
            decision.asked["reason"],
            people.get(decision.person_id, ""),
        )
        for key, row in moved.items()
        if (decision := decided.get(key)) is not None
    )


def _names(session: Session, model: Any, ids: Sequence[Any]) -> dict[Any, str]:
    query = select(model.id, model.name).where(model.id.in_({each for each in ids if each}))
    return {row.id: row.name for row in session.execute(query)}
