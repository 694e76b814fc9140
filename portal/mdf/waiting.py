"""What waits for a registry's channel people: requests and claims, the oldest promise first."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    String,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from portal.kernel.access import Actor, Role
from portal.mdf.claim_models import Claim, ClaimLine, Invoice
from portal.mdf.models import Approval, Fund, FundRequest, TimelineStep
from portal.mdf.rules import ClaimState, RequestState
from portal.mdf.transitions import Verb
from portal.registry.models import Partner
from portal.store.ordering import by_name
from portal.store.scope import visible

PAGE = 30
WAITING = "waiting"
_NEVER = date(9999, 12, 31)


@dataclass(frozen=True)
class Waiting:
    """A request or a claim in the list. `what` says what is to be done: "decide", "endorsed" (a first
    yes is given), "dates", "claim", "dispute", "reversal"; empty where nothing is.

    `amount` is in minor units of `currency`; `due` the day that was promised.
    """

    kind: str
    id: int
    ref: str
    title: str
    company: str
    amount: int | None
    currency: str
    due: date | None
    what: str
    state: str

    @property
    def key(self) -> str:
        """Its place in the list."""
        return f"{(self.due or _NEVER).isoformat()}.{self.kind}.{self.id}"


def waiting(
    session: Session, actor: Actor, *, company: int | None = None, after: str = ""
) -> tuple[list[Waiting], str | None]:
    """What waits now, and the place after which the next page begins. One query."""
    rows = union_all(_requests(actor, company), _claims(actor, company)).subquery()
    query = select(rows)
    if (place := _place(after)) is not None:
        query = query.where(tuple_(rows.c.due, rows.c.kind, rows.c.id) > tuple_(*place))
    query = query.order_by(rows.c.due, rows.c.kind, rows.c.id).limit(PAGE + 1)
    found = [_row(each) for each in session.execute(query)]
    return found[:PAGE], found[PAGE - 1].key if len(found) > PAGE else None


def of_state(
    session: Session,
    actor: Actor,
    state: RequestState | None,
    *,
    company: int | None = None,
    after: int | None = None,
) -> tuple[list[Waiting], int | None]:
    """Requests in a state, or all, the newest first. One query."""
    query = _requests(actor, company, None if state is None else FundRequest.state == state)
    if after is not None:
        query = query.where(FundRequest.id < after)
    query = query.order_by(FundRequest.id.desc()).limit(PAGE + 1)
    found = [_row(each) for each in session.execute(query)]
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def companies(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the companies that asked something of the registry. One query."""
    asked = select(FundRequest.partner_id).where(_seen(FundRequest, actor))
    query = select(Partner.id, Partner.name).where(Partner.id.in_(asked))
    return [(row.id, row.name) for row in session.execute(query.order_by(by_name(Partner.name)))]


_FIRST = exists().where(
    Approval.subject == literal("request:").concat(FundRequest.ref),
    Approval.round == FundRequest.round,
)
_TO_DECIDE = or_(
    FundRequest.state == RequestState.SUBMITTED,
    and_(FundRequest.state == RequestState.APPROVED, FundRequest.wanted_from.is_not(None)),
)


def _requests(actor: Actor, company: int | None, condition: Any = _TO_DECIDE) -> Any:
    approved = FundRequest.state == RequestState.APPROVED
    what = case(
        (and_(approved, FundRequest.wanted_from.is_not(None)), "dates"),
        (FundRequest.state != RequestState.SUBMITTED, ""),
        (_FIRST, "endorsed"),
        else_="decide",
    )
    query = (
        select(
            *(literal("request").label("kind"), FundRequest.id, FundRequest.ref),
            *(FundRequest.title, Partner.name.label("company")),
            func.coalesce(FundRequest.approved, FundRequest.asked).label("amount"),
            Fund.currency,
            func.coalesce(FundRequest.turn_due_on, _NEVER).label("due"),
            what.label("what"),
            _text(FundRequest.state).label("state"),
        )
        .join(Fund, Fund.id == FundRequest.fund_id)
        .join(Partner, Partner.id == FundRequest.partner_id)
        .where(_seen(FundRequest, actor), FundRequest.submitted_at.is_not(None))
    )
    if condition is not None:
        query = query.where(condition)
    return query if company is None else query.where(FundRequest.partner_id == company)


def _claims(actor: Actor, company: int | None) -> Any:
    disputed = exists().where(
        ClaimLine.invoice_id == Invoice.id,
        Invoice.claim_id == Claim.id,
        ClaimLine.disputed_at.is_not(None),
        ClaimLine.settled_at.is_(None),
    )
    first = exists().where(
        TimelineStep.claim_id == Claim.id,
        TimelineStep.verb == Verb.CLAIM_ENDORSE,
        TimelineStep.at >= Claim.submitted_at,
    )
    sent = Claim.state == ClaimState.SUBMITTED
    what = case(
        (and_(sent, first), "endorsed"), (sent, "claim"), (disputed, "dispute"), else_="reversal"
    )
    waits = or_(sent, disputed)
    if actor.role is Role.CHANNEL_LEAD:
        waits = or_(waits, Claim.reversal_by.is_not(None))
    query = (
        select(
            *(literal("claim").label("kind"), Claim.id, Claim.ref),
            *(FundRequest.title, Partner.name.label("company")),
            func.coalesce(Claim.approved, Claim.claimed).label("amount"),
            Fund.currency,
            func.coalesce(Claim.turn_due_on, _NEVER).label("due"),
            what.label("what"),
            _text(Claim.state).label("state"),
        )
        .join(FundRequest, FundRequest.id == Claim.request_id)
        .join(Fund, Fund.id == FundRequest.fund_id)
        .join(Partner, Partner.id == Claim.partner_id)
        .where(_seen(Claim, actor), waits)
    )
    return query if company is None else query.where(Claim.partner_id == company)


def _text(column: Any) -> Any:
    """A state as text, so that requests and claims stand in one list."""
    return type_coerce(column, String)


def _seen(model: Any, actor: Actor) -> ColumnElement[bool]:
    condition = visible(model, actor)
    assert condition is not None, "nobody sees all of MDF"
    return condition


def _row(row: Any) -> Waiting:
    return Waiting(**{**row._mapping, "due": None if row.due == _NEVER else row.due})


def _place(after: str) -> tuple[date, str, int] | None:
    """The place that a link names; None for none, or for what is none."""
    day, _dot, rest = after.partition(".")
    kind, _dot, number = rest.partition(".")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    try:
        return date.fromisoformat(day), kind, int(number)
    except ValueError:
        return None
