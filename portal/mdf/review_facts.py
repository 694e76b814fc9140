"""What a review of a request stands on, as it is now: the terms that bind it, who decides, what is left."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from portal.accounts.models import Membership, Person
from portal.kernel.access import Actor, Role
from portal.mdf.book import left_for, subject_of
from portal.mdf.models import (
    Activity,
    Approval,
    Fund,
    FundRequest,
    FundTerms,
    Limit,
    TimelineStep,
)
from portal.mdf.review_rules import Review, Reviewer, Yes
from portal.mdf.rules import Party
from portal.mdf.steps import party_of
from portal.mdf.time_rules import claim_due
from portal.mdf.transitions import Verb
from portal.registry.agreements import standing
from portal.registry.models import Registry
from portal.registry.standing import State
from portal.store.events import Event

_FILING = (Verb.BEGIN, Verb.SUBMIT)


@dataclass(frozen=True)
class Bound:
    """A request that was sent, with what binds it."""

    row: FundRequest
    fund: Fund
    terms: FundTerms
    activity: Activity
    registry: str


def bound(session: Session, row: FundRequest) -> Bound | None:
    """`row` with its fund, terms and activity; None while it was never sent. One query."""
    query = (
        select(Fund, FundTerms, Activity, Registry.slug)
        .join(FundTerms, FundTerms.fund_id == Fund.id)
        .join(Activity, Activity.terms_id == FundTerms.id)
        .join(Registry, Registry.id == Fund.registry_id)
        .where(
            Fund.id == row.fund_id,
            FundTerms.id == row.terms_id,
            Activity.id == row.activity_id,
        )
    )
    found = session.execute(query).first()
    return Bound(row, *found) if found else None


def reviewer(session: Session, row: FundRequest, currency: str, actor: Actor) -> Reviewer:
    """Who decides, as far as this request is concerned. One query."""
    sent = select(func.min(Event.at)).where(
        Event.stream == f"mdf:{row.ref}", Event.verb == f"mdf.{Verb.SUBMIT.value}"
    )
    ours = exists().where(
        Membership.person_id == actor.person_id,
        Membership.partner_id == row.partner_id,
        or_(Membership.ended_at.is_(None), Membership.ended_at >= sent.scalar_subquery()),
    )
    wrote = exists().where(
        TimelineStep.request_id == row.id,
        TimelineStep.person_id == actor.person_id,
        TimelineStep.verb.in_(_FILING),
    )
    said = exists().where(
        Approval.subject == subject_of(row),
        Approval.round == row.round,
        Approval.person_id == actor.person_id,
    )
    own = select(Limit.amount).where(
        Limit.registry_id == row.registry_id,
        Limit.person_id == actor.person_id,
        Limit.currency == currency,
    )
    found = session.execute(select(ours, wrote, said, own.scalar_subquery())).one()
    filed = bool(found[1]) or row.filed_by == actor.person_id
    return Reviewer(party_of(actor), bool(found[0]), filed, bool(found[2]), found[3])


def review(session: Session, it: Bound, actor: Actor, today: date) -> Review:
    """All that an approval of `it` stands on, read without a lock. Four queries."""
    row, fund, terms = it.row, it.fund, it.terms
    assert row.asked is not None and row.total_cost is not None and row.ends_on is not None
    agreements = standing(session, row.partner_id, row.registry_id, today)
    return Review(
        state=row.state,
        by=reviewer(session, row, fund.currency, actor),
        fund=fund.slug,
        registry=it.registry,
        currency=fund.currency,
        asked=row.asked,
        total_cost=row.total_cost,
        percent=it.activity.percent,
        cap=it.activity.cap,
        available=left_for(session, fund, row.partner_id),
        manager_limit=terms.manager_limit,
        agreement_active=any(state is State.IN_FORCE for _number, state in agreements),
        closed=fund.closed_at is not None or today > terms.closes_on,
        requests_from=terms.requests_from,
        requests_until=terms.requests_until,
        today=today,
        due_on=claim_due(row.ends_on, terms.claim_days, terms.claims_until),
        yeses=_yeses(session, row, actor),
    )


def _yeses(session: Session, row: FundRequest, actor: Actor) -> tuple[Yes, ...]:
    """What others said yes to in this round; as a lead where their step says so."""
    as_lead = exists().where(
        TimelineStep.request_id == Approval.request_id,
        TimelineStep.verb == Verb.ENDORSE,
        TimelineStep.person_id == Approval.person_id,
        TimelineStep.at == Approval.at,
        TimelineStep.party == Party.LEAD.value,
    )
    query = select(Approval.amount, as_lead).where(
        and_(Approval.subject == subject_of(row), Approval.round == row.round),
        Approval.person_id != actor.person_id,
    )
    return tuple(
        Yes(amount, bool(lead)) for amount, lead in session.execute(query.order_by(Approval.id))
    )


def spoken_to() -> ColumnElement[str]:
    """In which language a request's company is spoken to, in a query of requests: its filer's; where
    staff filed it, that of its first administrator.
    """
    filer = select(Person.language).where(Person.id == FundRequest.filed_by)
    head = (
        select(Person.language)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.partner_id == FundRequest.partner_id,
            Membership.role == Role.PARTNER_ADMIN,
            Membership.ended_at.is_(None),
        )
        .order_by(Membership.id)
        .limit(1)
    )
    said = filer.correlate(FundRequest).scalar_subquery()
    heard = head.correlate(FundRequest).scalar_subquery()
    return case((FundRequest.for_staff, func.coalesce(heard, said)), else_=said)
