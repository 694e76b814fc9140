"""Whether a fund may be asked for an activity, what it would pay (M1, M3). Pure.

A company's own allocation is told exactly; of what a pool holds the rule knows only whether it is
nothing (`emptied`), so that no answer, however often asked, measures what others have left in it.
Amounts are minor units of the fund's currency; dates business dates, both ends included.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from portal.kernel import money
from portal.kernel.decision import Decision, Reason, reason
from portal.mdf.rules import CODES, RULESET, Party, RequestState, answered
from portal.mdf.rules import MdfCode as C
from portal.mdf.time_rules import claim_due
from portal.mdf.transitions import Verb, not_now


@dataclass(frozen=True)
class Ask:
    """What a company would do and have paid: an activity from `starts_on` to `ends_on`.

    `asked_on` is the day it asks. `total_cost` None: not said yet, and then not judged. `missing`
    are fields that a request must have and this one lacks; of a first look none is asked for.
    `moved_on` is the day on which another start was put in than it was asked for with, if one was.
    """

    fund: str
    asked_on: date
    activity: str | None
    starts_on: date | None
    ends_on: date | None
    amount: int | None
    currency: str
    total_cost: int | None = None
    missing: tuple[str, ...] = ()
    moved_on: date | None = None


@dataclass(frozen=True)
class ActivityTerms:
    """A type of activity: the fund pays `percent` of its cost, at most `cap`; `proofs` it owes."""

    code: str
    percent: int
    cap: int | None
    proofs: tuple[str, ...]


@dataclass(frozen=True)
class FundFacts:
    """A fund as it stands for one company on a day.

    `active`: the company has an agreement in force with its registry. `emptied`: nothing at all of it
    can be asked for. `own`: what is left of the company's allocation; None of a pool. `terms` is the
    number of the version.
    """

    fund: str
    registry: str
    currency: str
    active: bool
    emptied: bool
    own: int | None
    terms: int
    requests_from: date
    requests_until: date
    activity_from: date
    activity_until: date
    claims_until: date
    claim_days: int
    lead_days: int
    review_days: int
    pay_days: int
    activities: tuple[ActivityTerms, ...]

    def activity(self, code: str | None) -> ActivityTerms | None:
        """What it pays for under that code."""
        return next((each for each in self.activities if each.code == code), None)

    def takes(self, on: date) -> bool:
        """Whether requests are taken on `on`."""
        return self.requests_from <= on <= self.requests_until


@dataclass(frozen=True)
class AskFacts:
    """The funds a company can look at; and, of a request, where it is and who would send it. `others`:
    they are of the staff, and did not file it.
    """

    funds: tuple[FundFacts, ...]
    state: RequestState | None = None
    party: Party | None = None
    others: bool = False


@dataclass(frozen=True)
class Offer:
    """What a yes promises: up to `amount`; a decision by `decided_by`; the claim due by `due_on`; the
    money by `paid_by` when it is claimed as the activity ends. `least_cost`: what the activity must
    cost for the fund's percentage to reach the amount. `proofs` are owed with the claim.
    """

    fund: str
    terms: int
    activity: str
    amount: int
    percent: int
    least_cost: int
    decided_by: date
    due_on: date
    paid_by: date
    proofs: tuple[str, ...]


def may_send(ask: Ask, facts: AskFacts) -> Decision[Offer]:
    """Whether a request may be sent: the step can be taken now, and `may_ask` says yes."""
    if facts.state is not None and facts.party is not None:
        fault = not_written(facts.state, facts.party, others=facts.others)
        if fault is not None:
            return answered([fault], None)
    return may_ask(ask, facts)


def not_written(state: RequestState, party: Party, *, others: bool) -> Reason | None:
    """Why `party` cannot write in a request, nor send it; None when it can. Staff only in what they filed
    themselves: whoever wrote in it would decide it next.
    """
    return reason(CODES, C.NOT_YOURS) if others else not_now(Verb.SUBMIT, state, party)


def may_ask(ask: Ask, facts: AskFacts) -> Decision[Offer]:
    """Whether `ask.fund` may be asked, with everything that stands against it, M1 first.

    Raises StopIteration for a fund that is not among the facts.
    """
    fund = next(each for each in facts.funds if each.fund == ask.fund)
    reasons = tuple(_faults(ask, fund, facts))
    kind = fund.activity(ask.activity)
    if reasons or kind is None or ask.amount is None or ask.ends_on is None:
        return Decision(RULESET, None, reasons)
    offer = Offer(
        fund=fund.fund,
        terms=fund.terms,
        activity=kind.code,
        amount=ask.amount,
        percent=kind.percent,
        least_cost=-(-ask.amount * 100 // kind.percent),
        decided_by=ask.asked_on + timedelta(fund.review_days),
        due_on=claim_due(ask.ends_on, fund.claim_days, fund.claims_until),
        paid_by=ask.ends_on + timedelta(fund.review_days + fund.pay_days),
        proofs=kind.proofs,
    )
    return Decision(RULESET, offer)


def most(ask: Ask, fund: FundFacts) -> int | None:
    """The most that could be asked for with this activity; None where nothing bounds it."""
    kind = fund.activity(ask.activity)
    bounds = [fund.own, kind.cap if kind else None]
    if kind and ask.total_cost is not None:
        bounds.append(money.share(ask.total_cost, kind.percent))
    return min((each for each in bounds if each is not None), default=None)


def instead(fund: FundFacts, ask: Ask, facts: AskFacts) -> str | None:
    """The fund that may be asked where `fund` is emptied (Q14): one that says yes before one that
    is only open.
    """
    others = [
        each
        for each in facts.funds
        if each.fund != fund.fund
        and each.active
        and not each.emptied
        and each.takes(ask.asked_on)
        and each.own != 0
    ]
    better = [each for each in others if not list(_own_faults(replace(ask, fund=each.fund), each))]
    return next((each.fund for each in (*better, *others)), None)


def _faults(ask: Ask, fund: FundFacts, facts: AskFacts) -> Iterator[Reason]:
    if fund.emptied:
        yield reason(CODES, C.FULLY_ALLOCATED, fund=fund.fund, other=instead(fund, ask, facts))
    yield from _own_faults(ask, fund)


def _own_faults(ask: Ask, fund: FundFacts) -> Iterator[Reason]:
    """What stands against it in the fund's own terms, in the order of the codes."""
    if not fund.takes(ask.asked_on):
        window = _span(fund.requests_from, fund.requests_until)
        yield reason(CODES, C.FUND_CLOSED, fund=fund.fund, **window)
    if ask.currency != fund.currency:
        yield reason(CODES, C.CURRENCY_OTHER, fund=fund.fund, currency=fund.currency)
    if not fund.active:
        yield reason(CODES, C.AGREEMENT_INACTIVE, registry=fund.registry)
    kind = fund.activity(ask.activity)
    if kind is None and "activity" not in ask.missing:
        yield reason(CODES, C.ACTIVITY_UNKNOWN, fund=fund.fund)
    if ask.starts_on is not None and ask.ends_on is not None:
        days = fund.activity_from, fund.activity_until
        yield from against_days(ask.starts_on, ask.ends_on, days, earliest(ask, fund))
    if ask.currency == fund.currency:
        yield from _amounts(ask, fund, kind)
    for field in ask.missing:
        yield reason(CODES, C.FIELD_MISSING, field=field)


def against_days(
    start: date, end: date, window: tuple[date, date], first: date
) -> Iterator[Reason]:
    """What stands against these days of an activity: their order, the `window` that the terms pay for,
    and the `first` day that there is still time for.
    """
    if end < start:
        days = {"starts_on": start.isoformat(), "ends_on": end.isoformat()}
        yield reason(CODES, C.DATES_ORDER, **days)
    elif start < window[0] or end > window[1]:
        yield reason(CODES, C.OUTSIDE_WINDOW, **_span(*window))
    if start < first:
        yield reason(CODES, C.TOO_SOON, earliest=first.isoformat())


def against_amount(
    amount: int, percent: int, cap: int | None, cost: int | None, currency: str
) -> Iterator[Reason]:
    """What stands against an amount in what the terms pay: `percent` of the activity's `cost` (None:
    not said yet, and then not judged), at most `cap`.
    """
    if cap is not None and amount > cap:
        yield reason(CODES, C.ABOVE_CAP, most=cap, currency=currency)
    if cost is not None and amount > (share := money.share(cost, percent)):
        yield reason(CODES, C.ABOVE_SHARE, most=share, percent=percent, currency=currency)


def _amounts(ask: Ask, fund: FundFacts, kind: ActivityTerms | None) -> Iterator[Reason]:
    if not ask.amount or ask.amount < 0:
        if "asked" not in ask.missing:
            yield reason(CODES, C.AMOUNT_NONE)
        return
    if kind is not None:
        terms = kind.percent, kind.cap
        yield from against_amount(ask.amount, *terms, ask.total_cost, fund.currency)
    if not fund.emptied and fund.own is not None and ask.amount > fund.own:
        yield reason(CODES, C.ABOVE_ALLOCATION, most=fund.own, currency=fund.currency)


def earliest(ask: Ask, fund: FundFacts) -> date:
    """The first day on which an activity asked for now may start."""
    return (ask.moved_on or ask.asked_on) + timedelta(fund.lead_days)


def _span(first: date, last: date) -> dict[str, str]:
    return {"from": first.isoformat(), "until": last.isoformat()}
