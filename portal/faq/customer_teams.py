"""Who serves the partner's customers (Q2): per contract line, its account team on a date."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import and_, exists, func
from sqlalchemy.orm import Session, aliased

from portal.kernel.access import Actor
from portal.registry.models import Contract, Customer, LineTeam, Registry, Replacement
from portal.registry.queries import in_force
from portal.registry.team_pages import TeamCard, cards
from portal.store.facts import in_period
from portal.store.ordering import by_name
from portal.store.scope import visible_to

MOST_LINES = 60


@dataclass(frozen=True)
class ServedLine:
    """One contract line: whose it is, and the contract that stands for it on the date."""

    customer: str
    contract: str
    in_force: bool
    since: date | None


@dataclass(frozen=True)
class ServingTeam:
    """The lines of one registry that one account team serves; no team when none is on record."""

    registry: str
    thread: int
    team: TeamCard | None
    lines: tuple[ServedLine, ...]


@dataclass(frozen=True)
class Served:
    """The partner's lines by team, and how many more lines there are than are shown."""

    teams: tuple[ServingTeam, ...]
    more: int


def served_lines(session: Session, actor: Actor, on: date) -> Served:
    """The account teams of the partner's contract lines on `on`, by registry. Four queries.

    The last contract of each line that has started stands for it, in force or not. At most 60
    lines are shown, in the order of their customers.
    """
    rows = session.execute(_lines(actor, on)).all()
    known = cards(session, actor, [row.team_id for row in rows if row.team_id is not None], on)
    grouped = groupby(
        sorted(rows, key=lambda row: (row.position, row.team_id or 0)),
        key=lambda row: (row.registry, row.thread, row.team_id),
    )
    teams = tuple(
        ServingTeam(
            registry,
            thread,
            known.get(team),
            tuple(
                ServedLine(row.customer, row.number, bool(row.in_force), row.since) for row in group
            ),
        )
        for (registry, thread, team), group in grouped
    )
    return Served(teams, rows[0].total - len(rows) if rows else 0)


def _lines(actor: Actor, on: date) -> Any:
    later = aliased(Contract)
    replaced = exists().where(
        Replacement.replaced_id == Contract.id,
        Replacement.contract_id == later.id,
        later.starts_on <= on,
    )
    period = and_(LineTeam.line_id == Contract.line_id, in_period(LineTeam, on))
    return (
        visible_to(Contract, actor)
        .with_only_columns(
            Contract.number,
            in_force(Contract, on).label("in_force"),
            Customer.name.label("customer"),
            *(Registry.name.label("registry"), Registry.thread, Registry.position),
            *(LineTeam.team_id, LineTeam.valid_from.label("since")),
            func.count().over().label("total"),
        )
        .join(Registry, Registry.id == Contract.registry_id)
        .join(Customer, Customer.id == Contract.customer_id)
        .outerjoin(LineTeam, period)
        .where(Contract.partner_id == actor.partner_id, Contract.starts_on <= on, ~replaced)
        .order_by(by_name(Customer.name), Customer.name, Registry.position, Contract.number)
        .limit(MOST_LINES)
    )
