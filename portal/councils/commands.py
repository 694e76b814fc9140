"""Seating somebody in a council and ending a seat: each one transaction and one event (C1).

Only a registry's channel people do it, in the councils they see. `now` is wall time, `today` the
business date.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.councils.models import Council, Seat
from portal.councils.queries import companies_of, partners_to_seat, sits, terms_of
from portal.councils.rules import SeatFacts, Term, may_end, may_seat
from portal.kernel.access import CHANNEL_ROLES, Actor
from portal.kernel.decision import JSON, Decision
from portal.store.db import atomic, retrying
from portal.store.events import emit
from portal.store.scope import visible_to


class Unseen(Exception):
    """No council, seat or meeting that the actor sees has this id."""


@dataclass(frozen=True)
class Asked:
    """Whom to seat: by address, for the company named, or (None) the only one they act for."""

    address: str
    partner_id: int | None
    term: Term


@retrying
def seat(
    council_id: int, asked: Asked, *, actor: Actor, now: datetime, today: date
) -> Decision[Term]:
    """Give somebody of a partner company a seat. Raises Unseen."""
    with atomic() as session:
        council = held(session, council_id, actor)
        among = partners_to_seat(session, actor, council.registry_id, today)
        acting = companies_of(session, asked.address, among)
        if asked.partner_id in acting:
            acting = {asked.partner_id: acting[asked.partner_id]}
        person = next(iter(acting.values()), 0)
        facts = SeatFacts(
            companies=len(acting),
            sits=sits(session, council_id, asked.term.starts_on),
            held=terms_of(session, council_id, person),
        )
        decision = may_seat(asked.term, facts, today)
        if decision.value is not None:
            row = Seat(
                council_id=council_id,
                person_id=person,
                partner_id=next(iter(acting)),
                starts_on=asked.term.starts_on,
                ends_on=asked.term.ends_on,
            )
            session.add(row)
            session.flush()
            _emit(session, "council.seated", row, actor, now)
        return decision


@retrying
def end_seat(
    seat_id: int, ends_on: date, *, actor: Actor, now: datetime, today: date
) -> Decision[date]:
    """Let a seat end on `ends_on`. Raises Unseen."""
    if actor.role not in CHANNEL_ROLES:
        raise Unseen
    with atomic() as session:
        row = session.scalar(visible_to(Seat, actor).where(Seat.id == seat_id).with_for_update())
        if row is None:
            raise Unseen
        decision = may_end(Term(row.starts_on, row.ends_on), ends_on, today)
        if decision.value is not None:
            row.ends_on = decision.value
            _emit(session, "council.seat_ended", row, actor, now)
        return decision


def held(session: Session, council_id: int, actor: Actor) -> Council:
    """The council, held until the transaction ends, for its channel people. Raises Unseen."""
    query = visible_to(Council, actor).where(Council.id == council_id)
    found = session.scalar(query.with_for_update())
    if found is None or actor.role not in CHANNEL_ROLES:
        raise Unseen
    return found


def _emit(session: Session, verb: str, row: Seat, actor: Actor, now: datetime) -> None:
    payload: dict[str, JSON] = {
        "seat": row.id,
        "person": row.person_id,
        "from": row.starts_on.isoformat(),
        "until": row.ends_on.isoformat() if row.ends_on else None,
    }
    emit(
        *(session, f"council:{row.council_id}", verb),
        actor=actor,
        at=now,
        partner_id=row.partner_id,
        registry_id=actor.registry_id,
        payload=payload,
    )
