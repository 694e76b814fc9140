"""The councils and their seats as pages show them, as of a date, with a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.councils.facts import SITS_IN
from portal.councils.models import Council, CouncilSits, Seat
from portal.councils.queries import companies_of, partners_to_seat, seats_in
from portal.kernel.access import Actor
from portal.kernel.localized import Localized
from portal.registry.models import Partner, Registry
from portal.store.announced import Announced, announced
from portal.store.facts import Key, Warrant, WarrantKind
from portal.store.ordering import by_name
from portal.store.scope import visible_to


@dataclass(frozen=True)
class Change:
    """Where a council's members sit from a day on, by which notice ("" for none). Not `certain`: the
    day it cannot come before.
    """

    council: Localized
    on: date
    ref: str = ""
    certain: bool = True


@dataclass(frozen=True)
class Card:
    """A council as of a date. `sits`: members sit in it. `merged` is where its members sit since when,
    if not here; `coming` the next change announced; `joined` the councils that merged into it.
    """

    id: int
    name: Localized
    registry: str
    thread: int | None
    sits: bool
    merged: Change | None
    coming: Change | None
    joined: tuple[Change, ...]


@dataclass(frozen=True)
class Member:
    """A seat: whose, of which company, for which term; `carried` is the council it was given in,
    where that is another. `sits`: on the date looked at, in the council looked at.
    """

    id: int
    council_id: int
    person_id: int
    name: str
    company: str
    starts_on: date
    ends_on: date | None
    carried: Localized | None
    sits: bool


def cards(session: Session, actor: Actor, on: date) -> list[Card]:
    """The councils the actor sees, as of `on`, those that nobody's members sat in yet left out.
    Four queries.
    """
    seen = (
        visible_to(Council, actor)
        .add_columns(Registry.name, Registry.thread)
        .outerjoin(Registry, Registry.id == Council.registry_id)
        .order_by(Council.position, Council.id)
    )
    rows = session.execute(seen).all()
    into = (
        select(CouncilSits, Council.name, Warrant.kind, Warrant.reason)
        .join(Council, Council.id == CouncilSits.into_id)
        .join(Warrant, Warrant.id == CouncilSits.warrant_id)
        .order_by(CouncilSits.valid_from)
    )
    periods = session.execute(into).all()
    soon = announced(session, SITS_IN, [row[0].id for row in rows], on)
    every = session.execute(select(Council.id, Council.name))
    names = {row[0]: row[1] for row in every}
    found = [_card(row, periods, soon, names, on) for row in rows]
    return [card for card in found if card.sits or card.merged or card.coming]


def _card(
    row: Any,
    periods: Sequence[Any],
    soon: Mapping[Key, Announced],
    names: Mapping[int, Localized],
    on: date,
) -> Card:
    council, registry, thread = row
    merged = coming = None
    for period, name, kind, reason in periods:
        if period.council_id != council.id:
            continue
        change = Change(name, period.valid_from, reason if kind is WarrantKind.NOTICE else "")
        if period.valid_from > on:
            coming = coming or change
        elif _holds(period, on) and period.into_id != council.id:
            merged = change
    told = soon.get(council.id)
    if coming is None and told is not None and isinstance(told.value, int):
        coming = Change(names[told.value], told.on, told.ref, told.certain)
    here = [row[0] for row in periods if row[0].into_id == council.id and row[0].valid_from <= on]
    return Card(
        council.id,
        council.name,
        registry or "",
        thread,
        any(_holds(period, on) for period in here),
        merged,
        coming,
        tuple(
            Change(names[each.council_id], each.valid_from)
            for each in here
            if each.council_id != council.id
        ),
    )


def _holds(period: CouncilSits, on: date) -> bool:
    return period.valid_from <= on and (period.valid_to is None or period.valid_to >= on)


def card(session: Session, actor: Actor, council_id: int, on: date) -> Card | None:
    """One of them."""
    return next((each for each in cards(session, actor, on) if each.id == council_id), None)


def members(session: Session, actor: Actor, council_id: int, on: date) -> list[Member]:
    """The seats in a council that the actor sees: given in it, or carried over into it by `on`; those
    that sit first. Two queries.
    """
    sitting = set(session.scalars(seats_in([council_id], on, Seat.id).with_only_columns(Seat.id)))
    query = _seats(actor).where(or_(Seat.council_id == council_id, Seat.id.in_(sitting)))
    rows = session.execute(query.order_by(by_name(Person.name), Seat.id))
    found = [_member(row, council_id, sitting) for row in rows]
    return sorted(found, key=lambda each: not each.sits)


def own_seats(session: Session, actor: Actor) -> list[Member]:
    """The seats the actor has or had for the company they act for, oldest first. One query."""
    mine = Seat.person_id == actor.person_id, Seat.partner_id == actor.partner_id
    rows = session.execute(_seats(actor).where(*mine).order_by(Seat.starts_on, Seat.id))
    return [_member(row, row[0].council_id, set()) for row in rows]


def seat(session: Session, actor: Actor, seat_id: int) -> Member | None:
    """One seat that the actor sees."""
    row = session.execute(_seats(actor).where(Seat.id == seat_id)).first()
    return _member(row, row[0].council_id, set()) if row else None


def card_of(session: Session, actor: Actor, member: Member, on: date) -> Card | None:
    """The council somebody sits in on `on`, else the one their seat was given in, if the actor sees it."""
    now = session.execute(seats_in(None, on).where(Seat.id == member.id)).scalar()
    return card(session, actor, now or member.council_id, on)


def _seats(actor: Actor) -> Any:
    return (
        visible_to(Seat, actor)
        .add_columns(Person.name, Partner.name, Council.name)
        .join(Person, Person.id == Seat.person_id)
        .join(Partner, Partner.id == Seat.partner_id)
        .join(Council, Council.id == Seat.council_id)
    )


def _member(found: Any, here: int, sitting: set[int]) -> Member:
    row, name, company, council = found
    return Member(
        *(row.id, row.council_id, row.person_id, name, company, row.starts_on, row.ends_on),
        carried=council if row.council_id != here else None,
        sits=row.id in sitting,
    )


def companies_to_choose(
    session: Session, actor: Actor, council_id: int, address: str, on: date
) -> list[tuple[int, str]]:
    """Of the companies whose people the actor may seat, those that this person acts for, by name."""
    registry = session.scalar(
        visible_to(Council, actor)
        .with_only_columns(Council.registry_id)
        .where(Council.id == council_id)
    )
    among = companies_of(session, address, partners_to_seat(session, actor, registry, on))
    query = select(Partner.id, Partner.name).where(Partner.id.in_(among))
    rows = session.execute(query.order_by(by_name(Partner.name), Partner.id))
    return [(row[0], row[1]) for row in rows]
