"""Nobody leaves a company, or the portal, without an administrator: what that is decided on.

A layer of commands. Whatever takes an administrator away calls `hold` first, inside its own
transaction: on PostgreSQL those who do so for one company queue behind each other, on SQLite
`atomic()` has queued all writers already. What is read after it stays true until the commit.
"""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Person
from portal.kernel.access import Role
from portal.registry.models import Partner


def hold(session: Session, partner_ids: Iterable[int], *, portal: bool = False) -> None:
    """Keep the administrators of these companies (`portal`: and those of the portal) as they are,
    for everybody but the caller, until its transaction ends. Locks in the order of ids.
    """
    if ids := sorted(set(partner_ids)):
        # Orders that name the company go on meanwhile: its key is not about to change.
        companies = select(Partner.id).where(Partner.id.in_(ids)).order_by(Partner.id)
        session.execute(companies.with_for_update(key_share=True)).all()
    if portal:
        living = Membership.role == Role.ADMIN, Membership.ended_at.is_(None)
        admins = select(Membership.id).where(*living).order_by(Membership.id)
        session.execute(admins.with_for_update(key_share=True)).all()


def others(session: Session, partner_id: int | None, person_id: int) -> int:
    """How many other people who can sign in administer the company; None: the portal."""
    role = Role.ADMIN if partner_id is None else Role.PARTNER_ADMIN
    where = (
        Membership.partner_id.is_(None)
        if partner_id is None
        else Membership.partner_id == partner_id
    )
    counted = (
        select(func.count(Person.id.distinct()))
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.role == role, Membership.ended_at.is_(None), where)
        .where(Person.active, Person.id != person_id)
    )
    return session.scalar(counted) or 0
