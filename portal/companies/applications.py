"""Applying, withdrawing and deciding: each one transaction. `now` is always wall time."""

from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import Membership
from portal.companies.models import Application
from portal.companies.rules import (
    LASTING,
    ApplicationState,
    Case,
    Offer,
    Standing,
    may_apply,
    may_decide,
    may_withdraw,
)
from portal.companies.telling import tell_company, tell_registry
from portal.kernel import clock
from portal.kernel.access import CHANNEL_ROLES, Actor, Role
from portal.kernel.decision import Decision
from portal.registry.agreements import Terms, channel_teams, number_taken, open_agreement, standing
from portal.registry.commands import settled
from portal.registry.rules import Program
from portal.store.db import atomic, retrying
from portal.store.events import emit
from portal.store.scope import visible_to


class Unseen(Exception):
    """No application that the actor may see has this id."""


def send(
    registry_id: int, program: Program, note: str, *, actor: Actor, now: datetime, today: date
) -> Decision[Program]:
    """Apply to a registry for the actor's own company; refused ones change nothing.

    `today` is the business date. Raises Unseen when the actor acts for no company.
    """
    try:
        return _send(registry_id, program, note, actor, now, today)
    except IntegrityError:
        # A colleague applied at the same moment: by now there is an open application.
        return _send(registry_id, program, note, actor, now, today)


@retrying
def _send(
    registry_id: int, program: Program, note: str, actor: Actor, now: datetime, today: date
) -> Decision[Program]:
    if actor.role is not Role.PARTNER_ADMIN or actor.partner_id is None or actor.person_id is None:
        raise Unseen
    with atomic() as session:
        decision = may_apply(program, stands(session, actor.partner_id, registry_id, today))
        if not decision.refused:
            add(session, registry_id, program, note, actor=actor, now=now)
        return decision


def add(
    session: Session, registry_id: int, program: Program, note: str, *, actor: Actor, now: datetime
) -> int:
    """Write an application of the actor's company, its event and its mails, inside the caller's
    transaction; the id. Raises IntegrityError when one is open.
    """
    row = Application(
        partner_id=actor.partner_id,
        registry_id=registry_id,
        program=program,
        note=note,
        state=ApplicationState.SENT,
        sent_by=actor.person_id,
        sent_at=now,
    )
    session.add(row)
    session.flush()
    _emit(session, row, "application.sent", actor, now)
    tell_registry(session, row, now)
    return row.id


@retrying
def withdraw(application_id: int, *, actor: Actor, now: datetime) -> Decision[ApplicationState]:
    """Take an open application of the own company back. Raises Unseen."""
    with atomic() as session:
        row = _locked(session, application_id, actor)
        if row.partner_id != actor.partner_id:
            raise Unseen
        decision = may_withdraw(row.state, _day(row.decided_at))
        if decision.value is not None:
            _decide(session, row, decision.value, actor, now)
        return decision


@retrying
def decline(
    application_id: int, reason: str, *, actor: Actor, now: datetime
) -> Decision[ApplicationState]:
    """Decline an open application; `reason` is told to the company. Raises Unseen."""
    with atomic() as session:
        row = _locked(session, application_id, actor)
        decision = may_decide(_case(session, row, actor), None)
        if decision.value is not None:
            row.reason = reason
            _decide(session, row, decision.value, actor, now)
            tell_company(session, row, now)
        return decision


def approve(
    application_id: int, terms: Terms, *, actor: Actor, now: datetime, today: date
) -> Decision[ApplicationState]:
    """Approve an open application and open its agreement; the first values of the agreement's facts
    stand on the application (N1). `today` is the business date. Raises Unseen.
    """
    try:
        return _approve(application_id, terms, actor, now, today)
    except IntegrityError:
        # Another agreement took the number meanwhile: now the rule sees it.
        return _approve(application_id, terms, actor, now, today)


@retrying
def _approve(
    application_id: int, terms: Terms, actor: Actor, now: datetime, today: date
) -> Decision[ApplicationState]:
    with atomic() as session:
        settled(session)
        row = _locked(session, application_id, actor)
        has = stands(session, row.partner_id, row.registry_id, today).agreement
        teams = dict(channel_teams(session, row.registry_id))
        taken = number_taken(session, row.registry_id, terms.number)
        offer = Offer(
            *(terms.number, taken, terms.team_id in teams),
            *(terms.starts_on, terms.ends_on),
        )
        decision = may_decide(_case(session, row, actor, has), offer)
        if decision.value is not None:
            row.agreement_id = open_agreement(
                session,
                terms,
                registry_id=row.registry_id,
                partner_id=row.partner_id,
                program=row.program,
                origin=f"application:{row.ref}",
                actor=actor,
                now=now,
            )
            _decide(session, row, decision.value, actor, now)
            tell_company(session, row, now)
        return decision


def stands(session: Session, partner_id: int, registry_id: int, on: date) -> Standing:
    """A company in one registry on the business date `on`. Two queries."""
    since = session.scalar(
        select(Application.sent_at).where(
            Application.partner_id == partner_id,
            Application.registry_id == registry_id,
            Application.state == ApplicationState.SENT,
        )
    )
    agreements = standing(session, partner_id, registry_id, on)
    lasting = (number for number, state in agreements if state in LASTING)
    return Standing(_day(since), next(lasting, None))


def acts_for(session: Session, actor: Actor, partner_id: int) -> bool:
    """Whether the actor is one of the company's own people, in whatever capacity they act now."""
    living = exists().where(
        Membership.person_id == actor.person_id,
        Membership.partner_id == partner_id,
        Membership.ended_at.is_(None),
    )
    return bool(session.scalar(select(living)))


def _locked(session: Session, application_id: int, actor: Actor) -> Application:
    """The application; whoever decides it at the same moment waits, and sees what was decided."""
    query = visible_to(Application, actor).where(Application.id == application_id)
    row = session.scalar(query.with_for_update())
    if row is None:
        raise Unseen
    return row


def _case(session: Session, row: Application, actor: Actor, agreement: str | None = None) -> Case:
    return Case(
        state=row.state,
        decided_on=_day(row.decided_at),
        decider=actor.role in CHANNEL_ROLES and actor.registry_id == row.registry_id,
        own=row.sent_by == actor.person_id or acts_for(session, actor, row.partner_id),
        agreement=agreement,
    )


def _decide(
    session: Session, row: Application, state: ApplicationState, actor: Actor, now: datetime
) -> None:
    row.state, row.decided_by, row.decided_at = state, actor.person_id, now
    session.flush()
    more = {"agreement_id": row.agreement_id} if row.agreement_id else {}
    _emit(session, row, f"application.{state.value}", actor, now, **more)


def _emit(
    session: Session, row: Application, verb: str, actor: Actor, now: datetime, **more: int | None
) -> None:
    payload = {"application_id": row.id, "registry_id": row.registry_id, **more}
    emit(
        *(session, f"application:{row.id}", verb),
        actor=actor,
        at=now,
        partner_id=row.partner_id,
        registry_id=row.registry_id,
        payload=payload,
    )


def _day(moment: datetime | None) -> date | None:
    """The day of a moment where the program is."""
    return clock.local_date(moment) if moment else None
