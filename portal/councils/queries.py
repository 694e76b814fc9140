"""Who sits in a council on a date: for notices to a council (N4, C2), mails and pages.

Nobody was copied by a merge: who sits in a council are those whose seat is in it, or in a council
whose members sit in it on that date. These answer for the program, not for a reader; nothing is shown
as such.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Person
from portal.accounts.rules import address_key
from portal.councils.models import CouncilSits, Seat
from portal.councils.rules import Term
from portal.councils.scopes import sittings
from portal.kernel.access import Actor
from portal.registry.models import Partner
from portal.registry.reach import partners_of
from portal.store.facts import in_period
from portal.store.scope import visible_to


def seats_in(councils: Collection[int] | None, on: date, *columns: Any) -> Select[Any]:
    """A select of the council somebody sits in (`into_id`) and `columns` of their seat, for those who
    sit in `councils` (None: in any) on `on`.
    """
    at = sittings("at")
    query = (
        select(at.c.into_id, *columns)
        .select_from(Seat)
        .join(at, at.c.council_id == Seat.council_id)
        .where(
            at.c.start <= on,
            at.c.end >= on,
            Seat.starts_on <= on,
            or_(Seat.ends_on.is_(None), Seat.ends_on >= on),
        )
    )
    return query if councils is None else query.where(at.c.into_id.in_(councils))


def seated_partners(
    session: Session, councils: Collection[int], on: date
) -> dict[int, frozenset[int]]:
    """The partner companies whose people sit in each of `councils` on `on`. One query."""
    found: dict[int, set[int]] = {council: set() for council in councils}
    for council, partner in session.execute(seats_in(councils, on, Seat.partner_id)):
        found[council].add(partner)
    return {council: frozenset(partners) for council, partners in found.items()}


def seated_people(session: Session, councils: Collection[int], on: date) -> dict[int, int]:
    """Who sits in any of `councils` on `on` and may still act for the company they sit for: each
    person's id with the id of that company. One query.
    """
    return _acting(session, seats_in(councils, on, Seat.person_id, Seat.partner_id))


def invited(session: Session, council_id: int, held_on: date) -> dict[int, int]:
    """Whose a meeting of a council on `held_on` is, as `seated_people`: also those whose seat was
    given in it, where it merged between the call and the day.
    """
    query = seats_in(None, held_on, Seat.person_id, Seat.partner_id)
    into = query.selected_columns["into_id"]
    return _acting(session, query.where(or_(into == council_id, Seat.council_id == council_id)))


def _acting(session: Session, query: Select[Any]) -> dict[int, int]:
    living = exists().where(
        Membership.person_id == Seat.person_id,
        Membership.partner_id == Seat.partner_id,
        Membership.ended_at.is_(None),
    )
    query = query.join(Person, Person.id == Seat.person_id).where(Person.active, living)
    rows = session.execute(query.order_by(Seat.id))
    return {row.person_id: row.partner_id for row in rows}


def sits(session: Session, council_id: int, on: date) -> bool:
    """Whether somebody's members sit in the council on `on`: its own, or those of one that merged."""
    query = select(CouncilSits.id).where(
        CouncilSits.into_id == council_id, in_period(CouncilSits, on)
    )
    return session.scalar(query.limit(1)) is not None


def partners_to_seat(
    session: Session, actor: Actor, registry_id: int | None, on: date
) -> frozenset[int]:
    """The companies whose people `actor` may seat in a council of a registry (None: of any): those of
    them the actor sees with an agreement active on `on`.
    """
    seen = visible_to(Partner, actor).with_only_columns(Partner.id)
    return partners_of(session, registry_id, on) & frozenset(session.scalars(seen))


def companies_of(session: Session, address: str, among: Collection[int]) -> dict[int, int]:
    """Those companies `among` these that the person with this address acts for now, with the person's
    id.
    """
    query = (
        select(Membership.partner_id, Person.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Person.email_key == address_key(address),
            Person.active,
            Membership.ended_at.is_(None),
            Membership.partner_id.in_(among),
        )
    )
    return {row[0]: row[1] for row in session.execute(query) if row[0] is not None}


def terms_of(session: Session, council_id: int, person_id: int) -> list[Term]:
    """The terms for which somebody has or had a seat in a council, oldest first."""
    query = select(Seat.starts_on, Seat.ends_on).where(
        Seat.council_id == council_id, Seat.person_id == person_id
    )
    return [Term(*row) for row in session.execute(query.order_by(Seat.starts_on, Seat.id))]
