"""Up to which amount each of a registry's channel people approves alone: their own limit, else the fund's.

Leads set them, each other's too, nobody their own. `now` is business time.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Person
from portal.kernel import clock
from portal.kernel.access import CHANNEL_ROLES, Actor, Role
from portal.mdf.deciding import Unseen, once
from portal.mdf.models import Fund, Limit
from portal.store.db import atomic, retrying
from portal.store.events import emit
from portal.store.ordering import by_name


@dataclass(frozen=True)
class Limited:
    """One of the channel people. `amounts` are their own limits by currency, in minor units."""

    person_id: int
    name: str
    role: Role
    amounts: dict[str, int]


def people(session: Session, registry_id: int) -> list[Limited]:
    """The channel people of a registry by name, with their own limits. Two queries."""
    rows = session.execute(
        select(Person.id, Person.name, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.registry_id == registry_id,
            Membership.role.in_(CHANNEL_ROLES),
            Membership.ended_at.is_(None),
            Person.active,
        )
        .order_by(by_name(Person.name), Person.id)
    )
    own: dict[int, dict[str, int]] = {}
    limits = select(Limit.person_id, Limit.currency, Limit.amount)
    for person_id, currency, amount in session.execute(
        limits.where(Limit.registry_id == registry_id)
    ):
        own.setdefault(person_id, {})[currency] = amount
    return [Limited(*row, own.get(row.id, {})) for row in rows]


def currencies(session: Session, registry_id: int) -> list[str]:
    """The currencies of a registry's funds. One query."""
    query = select(Fund.currency).where(Fund.registry_id == registry_id).distinct()
    return sorted(session.scalars(query))


@once
@retrying
def set_limit(
    person_id: int, currency: str, amount: int | None, *, actor: Actor, now: datetime
) -> None:
    """Let one of the channel people approve up to `amount` alone, or, with None, as the fund says.

    Nothing happens where it is so already. Raises Unseen for whoever is not of the registry's channel,
    for oneself, and for a currency of none of its funds.
    """
    with atomic() as session:
        registry_id = actor.registry_id
        if actor.role is not Role.CHANNEL_LEAD or registry_id is None:
            raise Unseen
        known = {each.person_id for each in people(session, registry_id)} - {actor.person_id}
        if person_id not in known or currency not in currencies(session, registry_id):
            raise Unseen
        row = session.get(Limit, (registry_id, person_id, currency), with_for_update=True)
        if (row.amount if row else None) == amount:
            return
        assert actor.person_id is not None
        if amount is None:
            session.delete(row)
        elif row is not None:
            row.amount, row.set_by, row.set_at = amount, actor.person_id, now
        else:
            session.add(
                Limit(
                    registry_id=registry_id,
                    person_id=person_id,
                    currency=currency,
                    amount=amount,
                    set_by=actor.person_id,
                    set_at=now,
                )
            )
        emit(
            *(session, f"mdf-limit:{registry_id}:{person_id}", "mdf.limit_set"),
            actor=actor,
            at=clock.wall(),
            registry_id=registry_id,
            payload={"person": person_id, "currency": currency, "amount": amount},
        )
