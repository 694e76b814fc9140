"""What may still change of an approved request: cancelling it, its dates, the day of its claim. Pure.

Days are business dates, amounts minor units of the fund's currency.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from portal.kernel.decision import Decision, Reason, reason
from portal.mdf.asking_rules import against_days
from portal.mdf.review_rules import Reviewer, alone
from portal.mdf.rules import CODES, Party, RequestState, answered
from portal.mdf.rules import MdfCode as C
from portal.mdf.time_rules import claim_due
from portal.mdf.transitions import Verb, not_now


@dataclass(frozen=True)
class BoundTerms:
    """What the terms that bind the request say of it."""

    currency: str
    activity_from: date
    activity_until: date
    claims_until: date
    claim_days: int
    lead_days: int
    extensions: int
    extension_days: int
    manager_limit: int | None


@dataclass(frozen=True)
class Standing:
    """A request on `today`. `claim`: one that is on its way or holds money; `asked_on`: when the other
    dates were asked for; `reserved`: what would be released.
    """

    state: RequestState
    by: Reviewer
    today: date
    terms: BoundTerms
    starts_on: date | None
    ends_on: date | None
    due_on: date | None
    approved: int | None
    reserved: int
    extended: int
    claim: str | None = None
    wanted_from: date | None = None
    wanted_until: date | None = None
    asked_on: date | None = None


@dataclass(frozen=True)
class ChangeWish:
    """What is asked: the step, with words or without, and, of ASK_DATES, the days."""

    verb: Verb
    said: bool
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class Change:
    """What becomes of the request: its days, the day its claim is due, what is released."""

    starts_on: date | None = None
    ends_on: date | None = None
    due_on: date | None = None
    released: int = 0


def may_change(wish: ChangeWish, facts: Standing) -> Decision[Change]:
    """Whether an approved request may be changed so, now, by this person; all reasons at once."""
    if (no := not_now(wish.verb, facts.state, facts.by.party)) is not None:
        return answered([no], None)
    found: list[Reason] = []
    if facts.by.party is not Party.PARTNER and facts.by.own_company:
        found.append(reason(CODES, C.OWN_COMPANY))
    rule = {
        Verb.CANCEL: _cancel,
        Verb.ASK_DATES: _ask_dates,
        Verb.MOVE_DATES: _move_dates,
        Verb.KEEP_DATES: _keep_dates,
        Verb.EXTEND: _extend,
    }[wish.verb]
    faults, change = rule(wish, facts)
    found += faults
    if not wish.said and wish.verb is not Verb.MOVE_DATES:
        found.append(reason(CODES, C.FIELD_MISSING, field="note"))
    return answered(found, change)


def _cancel(_wish: ChangeWish, facts: Standing) -> tuple[list[Reason], Change]:
    """Not with a claim on its way, or one that holds money: what is left is then for its end."""
    return _claim(facts), Change(released=facts.reserved)


def _ask_dates(wish: ChangeWish, facts: Standing) -> tuple[list[Reason], Change]:
    """Before the activity begins, by the rules that asking for it had."""
    found = _claim(facts)
    if facts.starts_on is not None and facts.today >= facts.starts_on:
        found.append(reason(CODES, C.ACTIVITY_BEGUN, starts_on=facts.starts_on.isoformat()))
    found += _days(wish.starts_on, wish.ends_on, facts, asked_on=facts.today)
    return found, Change(wish.starts_on, wish.ends_on)


def _move_dates(_wish: ChangeWish, facts: Standing) -> tuple[list[Reason], Change]:
    """A new yes to what was approved: by somebody who may say it alone, or by a lead."""
    start, end, terms = facts.wanted_from, facts.wanted_until, facts.terms
    if start is None or end is None:
        return [reason(CODES, C.DATES_NONE)], Change()
    found = _claim(facts)
    if facts.by.filed_it:
        found.append(reason(CODES, C.FILED_IT))
    most = alone(facts.by, terms.manager_limit)
    above = most is not None and (facts.approved or 0) > most
    if above and facts.by.party is not Party.LEAD:
        found.append(reason(CODES, C.ABOVE_LIMIT, most=most, currency=terms.currency))
    found += _days(start, end, facts, asked_on=facts.asked_on or facts.today)
    due_on = claim_due(end, terms.claim_days, terms.claims_until)
    if due_on < facts.today:
        found.append(reason(CODES, C.CLAIM_LATE, due=due_on.isoformat()))
    return found, Change(start, end, due_on)


def _keep_dates(_wish: ChangeWish, facts: Standing) -> tuple[list[Reason], Change]:
    if facts.wanted_from is None:
        return [reason(CODES, C.DATES_NONE)], Change()
    return [], Change()


def _extend(_wish: ChangeWish, facts: Standing) -> tuple[list[Reason], Change]:
    """As often and as long as the terms say, before the day has passed, never past the fund's last."""
    terms, due_on = facts.terms, facts.due_on
    assert due_on is not None, "an approved request has a day on which its claim is due"
    later = min(due_on + timedelta(days=terms.extension_days), terms.claims_until)
    found = []
    if facts.today > due_on:
        found.append(reason(CODES, C.CLAIM_LATE, due=due_on.isoformat()))
    if facts.extended >= terms.extensions:
        found.append(reason(CODES, C.EXTENDED_OFTEN, times=terms.extensions))
    if later <= due_on:
        found.append(reason(CODES, C.EXTENDED_TOO_FAR, until=terms.claims_until.isoformat()))
    return found, Change(due_on=later)


def _claim(facts: Standing) -> list[Reason]:
    return [] if facts.claim is None else [reason(CODES, C.CLAIM_OPEN, claim=facts.claim)]


def _days(start: date | None, end: date | None, facts: Standing, *, asked_on: date) -> list[Reason]:
    """The window and the lead time of the terms, asked again for other days."""
    missing = [name for name, day in (("starts_on", start), ("ends_on", end)) if day is None]
    if start is None or end is None:
        return [reason(CODES, C.FIELD_MISSING, field=name) for name in missing]
    terms = facts.terms
    window, first = (terms.activity_from, terms.activity_until), timedelta(terms.lead_days)
    return list(against_days(start, end, window, asked_on + first))
