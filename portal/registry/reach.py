"""Which companies and customers something in the registries touches on a date: whom notices reach.

These answer for the program, not for a reader: nothing here is scoped, and nothing is shown as such.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from portal.registry.models import Agreement, AgreementTeam, Contract, LineTeam, TeamMember
from portal.registry.rules import ContractStatus, Program
from portal.registry.scopes import in_force
from portal.store.facts import Key, in_period
from portal.store.periods import chunked


def partners_of(
    session: Session, registry_id: int | None, on: date, program: Program | None = None
) -> frozenset[int]:
    """Companies with an agreement active on `on`, with that registry (None: any), of `program`."""
    query = select(Agreement.partner_id).where(_active(on))
    if registry_id is not None:
        query = query.where(Agreement.registry_id == registry_id)
    if program is not None:
        query = query.where(Agreement.program == program)
    return frozenset(session.scalars(query))


def partners_of_lines(session: Session, lines: Collection[int], on: date) -> dict[int, int]:
    """The partner of each contract line: that of its contract in force on `on`, else of its last."""
    query = (
        select(Contract.line_id, Contract.partner_id)
        .where(Contract.line_id.in_(lines))
        .order_by(
            *(Contract.line_id, in_force(Contract, on).desc()),
            *(Contract.starts_on.desc(), Contract.id.desc()),
        )
    )
    found: dict[int, int] = {}
    for line, partner in session.execute(query):
        found.setdefault(line, partner)
    return found


def partners_of_agreements(session: Session, agreements: Collection[int]) -> dict[int, int]:
    """The partner of each agreement."""
    query = select(Agreement.id, Agreement.partner_id).where(Agreement.id.in_(agreements))
    return {row.id: row.partner_id for row in session.execute(query)}


def customers_of_lines(
    session: Session, lines: Collection[Key], on: date
) -> dict[Key, frozenset[tuple[int, int]]]:
    """(registry, customer) of each contract line: of its contract in force on `on`, else its last."""
    found: dict[Key, frozenset[tuple[int, int]]] = {}
    for part in chunked(lines):
        query = (
            select(Contract.line_id, Contract.registry_id, Contract.customer_id)
            .where(Contract.line_id.in_(part))
            .order_by(in_force(Contract, on).desc(), Contract.starts_on.desc(), Contract.id.desc())
        )
        for line, registry, customer in session.execute(query):
            found.setdefault(line, frozenset({(registry, customer)}))
    return found


def customers_of_teams(
    session: Session, teams: Collection[Key], on: date
) -> dict[Key, frozenset[tuple[int, int]]]:
    """(registry, customer) of the contract lines each account team serves on `on`."""
    query = select(LineTeam.line_id, LineTeam.team_id).where(
        LineTeam.team_id.in_(teams), in_period(LineTeam, on)
    )
    team_of = {row.line_id: row.team_id for row in session.execute(query)}
    found: dict[Key, set[tuple[int, int]]] = {}
    for line, customers in customers_of_lines(session, team_of, on).items():
        found.setdefault(team_of[int(line)], set()).update(customers)
    return {team: frozenset(customers) for team, customers in found.items()}


def customers_of_people(
    session: Session, members: Collection[Key], on: date
) -> dict[Key, frozenset[tuple[int, int]]]:
    """(registry, customer) of the contract lines each person's team serves on `on`."""
    query = select(TeamMember.id, TeamMember.team_id).where(TeamMember.id.in_(members))
    team_of = {row.id: row.team_id for row in session.execute(query)}
    served = customers_of_teams(session, set(team_of.values()), on)
    return {member: served.get(team, frozenset()) for member, team in team_of.items()}


def partners_of_teams(
    session: Session, teams: Collection[int], on: date
) -> dict[int, frozenset[int]]:
    """The companies each team serves on `on`: by an active agreement, or by a contract line."""
    found: dict[int, set[int]] = {}
    served = (
        select(AgreementTeam.team_id, Agreement.partner_id)
        .join(Agreement, Agreement.id == AgreementTeam.agreement_id)
        .where(AgreementTeam.team_id.in_(teams), in_period(AgreementTeam, on), _active(on))
    )
    for team, partner in session.execute(served):
        found.setdefault(team, set()).add(partner)
    lines = select(LineTeam.line_id, LineTeam.team_id).where(
        LineTeam.team_id.in_(teams), in_period(LineTeam, on)
    )
    team_of = {row.line_id: row.team_id for row in session.execute(lines)}
    for part in chunked(team_of):
        for line, partner in partners_of_lines(session, part, on).items():
            found.setdefault(team_of[line], set()).add(partner)
    return {team: frozenset(partners) for team, partners in found.items()}


def _active(on: date) -> ColumnElement[bool]:
    """The condition that an agreement is active on `on`."""
    return and_(
        Agreement.status == ContractStatus.ACTIVE,
        Agreement.starts_on <= on,
        or_(Agreement.ends_on.is_(None), Agreement.ends_on >= on),
    )
