"""What holds of MDF whatever was done (mdf.md 2.3; M2, M4, M5), looked up from the tables alone."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.mdf.claim_models import Claim, Payment
from portal.mdf.models import FundRequest, TimelineStep
from portal.mdf.rules import HOLDING_CLAIMS, RELEASES, Cause, RequestState
from portal.mdf.transitions import Verb
from portal.store.db import db
from portal.store.events import Event
from portal.store.ledger import SOURCE, LedgerAccount, LedgerTransfer, audit

# Why money may leave a request (mdf.md 2.3, 7).
LEAVES = {*RELEASES, Cause.REVERSED, Cause.CLAWED_BACK}


def wrong() -> list[str]:
    """Everything that does not hold now; empty when all does."""
    session = db.session()
    found = [f"{each.what}: {each.stored}, not {each.explained}" for each in audit(session)]
    below = LedgerAccount.balance < 0, LedgerAccount.kind != SOURCE
    found += [
        f"{row} is below zero" for row in session.scalars(select(LedgerAccount.id).where(*below))
    ]
    found += [*_requests(session), *_timelines(session)]
    session.rollback()
    return found


def _requests(session: Session) -> Iterator[str]:
    holds: dict[str, Counter[str]] = defaultdict(Counter)
    accounts = select(LedgerAccount).where(LedgerAccount.owner.startswith("request:"))
    whose = {}
    for account in session.scalars(accounts):
        holds[account.owner][account.kind] = account.balance
        whose[account.id] = account.owner
    came: Counter[str] = Counter()
    for move in session.scalars(select(LedgerTransfer)):
        source, target = whose.get(move.source_id), whose.get(move.target_id)
        if target and not source:
            came[target] += move.amount
            if move.cause != Cause.RESERVED:
                yield f"{target} was given {move.amount} for {move.cause}"
        if source and not target and move.cause not in LEAVES:
            yield f"{move.amount} left {source} for {move.cause}"
    claims = defaultdict(list)
    for claim in session.scalars(select(Claim)):
        claims[claim.request_id].append(claim)
    query = select(Payment.claim_id, func.sum(Payment.amount)).group_by(Payment.claim_id)
    paid = {row[0]: int(row[1]) for row in session.execute(query)}
    for row in session.scalars(select(FundRequest)):
        held = holds[f"request:{row.ref}"]
        if came[f"request:{row.ref}"] != (row.approved or 0):
            yield f"{row.ref}: approved {row.approved}, reserved {came[f'request:{row.ref}']}"
        if (row.approved or 0) > (row.asked or 0):
            yield f"{row.ref}: approved {row.approved} of {row.asked}"
        if held["reserved"] and row.state is not RequestState.APPROVED:
            yield f"{row.ref}: {row.state} holds {held['reserved']}"
        holding = [each for each in claims[row.id] if each.state in HOLDING_CLAIMS]
        given = sum(paid.get(each.id, 0) for each in holding)
        granted = sum(each.approved or 0 for each in holding)
        if (held["paid"], held["committed"]) != (given, granted - given):
            yield f"{row.ref}: of {granted} approved {given} paid, by the ledger {dict(held)}"
        for each in claims[row.id]:
            if (each.approved or 0) > (each.claimed or 0) or granted > (row.approved or 0):
                yield f"{each.ref}: approved {each.approved} of {each.claimed}, {granted} in all"
            if paid.get(each.id, 0) > (each.approved or 0):
                yield f"{each.ref}: paid {paid[each.id]} of {each.approved}"


def _timelines(session: Session) -> Iterator[str]:
    """A step for each change, and an event for each step (M5)."""
    steps = select(FundRequest.ref, TimelineStep.verb, func.count()).join(
        TimelineStep, TimelineStep.request_id == FundRequest.id
    )
    taken = {
        (f"mdf:{row[0]}", f"mdf.{row[1].value}"): row[2]
        for row in session.execute(steps.group_by(FundRequest.ref, TimelineStep.verb))
    }
    verbs = {f"mdf.{verb.value}" for verb in Verb}
    events = select(Event.stream, Event.verb, func.count()).where(Event.verb.in_(verbs))
    told = {
        (row[0], row[1]): row[2]
        for row in session.execute(events.group_by(Event.stream, Event.verb))
    }
    yield from (f"{key}: {taken.get(key)} steps, {told.get(key)} events"
                for key in taken.keys() | told.keys() if taken.get(key) != told.get(key))  # fmt: skip


def size() -> tuple[int, ...]:
    """How many lines timelines and ledger have: nothing done leaves them."""
    session = db.session()
    found = tuple(
        session.scalar(select(func.count()).select_from(model)) or 0
        for model in (TimelineStep, LedgerTransfer, Event)
    )
    session.rollback()
    return found
