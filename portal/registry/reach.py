"""Which partner companies something in the registries touches on a date: whom notices must reach.

These answer for the program, not for a reader: nothing here is scoped, and nothing is shown as such.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.registry.models import Agreement, Contract
from portal.registry.rules import ContractStatus, Program
from portal.registry.scopes import in_force


def partners_of(
    session: Session, registry_id: int | None, on: date, program: Program | None = None
) -> frozenset[int]:
    """Companies with an agreement active on `on`, with that registry (None: any), of `program`."""
    query = select(Agreement.partner_id).where(
        Agreement.status == ContractStatus.ACTIVE,
        Agreement.starts_on <= on,
        or_(Agreement.ends_on.is_(None), Agreement.ends_on >= on),
    )
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
