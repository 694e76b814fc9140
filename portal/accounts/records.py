"""What is put on record of an account, and told its person by mail. A layer of commands, used by all
others: inside the caller's transaction; moments are the wall's.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.kernel.access import VISITOR, Actor
from portal.store.events import emit
from portal.store.outbox import post


@dataclass(frozen=True)
class Asked:
    """Where a request comes from: its network address, its browser, and the token of its device."""

    origin: str = ""
    agent: str = ""
    device: str | None = None


def note(
    session: Session,
    verb: str,
    person_id: int | None,
    asked: Asked,
    now: datetime,
    payload: dict[str, Any],
) -> None:
    """Put on record what a stranger did at an account, or at none."""
    stream = f"person:{person_id}" if person_id else "visitor"
    stranger = replace(VISITOR, origin=asked.origin)
    told = {**payload, "person_id": person_id}
    emit(session, stream, verb, actor=stranger, at=now, payload=told)


def record(
    session: Session, verb: str, actor: Actor, now: datetime, payload: dict[str, Any] | None = None
) -> None:
    """Put on record what somebody did to their own account."""
    stream = f"person:{actor.person_id}"
    emit(session, stream, verb, actor=actor, at=now, partner_id=actor.partner_id, payload=payload)


def tell(
    session: Session, kind: str, person_id: int | None, now: datetime, *, to: str | None = None
) -> None:
    """Tell somebody by mail what happened to their account; `to`: an address they had before."""
    person = session.get_one(Person, person_id)
    post(
        session,
        kind,
        to=to or person.email,
        person_id=person.id,
        language=person.language,
        context={"name": person.name, "when": now.isoformat()},
        now=now,
    )
