"""Look-ups of who somebody is, as values: no person row is loaded per page."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import Executable, bindparam, func, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Person, SignIn
from portal.kernel.access import Actor, actor_for
from portal.registry.models import Partner, Registry
from portal.store.scope import internal

internal(Person, Membership, SignIn)
LONGEST = timedelta(hours=12)


# Active people with what an actor is made of, first membership first. One is asked with every
# page, so the queries are put together once.
_PEOPLE = (
    select(
        Person.id,
        Person.name,
        Person.email,
        Person.language,
        Membership.role,
        Membership.partner_id,
        Membership.registry_id,
        Membership.team_id,
        Partner.name.label("partner_name"),
        Registry.name.label("registry_name"),
    )
    .join(Membership, Membership.person_id == Person.id)
    .outerjoin(Partner, Partner.id == Membership.partner_id)
    .outerjoin(Registry, Registry.id == Membership.registry_id)
    .where(Person.active)
    .order_by(Membership.id)
    .limit(1)
)
_BY_VERSION = _PEOPLE.where(
    Person.id == bindparam("person"), Person.session_version == bindparam("version")
)
_BY_SESSION = _PEOPLE.join(SignIn, SignIn.person_id == Person.id).where(
    SignIn.id == bindparam("key"),
    SignIn.version == Person.session_version,
    SignIn.ended_at.is_(None),
    SignIn.started_at > bindparam("since"),
)


def load_actor(session: Session, person_id: int, version: int) -> Actor | None:
    """The person as an actor, or None when deactivated, removed, or of another session version."""
    return _actor(session, _BY_VERSION, person=person_id, version=version)


def resume(session: Session, key: uuid.UUID, now: datetime) -> Actor | None:
    """The actor of a session, or None when it ended: signed out, older than 12 hours, or its
    person deactivated or changed. `now` is wall time. One query.
    """
    return _actor(session, _BY_SESSION, key=key, since=now - LONGEST)


def _actor(session: Session, query: Executable, **asked: object) -> Actor | None:
    row = session.execute(query, asked).first()
    if row is None:
        return None
    return actor_for(
        row.role,
        person_id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        partner_id=row.partner_id,
        partner_name=row.partner_name or "",
        registry_id=row.registry_id,
        registry_name=row.registry_name or "",
        team_id=row.team_id,
    )


def credentials(session: Session, email: str) -> Row[int, str, int] | None:
    """Id, password hash and session version of an active person, by address in any case."""
    return session.execute(
        select(Person.id, Person.password_hash, Person.session_version).where(
            func.lower(Person.email) == email.strip().lower(), Person.active
        )
    ).first()
