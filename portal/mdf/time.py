"""What happens to approved requests by themselves: reminders, expiry, closing (M4, M5; mdf.md MR8, MR10).

Each is a transaction of its own that looks again at what it found, so that two workers, a day slept
over or a clock set back do no harm: a request is held, its state and its days are asked anew, and the
ledger knows the key of each release. `now` is business time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import SYSTEM
from portal.mdf.book import held, of_request, post, release, subject_of
from portal.mdf.claim_models import Claim, ClaimLine, Invoice, Reminder
from portal.mdf.deciding import Act, keep, replaying
from portal.mdf.models import Activity, Fund, FundRequest
from portal.mdf.rules import HOLDING_CLAIMS, REMINDERS, Kind, Party, RequestState
from portal.mdf.sending_rules import last_day_to_dispute
from portal.mdf.steps import Said, take_step
from portal.mdf.time_rules import ClaimFacts, Fate, TimeFacts, fate, reminds
from portal.mdf.transitions import STEPS, Verb, not_now
from portal.store.db import atomic, db, retrying
from portal.store.decisions import KINDS
from portal.store.ledger import balances

FATE = "mdf.time"
ENDS = {Verb.EXPIRE: RequestState.EXPIRED, Verb.CLOSE: RequestState.CLOSED}
_DISPUTABLE = STEPS[Verb.CLAIM_DISPUTE].states


@dataclass(frozen=True)
class Passing:
    """What is asked: what becomes of a request."""

    request: str


@dataclass(frozen=True)
class Due:
    """What is due for a request: a reminder so many days before, or its end; both in minor units."""

    id: int
    ref: str
    due_on: date
    reserved: int
    reminder: int | None
    fate: Fate | None


KINDS[FATE] = replaying(Passing, TimeFacts, lambda _passing, facts: fate(facts))


def work(now: datetime) -> None:
    """Do everything that is due at `now`. What fails for one request is logged, and done for the others."""
    on, log = clock.local_date(now), structlog.get_logger()
    for each in due(db.session(), on):
        deed: Callable[..., object] = end if each.fate else remind
        try:
            deed(each.id, now=now)
        except Exception as error:
            log.error("mdf.time_failed", request=each.ref, error=type(error).__name__)


def due(session: Session, on: date) -> list[Due]:
    """What is due on `on`, by request. Six queries; nothing is locked."""
    last = exists().where(Claim.request_id == FundRequest.id, Claim.state.in_(HOLDING_CLAIMS))
    soon = FundRequest.due_on <= date.fromordinal(on.toordinal() + max(REMINDERS))
    query = (
        select(FundRequest, Fund)
        .join(Fund, Fund.id == FundRequest.fund_id)
        .where(FundRequest.state == RequestState.APPROVED, soon | last)
        .order_by(FundRequest.id)
    )
    rows = list(session.execute(query))
    claims = claims_of(session, [row.id for row, _fund in rows])
    sent = _sent(session, [row.id for row, _fund in rows])
    holds = balances(session, [of_request(fund, row, Kind.RESERVED) for row, fund in rows])
    found = []
    for row, fund in rows:
        reserved = holds[of_request(fund, row, Kind.RESERVED)]
        facts = _facts(row, reserved, claims.get(row.id, ()), on)
        ends = fate(facts).value
        days = None if ends else reminds(facts, sent.get((row.id, facts.due_on), ()))
        if ends or days:
            found.append(Due(row.id, row.ref, facts.due_on, facts.reserved, days, ends))
    return found


@retrying
def end(request_id: int, *, now: datetime) -> Fate | None:
    """Let a request expire or close, if it does: what is still reserved returns, with its cause."""
    on = clock.local_date(now)
    with atomic() as session:
        row = _held(session, request_id)
        if row is None:
            return None
        fund = session.get_one(Fund, row.fund_id)
        facts = look(session, fund, row, on)
        ends = finish(session, row, facts, now=now)
        if ends is None:
            return None
        post(
            *(session, [release(fund, row, ends.amount, ends.cause)]),
            key=_key(row, facts, ends),
            subject=subject_of(row),
            actor=SYSTEM,
            on=on,
            at=now,
        )
    return ends


def finish(session: Session, row: FundRequest, facts: TimeFacts, *, now: datetime) -> Fate | None:
    """Let a held request expire or close, if it does, inside the caller's transaction, whose last
    statement returns what is still reserved.
    """
    decision = fate(facts)
    ends = decision.value
    if ends is None or not_now(ends.verb, row.state, Party.SYSTEM) is not None:
        return None
    act = Act(SYSTEM, now, _key(row, facts, ends))
    outcome = keep(session, FATE, decision, Passing(row.ref), facts, row, act)
    said = Said(amount=ends.amount, decision_ref=outcome.ref)
    take_step(session, row, ends.verb, ENDS[ends.verb], actor=SYSTEM, now=now, said=said)
    return ends


def _key(row: FundRequest, facts: TimeFacts, ends: Fate) -> str:
    return f"{'expire' if ends.verb is Verb.EXPIRE else 'close'}:{row.ref}:{facts.due_on}"


@retrying
def remind(request_id: int, *, now: datetime) -> int | None:
    """Remind the company of the day its claim is due, if it is time to: of how many days before."""
    on = clock.local_date(now)
    with atomic() as session:
        row = _held(session, request_id)
        if row is None or not_now(Verb.REMIND, row.state, Party.SYSTEM) is not None:
            return None
        fund = session.get_one(Fund, row.fund_id)
        facts = look(session, fund, row, on)
        sent = _sent(session, [row.id]).get((row.id, facts.due_on), ())
        days = reminds(facts, sent)
        if days is None or fate(facts).value is not None:
            return None
        session.add(Reminder(request_id=row.id, due_on=facts.due_on, days=days, at=now))
        waits = row.turn_due_on  # what was promised stays so: a reminder moves no turn
        said = Said(promised_on=facts.due_on)
        take_step(session, row, Verb.REMIND, None, actor=SYSTEM, now=now, said=said)
        row.turn_due_on = waits
    return days


def _held(session: Session, request_id: int) -> FundRequest | None:
    """The request, held until the transaction ends, while it is approved."""
    query = select(FundRequest).where(
        FundRequest.id == request_id, FundRequest.state == RequestState.APPROVED
    )
    return session.scalar(query.with_for_update())


def look(session: Session, fund: Fund, row: FundRequest, on: date) -> TimeFacts:
    """What time looks at, of a request that is held. Four queries."""
    claims = claims_of(session, [row.id]).get(row.id, ())
    return _facts(row, held(session, fund, row).reserved, claims, on)


def _facts(row: FundRequest, reserved: int, claims: Iterable[ClaimFacts], on: date) -> TimeFacts:
    assert row.due_on is not None, "an approved request has a day its claim is due"
    return TimeFacts(row.due_on, on, reserved, tuple(claims))


def claims_of(session: Session, ids: Sequence[int]) -> dict[int, list[ClaimFacts]]:
    """The claims of requests as time looks at them. Three queries."""
    rows = list(session.scalars(select(Claim).where(Claim.request_id.in_(ids)).order_by(Claim.id)))
    lines: dict[int, list[ClaimLine]] = {}
    query = (
        select(Invoice.claim_id, ClaimLine)
        .join(ClaimLine, ClaimLine.invoice_id == Invoice.id)
        .where(Invoice.claim_id.in_([row.id for row in rows]))
    )
    for claim_id, line in session.execute(query):
        lines.setdefault(claim_id, []).append(line)
    paid_for = _paid_for(session, ids)
    found: dict[int, list[ClaimFacts]] = {}
    for row in rows:
        facts = _claim(row, lines.get(row.id, []), paid_for.get(row.request_id, frozenset()))
        found.setdefault(row.request_id, []).append(facts)
    return found


def _paid_for(session: Session, ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """The kinds of cost that the terms of each request pay for. One query."""
    query = select(FundRequest.id, Activity.costs).join(
        Activity, Activity.id == FundRequest.activity_id
    )
    return {
        row.id: frozenset(cost["code"] for cost in row.costs if cost["eligible"])
        for row in session.execute(query.where(FundRequest.id.in_(ids)))
    }


def _claim(row: Claim, lines: Sequence[ClaimLine], paid_for: frozenset[str]) -> ClaimFacts:
    """What the terms never pay for is no line to dispute (`sending_rules.may_dispute`)."""
    disputed = [line for line in lines if line.disputed_at is not None]
    cut = any(
        line.cost in paid_for and (line.accepted is None or line.accepted < line.amount)
        for line in lines
    )
    until = None
    if cut and not disputed and row.state in _DISPUTABLE and row.decided_at is not None:
        until = last_day_to_dispute(clock.local_date(row.decided_at))
    pending = row.reversal_by is not None or any(line.settled_at is None for line in disputed)
    return ClaimFacts(row.ref, row.state, row.final, pending, until)


def _sent(session: Session, ids: Sequence[int]) -> dict[tuple[int, date], list[int]]:
    """The reminders that were sent, by request and the day they were of. One query."""
    found: dict[tuple[int, date], list[int]] = {}
    for row in session.scalars(select(Reminder).where(Reminder.request_id.in_(ids))):
        found.setdefault((row.request_id, row.due_on), []).append(row.days)
    return found
