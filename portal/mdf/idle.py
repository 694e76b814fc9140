"""Reserves that nobody claims on: surfaced 45 days before the claim is due, for both sides."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import String, exists, literal
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.localized import Localized
from portal.mdf.claim_models import Claim
from portal.mdf.models import Fund, FundRequest, FundTerms
from portal.mdf.review_facts import spoken_to
from portal.mdf.rules import HOLDING_CLAIMS, OPEN_CLAIMS, Kind, RequestState
from portal.mdf.time_rules import idle_until
from portal.registry.models import Partner
from portal.store.ledger import LedgerAccount
from portal.store.scope import visible_to


@dataclass(frozen=True)
class Idle:
    """An approved request without a claim; `reserved` is minor units of `currency`, `language` in which
    its company is spoken to.
    """

    id: int
    ref: str
    title: str
    company: str
    fund: Localized
    currency: str
    reserved: int
    due_on: date
    extended: int
    extensions: int
    claims_until: date
    language: str

    @property
    def extendable(self) -> bool:
        """Whether the terms still allow more time."""
        return self.extended < self.extensions and self.due_on < self.claims_until


def idle(session: Session, actor: Actor, on: date) -> list[Idle]:
    """The reserves that the actor sees whose claim is due within 45 days of `on` and of which no claim
    was sent, the nearest first. A draft of a claim is none. One query.
    """
    claimed = exists().where(
        Claim.request_id == FundRequest.id, Claim.state.in_(OPEN_CLAIMS | HOLDING_CLAIMS)
    )
    query = (
        visible_to(FundRequest, actor)
        .with_only_columns(
            *(FundRequest.id, FundRequest.ref, FundRequest.title, Partner.name, Fund.name),
            *(Fund.currency, LedgerAccount.balance, FundRequest.due_on, FundRequest.extended),
            *(FundTerms.extensions, FundTerms.claims_until, spoken_to()),
        )
        .join(Fund, Fund.id == FundRequest.fund_id)
        .join(FundTerms, FundTerms.id == FundRequest.terms_id)
        .join(Partner, Partner.id == FundRequest.partner_id)
        .join(
            LedgerAccount,
            (LedgerAccount.owner == literal("request:").concat(FundRequest.ref))
            & (LedgerAccount.book == literal("mdf:").concat(Fund.id.cast(String)))
            & (LedgerAccount.kind == Kind.RESERVED.value),
        )
        .where(
            FundRequest.state == RequestState.APPROVED,
            FundRequest.due_on.between(on, idle_until(on)),
            LedgerAccount.balance > 0,
            ~claimed,
        )
        .order_by(FundRequest.due_on, FundRequest.id)
    )
    rows: list[Any] = list(session.execute(query))
    return [Idle(*row) for row in rows]
