"""What one's own account page shows."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Factor, RecoveryCode
from portal.accounts.queries import capacities
from portal.kernel.access import STAFF_ROLES, Actor


@dataclass(frozen=True)
class Account:
    """A person's capacities, and how they prove who they are."""

    capacities: list[Actor]
    has_factor: bool
    codes_left: int
    factor_required: bool


def load_account(session: Session, actor: Actor) -> Account:
    """The actor's own account. Three queries."""
    mine = capacities(session, actor.person_id or 0)
    confirmed = select(func.count(Factor.id)).where(
        Factor.person_id == actor.person_id, Factor.confirmed_at.is_not(None)
    )
    left = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.person_id == actor.person_id, RecoveryCode.used_at.is_(None)
    )
    return Account(
        capacities=mine,
        has_factor=bool(session.scalar(confirmed)),
        codes_left=session.scalar(left) or 0,
        factor_required=any(each.role in STAFF_ROLES for each in mine),
    )
