"""What finance's pages show: the claims that wait for their money, over all registries, what is due in
all, and what was paid last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.mdf.claim_models import Claim, Payment
from portal.mdf.models import Fund, FundRequest
from portal.mdf.rules import UNPAID_CLAIMS
from portal.registry.models import Partner, Registry
from portal.store.scope import visible, visible_to

PAGE, RECENT = 30, 10
NEVER = date(9999, 12, 31)


@dataclass(frozen=True)
class Due:
    """A claim that waits for money: `left` of what was approved, promised by `promised_on`."""

    id: int
    ref: str
    request: str
    title: str
    company: str
    registry: str
    thread: int
    currency: str
    approved: int
    paid: int
    promised_on: date | None
    reversal: bool

    @property
    def left(self) -> int:
        """What is still to be paid, in minor units."""
        return self.approved - self.paid

    @property
    def place(self) -> str:
        """Its place in the list."""
        return f"{self.promised_on or NEVER}.{self.id}"


@dataclass(frozen=True)
class Made:
    """A payment that was recorded, and by whom."""

    claim: str
    company: str
    registry: str
    thread: int
    currency: str
    amount: int
    paid_on: date
    reference: str


_PAID = (
    select(Payment.claim_id, func.sum(Payment.amount).label("paid"))
    .group_by(Payment.claim_id)
    .subquery()
)
_PROMISED: Any = func.coalesce(Claim.turn_due_on, NEVER)


def due(
    session: Session, actor: Actor, *, after: str = "", most: int | None = PAGE
) -> tuple[list[Due], str | None]:
    """What waits for its money, the oldest promise first, and the place after which there is more. One
    query.
    """
    query = _waiting(actor).order_by(_PROMISED, Claim.id)
    if (place := _place(after)) is not None:
        on, key = place
        query = query.where(or_(on < _PROMISED, and_(on == _PROMISED, Claim.id > key)))
    if most is not None:
        query = query.limit(most + 1)
    found: Any = session.execute(query)
    rows = [Due(*row) for row in found]
    more = most is not None and len(rows) > most
    return rows[:most], rows[PAGE - 1].place if more else None


def totals(session: Session, actor: Actor) -> Mapping[str, int]:
    """What is due in all, by currency. One query."""
    left = func.sum(Claim.approved - func.coalesce(_PAID.c.paid, 0))
    query = (
        _scoped(actor, select(Fund.currency, left)).group_by(Fund.currency).order_by(Fund.currency)
    )
    return {row[0]: int(row[1]) for row in session.execute(query)}


def made(session: Session, actor: Actor) -> list[Made]:
    """The payments recorded last, the newest first. One query."""
    query: Any = (
        visible_to(Payment, actor)
        .with_only_columns(
            *(Claim.ref, Partner.name, Registry.name, Registry.thread, Fund.currency),
            *(Payment.amount, Payment.paid_on, Payment.reference),
        )
        .join(Claim, Claim.id == Payment.claim_id)
        .join(FundRequest, FundRequest.id == Claim.request_id)
        .join(Fund, Fund.id == FundRequest.fund_id)
        .join(Registry, Registry.id == Claim.registry_id)
        .join(Partner, Partner.id == Claim.partner_id)
        .order_by(Payment.id.desc())
        .limit(RECENT)
    )
    return [Made(*row) for row in session.execute(query)]


def _waiting(actor: Actor) -> Any:
    return (
        _scoped(
            actor,
            select(
                *(Claim.id, Claim.ref, FundRequest.ref, FundRequest.title, Partner.name),
                *(Registry.name, Registry.thread, Fund.currency, Claim.approved),
                func.coalesce(_PAID.c.paid, 0),
                *(Claim.turn_due_on, Claim.reversal_by.is_not(None)),
            ),
        )
        .join(Registry, Registry.id == Claim.registry_id)
        .join(Partner, Partner.id == Claim.partner_id)
    )


def _scoped(actor: Actor, query: Any) -> Any:
    condition = visible(Claim, actor)
    assert condition is not None, "nobody sees every claim"
    return (
        query.select_from(Claim)
        .join(FundRequest, FundRequest.id == Claim.request_id)
        .join(Fund, Fund.id == FundRequest.fund_id)
        .outerjoin(_PAID, _PAID.c.claim_id == Claim.id)
        .where(condition, Claim.state.in_(UNPAID_CLAIMS))
    )


def _place(after: str) -> tuple[date, int] | None:
    on, _point, key = after.partition(".")
    try:
        return date.fromisoformat(on), min(int(key), 2**31 - 1) if key.isdecimal() else 0
    except ValueError:
        return None
