"""Who serves the partner's customers (Q2): per contract line, its account team on a date."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.faq.team_cards import TeamCard, cards
from portal.kernel.access import Actor
from portal.orders.book import Book
from portal.orders.records import ContractFact, RoutingFacts, TeamPeriod
from portal.registry.models import Contract, Customer, LineTeam, Partner, Registry, Replacement
from portal.store.scope import visible

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


@dataclass(frozen=True)
class _Placed:
    """A line read: its current contract, and the period of its team on the date."""

    row: Any
    fact: ContractFact
    in_force: bool
    period: Any | None


def served_lines(session: Session, actor: Actor, on: date) -> Served:
    """The account teams of the partner's contract lines, by registry. A fixed number of queries.

    A line is the partner's when its contract in force is, else its last one: the routing rule's
    own reading. At most 60 lines are shown, in the order of their customers.
    """
    rows, periods, total = _read(session, actor)
    partner = next((row.partner for row in rows if row.partner_id == actor.partner_id), "")
    book = Book(_facts(rows, periods, _replaced(session, rows)), partner, on)
    placed = _place(rows, periods, book, on)
    known = cards(session, [one.period.team_id for one in placed if one.period])
    groups: dict[tuple[int, int | None], list[_Placed]] = defaultdict(list)
    for one in placed:
        if one.fact.partner == partner:
            team = one.period.team_id if one.period else None
            groups[one.row.position, team].append(one)
    teams = tuple(
        ServingTeam(
            group[0].row.registry,
            group[0].row.thread,
            known.get(team) if team is not None else None,
            tuple(_line(one) for one in group),
        )
        for (_, team), group in sorted(groups.items(), key=lambda item: item[0][0])
    )
    return Served(teams, max(0, total - MOST_LINES))


def _read(session: Session, actor: Actor) -> tuple[list[Any], list[Any], int]:
    """The contracts of the first lines, the team periods of those lines, and how many lines."""
    own = _own_lines(actor).subquery()
    total = session.scalar(select(func.count()).select_from(own)) or 0
    shown = select(own.c.line_id).order_by(own.c.customer, own.c.line_id).limit(MOST_LINES)
    rows = session.execute(
        select(
            *(Contract.line_id, Contract.number, Contract.partner_id, Contract.status),
            *(Contract.starts_on, Contract.ends_on, Contract.end_of_term, Contract.id),
            *(Registry.slug, Registry.name.label("registry"), Registry.thread, Registry.position),
            Customer.name.label("customer"),
            Partner.code.label("partner"),
        )
        .join(Registry, Registry.id == Contract.registry_id)
        .join(Customer, Customer.id == Contract.customer_id)
        .join(Partner, Partner.id == Contract.partner_id)
        .where(Contract.line_id.in_(shown))
        .order_by(Customer.name, Contract.line_id, Contract.starts_on)
    ).all()
    periods = session.execute(
        select(LineTeam.line_id, LineTeam.team_id, LineTeam.valid_from, LineTeam.valid_to)
        .where(LineTeam.line_id.in_(shown))
        .order_by(LineTeam.valid_from)
    ).all()
    return list(rows), list(periods), total


def _own_lines(actor: Actor) -> Any:
    condition = visible(Contract, actor)
    query = (
        select(Contract.line_id, func.min(Customer.name).label("customer"))
        .join(Customer, Customer.id == Contract.customer_id)
        .where(Contract.partner_id == actor.partner_id)
        .group_by(Contract.line_id)
    )
    return query if condition is None else query.where(condition)


def _replaced(session: Session, rows: list[Any]) -> dict[int, tuple[str, ...]]:
    numbers = {row.id: row.number for row in rows}
    found: dict[int, list[str]] = defaultdict(list)
    query = select(Replacement.contract_id, Replacement.replaced_id)
    for new, old in session.execute(query.where(Replacement.contract_id.in_(sorted(numbers)))):
        found[new].append(numbers[old])
    return {new: tuple(sorted(old)) for new, old in found.items()}


def _facts(
    rows: list[Any], periods: list[Any], replaced: dict[int, tuple[str, ...]]
) -> RoutingFacts:
    teams = defaultdict(list)
    for row in periods:
        teams[row.line_id].append(TeamPeriod(str(row.team_id), row.valid_from, row.valid_to))
    contracts = tuple(
        ContractFact(
            *(row.slug, row.number, row.customer, row.partner, row.status, row.starts_on),
            ends_on=row.ends_on,
            end_of_term=row.end_of_term,
            replaces=replaced.get(row.id, ()),
            teams=tuple(teams[row.line_id]),
        )
        for row in rows
    )
    return RoutingFacts(partner_known=True, contracts=contracts)


def _place(rows: list[Any], periods: list[Any], book: Book, on: date) -> list[_Placed]:
    facts = {(fact.registry, fact.number): fact for fact in book.facts.contracts}
    starts = {(row.line_id, str(row.team_id), row.valid_from): row for row in periods}
    by_line = {row.line_id: row for row in rows}
    placed = []
    for line, row in by_line.items():
        bought = facts[row.slug, row.number]
        current = book.current(bought)
        fact = current or book.last(bought)
        team = fact.team_on(on)
        periods_of = [p for key, p in starts.items() if key[:2] == (line, team)]
        holding = [p for p in periods_of if p.valid_from <= on] or periods_of
        placed.append(_Placed(row, fact, current is not None, holding[-1] if holding else None))
    return placed


def _line(one: _Placed) -> ServedLine:
    since = one.period.valid_from if one.period else None
    return ServedLine(one.row.customer, one.fact.number, one.in_force, since)
