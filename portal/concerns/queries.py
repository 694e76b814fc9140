"""Who sees which questions, and whose a question is on a day.

A company its own; a registry's channel people all of that registry; an account team those that are
with it: handed to it, or of a contract line it serves on that day. A change of the line's team takes
the thread along, so who serves the customer has what was said.
"""

from datetime import date
from typing import Any

from sqlalchemy import String, and_, cast, false, func, literal, or_, select
from sqlalchemy.sql import ColumnElement

from portal.concerns.models import Concern, ConcernEntry
from portal.kernel import clock
from portal.kernel.access import CHANNEL_ROLES, PARTNER_ROLES, Actor, Role
from portal.registry.models import AgreementTeam, LineTeam
from portal.store.facts import in_period
from portal.store.files import File, readers
from portal.store.scope import scope

SUBJECT = "concern:"


def subject_of(concern_id: int) -> str:
    """Under which name the attachments of a question are kept."""
    return f"{SUBJECT}{concern_id}"


def team_on(on: date) -> ColumnElement[int | None]:
    """The id of the team a `Concern` is with on `on`; NULL where the day knows none."""

    def of(model: Any, subject: Any, mine: Any) -> Any:
        found = select(model.team_id).where(subject == mine, in_period(model, on))
        return found.correlate(Concern).scalar_subquery()

    return func.coalesce(
        Concern.team_id,
        of(LineTeam, LineTeam.line_id, Concern.line_id),
        of(AgreementTeam, AgreementTeam.agreement_id, Concern.agreement_id),
    )


@scope(Concern)
def concerns(actor: Actor) -> ColumnElement[bool] | None:
    """A company's own; a registry's for its channel people; a team's for an account team."""
    if actor.role in PARTNER_ROLES and actor.partner_id is not None:
        return Concern.partner_id == actor.partner_id
    if actor.role in CHANNEL_ROLES and actor.registry_id is not None:
        return Concern.registry_id == actor.registry_id
    if actor.role is Role.ACCOUNT_TEAM and actor.team_id is not None:
        served = select(LineTeam.line_id).where(
            LineTeam.team_id == actor.team_id, in_period(LineTeam, clock.today())
        )
        unhanded = and_(Concern.team_id.is_(None), Concern.line_id.in_(served))
        ours = or_(Concern.team_id == actor.team_id, unhanded)
        return and_(Concern.registry_id == actor.registry_id, ours)
    return false()


@scope(ConcernEntry)
def entries(actor: Actor) -> ColumnElement[bool] | None:
    """What was said in the questions one sees."""
    condition = concerns(actor)
    assert condition is not None, "nobody sees every question"
    return ConcernEntry.concern_id.in_(select(Concern.id).where(condition))


@readers
def attachments(actor: Actor) -> ColumnElement[bool]:
    """What was attached to a question is also for the account team it is with."""
    condition = concerns(actor)
    if actor.role is not Role.ACCOUNT_TEAM or condition is None:
        return false()
    subject = literal(SUBJECT).concat(cast(Concern.id, String))
    return File.subject.in_(select(subject).where(condition))
