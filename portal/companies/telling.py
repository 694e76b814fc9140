"""Who is told of an application by mail: its registry's channel people that it was sent, the
company's administrators what was decided. Inside the caller's transaction; `now` is wall time.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Person
from portal.companies.models import Application
from portal.kernel.access import CHANNEL_ROLES, Role
from portal.registry.models import Partner, Registry
from portal.store.outbox import post


def tell_registry(session: Session, row: Application, now: datetime) -> None:
    """Tell the channel people of the application's registry, and nobody of another, that it came."""
    told = {**_names(session, row), "path": f"/applications/{row.id}"}
    channel = Membership.role.in_(CHANNEL_ROLES), Membership.registry_id == row.registry_id
    _post(session, "application_received", channel, told, now)


def tell_company(session: Session, row: Application, now: datetime) -> None:
    """Tell the company's administrators what was decided, and why."""
    told = {
        **_names(session, row),
        "state": row.state.value,
        "reason": row.reason or "",
        "path": f"/company/applications/{row.id}",
    }
    admins = Membership.role == Role.PARTNER_ADMIN, Membership.partner_id == row.partner_id
    _post(session, "application_decided", admins, told, now)


def _names(session: Session, row: Application) -> dict[str, str]:
    return {
        "company": session.get_one(Partner, row.partner_id).name,
        "registry_name": session.get_one(Registry, row.registry_id).name,
    }


def _post(
    session: Session, kind: str, whom: tuple[Any, ...], told: dict[str, str], now: datetime
) -> None:
    """A mail to everyone who has such a membership now, in their own language."""
    query = (
        select(Person.id, Person.email, Person.language)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.active, Membership.ended_at.is_(None), *whom)
        .distinct()
        .order_by(Person.id)
    )
    for person in session.execute(query).all():
        post(
            session,
            kind,
            to=person.email,
            person_id=person.id,
            language=person.language,
            context=told,
            now=now,
        )
