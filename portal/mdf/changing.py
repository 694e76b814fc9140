"""Changing an approved request: cancelling it, moving its dates, putting off the day of its claim (M3, M4).

`now` is business time. Every command raises Unseen for a request its actor does not see, and answers
the same `key` of a person once; a refusal is returned and kept.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.mdf.book import held as held_of
from portal.mdf.book import release, subject_of
from portal.mdf.change_rules import BoundTerms, Change, ChangeWish, Standing, may_change
from portal.mdf.claim_models import Claim
from portal.mdf.deciding import (
    Act,
    Outcome,
    Unsent,
    act_on,
    earlier,
    keep,
    move,
    never_sent,
    replaying,
    say_yes,
)
from portal.mdf.models import TimelineStep
from portal.mdf.review_facts import Bound, bound, reviewer
from portal.mdf.reviewing import held
from portal.mdf.rules import HOLDING_CLAIMS, OPEN_CLAIMS, Cause, Party, RequestState
from portal.mdf.steps import Said, take_step
from portal.mdf.transitions import Verb
from portal.store.db import atomic, retrying
from portal.store.decisions import KINDS

CHANGES = {
    Verb.CANCEL: "mdf.cancel",
    Verb.ASK_DATES: "mdf.ask_dates",
    Verb.MOVE_DATES: "mdf.move_dates",
    Verb.KEEP_DATES: "mdf.keep_dates",
    Verb.EXTEND: "mdf.extend",
}
KINDS |= {kind: replaying(ChangeWish, Standing, may_change) for kind in CHANGES.values()}


def cancel(ref: str, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Give up what was approved: what is reserved goes back, with its cause (mdf.md 2.3, 7)."""
    return _change(
        ref, ChangeWish(Verb.CANCEL, bool(note.strip())), note, act_on(ref, actor, now, key)
    )


def ask_dates(
    ref: str,
    starts_on: date | None,
    ends_on: date | None,
    note: str,
    *,
    actor: Actor,
    now: datetime,
    key: str,
) -> Outcome:
    """Ask for other days, before the activity: it is the channel's turn then."""
    wish = ChangeWish(Verb.ASK_DATES, bool(note.strip()), starts_on, ends_on)
    return _change(ref, wish, note, act_on(ref, actor, now, key))


def move_dates(ref: str, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Approve the days that were asked for: a new round, with a new day for the claim."""
    return _change(
        ref, ChangeWish(Verb.MOVE_DATES, bool(note.strip())), note, act_on(ref, actor, now, key)
    )


def keep_dates(ref: str, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Let the days be as they were, and say why."""
    return _change(
        ref, ChangeWish(Verb.KEEP_DATES, bool(note.strip())), note, act_on(ref, actor, now, key)
    )


def extend(ref: str, note: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Put off the day the claim is due, as the terms allow, and say why."""
    return _change(
        ref, ChangeWish(Verb.EXTEND, bool(note.strip())), note, act_on(ref, actor, now, key)
    )


@retrying
def _change(ref: str, wish: ChangeWish, note: str, act: Act) -> Outcome:
    kind = CHANGES[wish.verb]
    with atomic() as session:
        row = held(session, act.actor, ref)
        if (before := earlier(session, kind, act)) is not None:
            return before
        if (it := bound(session, row)) is None:
            unsent = Unsent(row.state)
            return keep(session, kind, never_sent(unsent), wish, unsent, row, act)
        facts = standing(session, it, act.actor, act.today)
        decision = may_change(wish, facts)
        outcome = keep(session, kind, decision, wish, facts, row, act)
        if decision.value is not None:
            said = Said(note=note, decision_ref=outcome.ref)
            _apply(session, it, wish.verb, decision.value, said, act)
        return outcome


def standing(session: Session, it: Bound, actor: Actor, today: date) -> Standing:
    """All that a change of `it` stands on. Four queries."""
    row, terms = it.row, it.terms
    holds = select(Claim.ref).where(
        Claim.request_id == row.id, Claim.state.in_(OPEN_CLAIMS | HOLDING_CLAIMS)
    )
    asked = select(TimelineStep.at).where(
        TimelineStep.request_id == row.id, TimelineStep.verb == Verb.ASK_DATES
    )
    asked_at = session.scalar(asked.order_by(TimelineStep.id.desc()).limit(1))
    return Standing(
        state=row.state,
        by=reviewer(session, row, it.fund.currency, actor),
        today=today,
        terms=BoundTerms(
            currency=it.fund.currency,
            activity_from=terms.activity_from,
            activity_until=terms.activity_until,
            claims_until=terms.claims_until,
            claim_days=terms.claim_days,
            lead_days=terms.lead_days,
            extensions=terms.extensions,
            extension_days=terms.extension_days,
            manager_limit=terms.manager_limit,
        ),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        due_on=row.due_on,
        approved=row.approved,
        reserved=held_of(session, it.fund, row).reserved,
        extended=row.extended,
        claim=session.scalar(holds.order_by(Claim.id).limit(1)),
        wanted_from=row.wanted_from,
        wanted_until=row.wanted_until,
        asked_on=clock.local_date(asked_at) if asked_at else None,
    )


def _apply(session: Session, it: Bound, verb: Verb, change: Change, said: Said, act: Act) -> None:
    """Write what the rule said; the money last."""
    row = it.row
    if verb is Verb.CANCEL:
        _cancel(session, it, change, said, act)
        return
    if verb is Verb.ASK_DATES:
        row.wanted_from, row.wanted_until = change.starts_on, change.ends_on
        by = act.today + timedelta(days=it.terms.review_days)
        said = replace(said, turn=Party.CHANNEL, promised_on=by)
    elif verb is Verb.EXTEND:
        row.due_on, row.extended = change.due_on, row.extended + 1
        waits = row.wanted_from is not None
        said = replace(
            said,
            turn=Party.CHANNEL if waits else None,
            promised_on=row.turn_due_on if waits else row.due_on,
        )
    else:
        if verb is Verb.MOVE_DATES:
            row.starts_on, row.ends_on, row.due_on = change.starts_on, change.ends_on, change.due_on
            row.round += 1
            say_yes(session, row, subject_of(row), row.round, row.approved or 0, act)
        row.wanted_from = row.wanted_until = None
        said = replace(said, promised_on=row.due_on)
    take_step(session, row, verb, None, actor=act.actor, now=act.now, said=said)


def _cancel(session: Session, it: Bound, change: Change, said: Said, act: Act) -> None:
    row = it.row
    said = replace(said, amount=change.released)
    state = RequestState.CANCELLED
    take_step(session, row, Verb.CANCEL, state, actor=act.actor, now=act.now, said=said)
    back = release(it.fund, row, change.released, Cause.RELEASED_CANCELLED)
    move(session, CHANGES[Verb.CANCEL], [back], subject_of(row), act)
