"""What a registry's lead does with a fund's money: allocating it to companies (RUN_FUNDS).

What was allocated is not taken back before the hard close: that would change a company's terms.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Role
from portal.mdf.book import available_to, post, shared
from portal.mdf.deciding import Unseen
from portal.mdf.models import Fund
from portal.mdf.rules import Cause, Kind
from portal.store.db import atomic, retrying
from portal.store.events import emit
from portal.store.ledger import Move


@retrying
def allocate(
    fund_id: int, partner_id: int, amount: int, *, actor: Actor, now: datetime, key: str
) -> None:
    """Give a company `amount` (minor units) of what is unallocated. `now` is business time.

    Raises Unseen for a fund of another registry.
    """
    with atomic() as session:
        fund = own_fund(session, fund_id, actor)
        emit(
            *(session, f"mdf-fund:{fund.slug}", "mdf.allocated"),
            actor=actor,
            at=clock.wall(),
            partner_id=partner_id,
            registry_id=fund.registry_id,
            payload={"fund": fund.slug, "amount": amount},
        )
        move = Move(
            shared(fund, Kind.UNALLOCATED),
            available_to(fund, partner_id),
            amount,
            Cause.ALLOCATED.value,
        )
        post(
            *(session, [move]),
            key=f"allocate:{actor.person_id}:{key}",
            subject=f"fund:{fund.slug}",
            actor=actor,
            on=clock.local_date(now),
            at=now,
        )


def own_fund(session: Session, fund_id: int, actor: Actor) -> Fund:
    """The fund, for a lead of its registry. Raises Unseen."""
    fund = session.get(Fund, fund_id)
    if fund is None or actor.role is not Role.CHANNEL_LEAD or fund.registry_id != actor.registry_id:
        raise Unseen
    return fund
