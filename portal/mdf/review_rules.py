"""Who may say yes to a request, up to which amount, and when a second person must (M2, M3). Pure.

Amounts are minor units of the fund's currency.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portal.kernel import money
from portal.kernel.decision import Decision, Reason, reason
from portal.mdf.asking_rules import against_amount
from portal.mdf.rules import CODES, Party, RequestState, answered
from portal.mdf.rules import MdfCode as C
from portal.mdf.transitions import Verb, not_now

# What a question may name to be mended: the fields of the form of a request.
FIELDS = (
    *("activity", "title", "details", "starts_on", "ends_on", "total_cost", "asked"),
    *("outcome", "files"),
)


@dataclass(frozen=True)
class Yes:
    """What another person said yes to in this round; `lead`: as a lead of the registry."""

    amount: int
    lead: bool


@dataclass(frozen=True)
class Reviewer:
    """Who decides, as far as this request is concerned.

    `own_company`: they act for the company that asks, or did since it was sent first. `filed_it`: they
    typed it or sent it. `said_yes`: in this round already. `own_limit`: theirs, None: the fund's.
    """

    party: Party
    own_company: bool = False
    filed_it: bool = False
    said_yes: bool = False
    own_limit: int | None = None


@dataclass(frozen=True)
class Review:
    """What an approval stands on. `available` is what the fund has left for the company, now;
    `due_on` the day a claim would be due; `fund` and `registry` are slugs, `closed` after the hard close.
    """

    state: RequestState
    by: Reviewer
    fund: str
    registry: str
    currency: str
    asked: int
    total_cost: int
    percent: int
    cap: int | None
    available: int
    manager_limit: int | None
    agreement_active: bool
    closed: bool
    requests_from: date
    requests_until: date
    today: date
    due_on: date
    yeses: tuple[Yes, ...] = ()


@dataclass(frozen=True)
class Approve:
    """What is asked: a yes to `amount`."""

    amount: int


@dataclass(frozen=True)
class Approved:
    """A yes: final, then `due_on` is the day a claim is due, or the first of two."""

    amount: int
    final: bool
    due_on: date | None


def alone(by: Reviewer, manager_limit: int | None) -> int | None:
    """Up to which amount somebody decides without a second: their own limit, else the fund's; None:
    any.
    """
    return manager_limit if by.own_limit is None else by.own_limit


def second(by: Reviewer, yeses: Iterable[Yes]) -> int:
    """The amount that another said yes to already, and for which this person is the second of the two;
    0 where there is none. One of the two is a lead.
    """
    counts = (yes.amount for yes in yeses if yes.lead or by.party is Party.LEAD)
    return max(counts, default=0)


def may_approve(wish: Approve, facts: Review) -> Decision[Approved]:
    """Whether this person may approve this amount now, and whether that is the last word.

    All reasons against it at once. Above what they decide alone a first yes is taken, and a second
    person must say it too, one of both a lead (SECOND_NEEDED).
    """
    if (no := not_now(Verb.APPROVE, facts.state, facts.by.party)) is not None:
        return answered([no], None)
    reasons = [*_person(facts), *_fund(facts), *_amount(wish.amount, facts)]
    most = alone(facts.by, facts.manager_limit)
    final = most is None or wish.amount <= max(most, second(facts.by, facts.yeses))
    if not final and most is not None:
        reasons.append(_above(most, facts))
    due_on = facts.due_on if final else None
    return answered(reasons, Approved(wish.amount, final, due_on))


def nearest_yes(facts: Review) -> int | None:
    """The largest amount this person may approve now with nobody else; None where there is none."""
    bounds = [facts.asked, facts.available, money.share(facts.total_cost, facts.percent)]
    if facts.cap is not None:
        bounds.append(facts.cap)
    most = alone(facts.by, facts.manager_limit)
    if most is not None:
        bounds.append(max(most, second(facts.by, facts.yeses)))
    amount = min(bounds)
    answer = may_approve(Approve(amount), facts)
    return amount if answer.value is not None and answer.value.final else None


def checks(facts: Review) -> tuple[Reason, ...]:
    """What stands against any yes of this person, whatever the amount."""
    if (no := not_now(Verb.APPROVE, facts.state, facts.by.party)) is not None:
        return (no,)
    return (*_person(facts), *_fund(facts))


def _above(most: int, facts: Review) -> Reason:
    """Above what one decides alone: a first yes is in order, unless there is one that a lead must
    follow, or that was to less.
    """
    if not facts.yeses:
        return reason(CODES, C.SECOND_NEEDED, most=most, currency=facts.currency)
    most = max(most, second(facts.by, facts.yeses))
    return reason(CODES, C.ABOVE_LIMIT, most=most, currency=facts.currency)


def _person(facts: Review) -> list[Reason]:
    """Never the company's own, never who filed it, never the same person twice."""
    by = facts.by
    return [
        reason(CODES, code)
        for code, holds in (
            (C.OWN_COMPANY, by.own_company),
            (C.FILED_IT, by.filed_it),
            (C.SAME_PERSON, by.said_yes),
        )
        if holds
    ]


def _fund(facts: Review) -> list[Reason]:
    found = []
    if not facts.agreement_active:
        found.append(reason(CODES, C.AGREEMENT_INACTIVE, registry=facts.registry))
    if facts.closed:
        window = {
            "from": facts.requests_from.isoformat(),
            "until": facts.requests_until.isoformat(),
        }
        found.append(reason(CODES, C.FUND_CLOSED, fund=facts.fund, **window))
    if facts.due_on < facts.today:
        found.append(reason(CODES, C.CLAIM_LATE, due=facts.due_on.isoformat()))
    return found


def _amount(amount: int, facts: Review) -> list[Reason]:
    """Against the amount: more than asked, than the terms pay, than there is (M2)."""
    if amount <= 0:
        return [reason(CODES, C.AMOUNT_NONE)]
    currency, found = facts.currency, []
    if amount > facts.asked:
        found.append(reason(CODES, C.ABOVE_ASKED, most=facts.asked, currency=currency))
    found += against_amount(amount, facts.percent, facts.cap, facts.total_cost, currency)
    if amount > facts.available:
        found.append(reason(CODES, C.ABOVE_AVAILABLE, most=facts.available, currency=currency))
    return found


@dataclass(frozen=True)
class Answer:
    """What else a review can say: a question, a mendable no, a final one. `said`: with words;
    `fields`: what is to be mended.
    """

    verb: Verb
    said: bool
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """What such an answer stands on."""

    state: RequestState
    by: Reviewer


@dataclass(frozen=True)
class Answered:
    """That it may be said, and how the request then stands."""

    state: RequestState


_LEADS_TO = {
    Verb.ASK: RequestState.NEEDS_INFO,
    Verb.REJECT: RequestState.REJECTED,
    Verb.DECLINE: RequestState.DECLINED,
}


def may_answer(wish: Answer, facts: Case) -> Decision[Answered]:
    """Whether this person may ask, reject or decline now: with a reason, a question with its fields."""
    if (no := not_now(wish.verb, facts.state, facts.by.party)) is not None:
        return answered([no], None)
    found = [reason(CODES, C.OWN_COMPANY)] if facts.by.own_company else []
    unknown = set(wish.fields) - set(FIELDS)
    if wish.verb is Verb.ASK and (not wish.fields or unknown):
        found.append(reason(CODES, C.FIELD_MISSING, field="fields"))
    if not wish.said:
        found.append(reason(CODES, C.FIELD_MISSING, field="note"))
    return answered(found, Answered(_LEADS_TO[wish.verb]))
