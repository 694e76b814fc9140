"""What could be asked of a fund instead and would get a yes: the rule asked again with one thing changed. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from portal.mdf.asking_rules import Ask, AskFacts, FundFacts, Offer, earliest, may_ask, most


class Change(StrEnum):
    """What would have to be another for a yes."""

    START = "start"
    AMOUNT = "amount"
    FUND = "fund"
    ALL = "all"


@dataclass(frozen=True)
class Nearest:
    """An ask that differs in one thing (`ALL`: in amount and days) and gets a yes."""

    change: Change
    ask: Ask
    offer: Offer


def nearest_yes(ask: Ask, facts: AskFacts) -> tuple[Nearest, ...]:
    """What gets a yes instead, the nearest first: other days, less money, another fund."""
    found: list[Nearest] = []
    for change, other in _others(ask, facts):
        offer = may_ask(other, facts).value if other != ask else None
        if offer is not None and not (change is Change.ALL and found):
            found.append(Nearest(change, other, offer))
    return tuple(found)


def _others(ask: Ask, facts: AskFacts) -> Iterator[tuple[Change, Ask]]:
    """Asks that differ in one thing; last, in amount and days."""
    fund = next(each for each in facts.funds if each.fund == ask.fund)
    moved, smaller = _moved(ask, fund), _smaller(ask, fund)
    yield Change.START, moved
    yield Change.AMOUNT, smaller
    for other in facts.funds:
        if other.fund != fund.fund:
            yield Change.FUND, replace(ask, fund=other.fund)
    yield Change.ALL, replace(moved, amount=smaller.amount)


def _moved(ask: Ask, fund: FundFacts) -> Ask:
    """The same activity, as long, on the nearest days that the fund pays for."""
    if ask.starts_on is None or ask.ends_on is None:
        return ask
    length = max(ask.ends_on - ask.starts_on, timedelta(0))
    first = max(ask.starts_on, fund.activity_from, earliest(ask, fund))
    start = max(min(first, fund.activity_until - length), fund.activity_from)
    return replace(ask, starts_on=start, ends_on=start + length)


def _smaller(ask: Ask, fund: FundFacts) -> Ask:
    """The same activity with no more money than there is for it."""
    bound = most(ask, fund)
    if ask.amount is None or bound is None or ask.amount <= bound:
        return ask
    return replace(ask, amount=bound)
