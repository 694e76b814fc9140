"""What a registry's lead may do with the money of its funds: allocate, add, carry over (M1, M2). Pure.

Amounts are minor units of the fund's currency.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.kernel.decision import Decision, Reason, reason
from portal.mdf.rules import CODES, answered
from portal.mdf.rules import MdfCode as C


@dataclass(frozen=True)
class Purse:
    """A fund as its money stands. `closed`: what was left of it has expired; then the dates in which
    it could be asked say so.
    """

    fund: str
    registry: str
    currency: str
    pooled: bool
    closed: bool
    requests_from: str
    closes_on: str
    unallocated: int


@dataclass(frozen=True)
class Gift:
    """An amount for a company (`company`, its id), or for another fund (`to`), and why."""

    fund: str
    amount: int
    reason: str = ""
    company: int | None = None
    to: str = ""


@dataclass(frozen=True)
class GiftFacts:
    """The fund an amount is taken of; where it goes. `agreement`: the company has one in force."""

    fund: Purse
    agreement: bool = True
    to: Purse | None = None


@dataclass(frozen=True)
class Given:
    """What is moved."""

    amount: int


def may_allocate(gift: Gift, facts: GiftFacts) -> Decision[Given]:
    """Whether a company gets so much of what nobody has yet. A pool is allocated to nobody."""
    return answered(tuple(_allocating(gift, facts)), Given(gift.amount))


def may_add(gift: Gift, facts: GiftFacts) -> Decision[Given]:
    """Whether the budget of the fund grows by so much, for a reason."""
    return answered(tuple(_adding(gift, facts)), Given(gift.amount))


def may_carry_over(gift: Gift, facts: GiftFacts) -> Decision[Given]:
    """Whether so much of what nobody has yet goes to another fund: of the same registry and currency,
    and neither of them closed. Raises ValueError for a fund of another registry, which no page
    offers (mdf.md 2.3, 9).
    """
    if facts.to is None or facts.to.registry != facts.fund.registry:
        raise ValueError("money of one registry never goes to another's fund")
    return answered(tuple(_carrying(gift, facts, facts.to)), Given(gift.amount))


def _allocating(gift: Gift, facts: GiftFacts) -> Iterator[Reason]:
    yield from _open(facts.fund)
    if facts.fund.pooled:
        yield reason(CODES, C.POOLED, fund=facts.fund.fund)
    if not facts.agreement:
        yield reason(CODES, C.AGREEMENT_INACTIVE, registry=facts.fund.registry)
    yield from _amount(gift, facts.fund)


def _adding(gift: Gift, facts: GiftFacts) -> Iterator[Reason]:
    yield from _open(facts.fund)
    if gift.amount <= 0:
        yield reason(CODES, C.AMOUNT_NONE)
    yield from _why(gift)


def _carrying(gift: Gift, facts: GiftFacts, to: Purse) -> Iterator[Reason]:
    yield from _open(facts.fund)
    yield from _open(to)
    if to.currency != facts.fund.currency:
        yield reason(CODES, C.CURRENCY_OTHER, fund=to.fund, currency=to.currency)
    yield from _amount(gift, facts.fund)
    yield from _why(gift)


def _open(purse: Purse) -> Iterator[Reason]:
    if purse.closed:
        window = {"from": purse.requests_from, "until": purse.closes_on}
        yield reason(CODES, C.FUND_CLOSED, fund=purse.fund, **window)


def _amount(gift: Gift, purse: Purse) -> Iterator[Reason]:
    if gift.amount <= 0:
        yield reason(CODES, C.AMOUNT_NONE)
    elif gift.amount > purse.unallocated:
        most, currency = purse.unallocated, purse.currency
        yield reason(CODES, C.ABOVE_AVAILABLE, most=most, currency=currency)


def _why(gift: Gift) -> Iterator[Reason]:
    if not gift.reason.strip():
        yield reason(CODES, C.FIELD_MISSING, field="reason")
