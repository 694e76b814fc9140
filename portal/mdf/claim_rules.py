"""What a claim comes to, line by line (M4; mdf.md 2.3, 5). Pure.

The sum: of each invoice what its lines have of eligible cost, never more than the invoice; that in the
fund's currency at the typed rate, once an invoice; the vendor's percentage of it all, once; at
most what is still reserved. Every total is spread over its lines to the unit, so that they add up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from portal.kernel import money
from portal.kernel.decision import Reason, reason
from portal.mdf.rules import CODES
from portal.mdf.rules import MdfCode as C


@dataclass(frozen=True)
class Line:
    """A part of an invoice, in minor units of its currency. `accepted`: what the review took of it;
    None before there was one.
    """

    id: int
    cost: str
    amount: int
    accepted: int | None = None


@dataclass(frozen=True)
class Bill:
    """An invoice as it was typed. `rate` is a decimal text: the fund's currency for one of this one's."""

    id: int
    number: str
    tax_id: str
    issued_on: date
    currency: str
    amount: int
    rate: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Cost:
    """A kind of cost of the activity; `why` it is not eligible, by language."""

    code: str
    eligible: bool
    why: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Grant:
    """What the approval gives: `percent` of eligible cost, and `most`, in minor units of `currency`,
    which is what is still reserved.
    """

    currency: str
    percent: int
    most: int
    costs: tuple[Cost, ...]


@dataclass(frozen=True)
class Part:
    """What became of one line: `counted` of its `amount` in the invoice's currency, `converted` into
    the fund's, and `share`, what is paid of it.
    """

    line: int
    cost: str
    amount: int
    eligible: bool
    why: Mapping[str, str] | None
    counted: int
    converted: int
    share: int


@dataclass(frozen=True)
class BillSum:
    """An invoice in its own currency and, whole, in the fund's; None where its rate is missing."""

    bill: int
    currency: str
    rate: str
    amount: int
    converted: int | None
    counted: int


@dataclass(frozen=True)
class Approvable:
    """What a claim comes to, in minor units of the fund's currency: `eligible` cost, the vendor's
    `shared` of it, `most` that is still reserved, and `amount`, the smaller of the two.
    """

    currency: str
    percent: int
    eligible: int
    shared: int
    most: int
    amount: int
    bills: tuple[BillSum, ...]
    parts: tuple[Part, ...]

    @property
    def capped(self) -> bool:
        """Whether the reserve, and not the cost, sets the amount."""
        return self.shared > self.most


def rate_of(text: str) -> Decimal:
    """The typed rate. Raises money.BadAmount for what is none: no number, not above zero, too long or
    out of all reason.
    """
    try:
        rate = Decimal(text)
    except InvalidOperation as error:
        raise money.BadAmount(text) from error
    if not rate.is_finite() or rate <= 0 or abs(rate.adjusted()) >= money.LONGEST_RATE:
        raise money.BadAmount(text)
    if len(rate.as_tuple().digits) > money.LONGEST_RATE:
        raise money.BadAmount(text)
    return rate


def approvable(bills: Sequence[Bill], grant: Grant) -> Approvable:
    """The sum of `bills` line by line. A line whose kind is not eligible, or which no kind knows,
    counts nothing, whatever was accepted of it.
    """
    costs = {cost.code: cost for cost in grant.costs}
    sums: list[BillSum] = []
    drawn: list[tuple[Line, int, int]] = []
    for bill in bills:
        wanted = [_counted(line, costs.get(line.cost)) for line in bill.lines]
        counted = money.spread(min(sum(wanted), bill.amount), wanted)
        rate = _rate(bill, grant.currency)
        whole, parts = None, [0] * len(counted)
        if rate is not None:
            whole = money.convert(bill.amount, bill.currency, grant.currency, rate)
            total = money.convert(sum(counted), bill.currency, grant.currency, rate)
            parts = money.spread(total, counted)
        sums.append(BillSum(bill.id, bill.currency, bill.rate, bill.amount, whole, sum(counted)))
        drawn += zip(bill.lines, counted, parts, strict=True)
    eligible = sum(converted for _, _, converted in drawn)
    shared = money.share(eligible, grant.percent)
    amount = min(shared, max(grant.most, 0))
    shares = money.spread(amount, [converted for _, _, converted in drawn])
    return Approvable(
        *(grant.currency, grant.percent, eligible, shared, max(grant.most, 0), amount),
        bills=tuple(sums),
        parts=tuple(
            _part(line, costs.get(line.cost), counted, converted, share)
            for (line, counted, converted), share in zip(drawn, shares, strict=True)
        ),
    )


def _counted(line: Line, cost: Cost | None) -> int:
    if cost is None or not cost.eligible:
        return 0
    return line.amount if line.accepted is None else min(line.accepted, line.amount)


def _rate(bill: Bill, currency: str) -> Decimal | None:
    if bill.currency == currency:
        return Decimal(1)
    return rate_of(bill.rate) if bill.rate else None


def _part(line: Line, cost: Cost | None, counted: int, converted: int, share: int) -> Part:
    eligible = cost is not None and cost.eligible
    why = None if cost is None or cost.eligible else cost.why
    return Part(line.id, line.cost, line.amount, eligible, why, counted, converted, share)


def informs(found: Approvable) -> list[Reason]:
    """What is told of a sum and refuses nothing: kinds that are not eligible, and the reserve."""
    told = [
        reason(CODES, C.LINE_NOT_ELIGIBLE, f"line:{part.line}", cost=part.cost)
        for part in found.parts
        if not part.eligible
    ]
    if found.capped:
        told.append(reason(CODES, C.ABOVE_RESERVE, most=found.most, currency=found.currency))
    return told
