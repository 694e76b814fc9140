"""What the first page of MDF shows: a company's requests, claims and money; what waits for staff.

A fixed number of queries, scoped to the reader; lists page by key, newest first.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.localized import Localized
from portal.mdf.book import book_of
from portal.mdf.charts import Part, split
from portal.mdf.claim_facts import paid_in_all, waiting_of
from portal.mdf.claim_models import Claim
from portal.mdf.course import Turn, Waiting, turns
from portal.mdf.models import Fund, FundRequest
from portal.mdf.rules import OPEN_CLAIMS, UNPAID_CLAIMS, ClaimState, Kind, Party, RequestState
from portal.registry.models import Partner, Registry
from portal.store.ledger import LedgerAccount
from portal.store.scope import visible_to

PAGE = 20
MOST = 50
S = ClaimState
UNDER_WAY = frozenset({S.DRAFT}) | OPEN_CLAIMS | UNPAID_CLAIMS
# Which claims stand on the first page: a company's own, and what finance is to pay. What waits for
# channel people, requests and claims alike, is their queue (`waiting.py`).
CLAIMS_OF: Mapping[Party, Collection[ClaimState]] = {
    Party.PARTNER: UNDER_WAY,
    Party.FINANCE: UNPAID_CLAIMS,
}


@dataclass(frozen=True)
class Listed:
    """A request in a list, with whose turn it is first of all."""

    id: int
    row: FundRequest
    company: str
    fund: Localized
    currency: str
    registry: str
    thread: int
    turn: Turn | None
    claim: ClaimState | None


@dataclass(frozen=True)
class ListedClaim:
    """A claim in a list; amounts are minor units of `currency`, `by` the day promised or due."""

    ref: str
    state: ClaimState
    title: str
    company: str
    registry: str
    thread: int
    currency: str
    claimed: int | None
    approved: int | None
    paid: int
    by: date | None


@dataclass(frozen=True)
class Share:
    """What a company has of a fund, in minor units: left to ask for (None: of a pool), and its own."""

    fund: Localized
    slug: str
    currency: str
    registry: str
    thread: int
    available: int | None
    held: Mapping[Kind, int]

    @property
    def kinds(self) -> list[tuple[Kind, int]]:
        """Its own money by kind, what it may still ask for first."""
        left = [] if self.available is None else [(Kind.AVAILABLE, self.available)]
        return left + list(self.held.items())

    @property
    def parts(self) -> tuple[Part, ...]:
        """The same as the pieces of one bar."""
        return split([(kind.value, amount) for kind, amount in self.kinds])

    @property
    def whole(self) -> int:
        """What was allocated to the company, or, of a pool, what it holds."""
        return (self.available or 0) + sum(self.held.values())


def listed(
    session: Session,
    actor: Actor,
    *,
    after: int | None = None,
    most: int = PAGE,
) -> tuple[list[Listed], int | None]:
    """The requests that the actor sees, and the key after which there are more. Two queries."""
    query = (
        visible_to(FundRequest, actor)
        .add_columns(Partner.name, Fund.name, Fund.currency, Registry.name, Registry.thread)
        .join(Partner, Partner.id == FundRequest.partner_id)
        .join(Fund, Fund.id == FundRequest.fund_id)
        .join(Registry, Registry.id == FundRequest.registry_id)
        .order_by(FundRequest.id.desc())
        .limit(most + 1)
    )
    if after is not None:
        query = query.where(FundRequest.id < after)
    rows = session.execute(query).all()
    claims = _claims_of(session, actor, [row[0].id for row in rows])
    found = [
        _listed(row, company, fund, currency, registry, thread, claims.get(row.id, []))
        for row, company, fund, currency, registry, thread in rows[:most]
    ]
    return found, found[-1].id if len(rows) > most else None


def _listed(
    row: FundRequest,
    company: str,
    fund: Localized,
    currency: str,
    registry: str,
    thread: int,
    claims: list[Waiting],
) -> Listed:
    wanted = row.wanted_from is not None
    first = next(iter(turns(row.state, row.due_on, row.turn_due_on, wanted, (), claims)), None)
    states = {each.ref: each.state for each in claims}
    claim = states.get(first.claim or "") if first else None
    return Listed(row.id, row, company, fund, currency, registry, thread, first, claim)


def _claims_of(session: Session, actor: Actor, ids: Collection[int]) -> dict[int, list[Waiting]]:
    found: dict[int, list[Waiting]] = {}
    query = visible_to(Claim, actor).where(Claim.request_id.in_(ids), Claim.state.in_(UNDER_WAY))
    for claim in session.scalars(query.order_by(Claim.id)):
        one = waiting_of(claim)
        found.setdefault(claim.request_id, []).append(one)
    return found


def claims(
    session: Session, actor: Actor, states: Collection[ClaimState], most: int = MOST
) -> list[ListedClaim]:
    """The claims in `states` that the actor sees, the longest promised first. One query."""
    query = (
        visible_to(Claim, actor)
        .add_columns(
            *(FundRequest.title, FundRequest.due_on, Partner.name, Registry.name),
            *(Registry.thread, Fund.currency, paid_in_all()),
        )
        .join(FundRequest, FundRequest.id == Claim.request_id)
        .join(Fund, Fund.id == FundRequest.fund_id)
        .join(Partner, Partner.id == Claim.partner_id)
        .join(Registry, Registry.id == Claim.registry_id)
        .where(Claim.state.in_(states))
        .order_by(Claim.turn_due_on.nulls_last(), Claim.id)
    )
    return [
        ListedClaim(
            ref=claim.ref,
            state=claim.state,
            title=title,
            company=company,
            registry=registry,
            thread=thread,
            currency=currency,
            claimed=claim.claimed,
            approved=claim.approved,
            paid=int(amount),
            by=due_on if claim.state is S.DRAFT else claim.turn_due_on,
        )
        for claim, title, due_on, company, registry, thread, currency, amount in session.execute(
            query.limit(most)
        )
    ]


def counts(session: Session, actor: Actor) -> dict[RequestState, int]:
    """How many requests the actor sees in each state. One query."""
    query = visible_to(FundRequest, actor).with_only_columns(FundRequest.state, func.count())
    return {row[0]: row[1] for row in session.execute(query.group_by(FundRequest.state))}


def shares(session: Session, partner_id: int) -> list[Share]:
    """What a company was allocated of each fund and what became of it. Two queries.

    Of a pool only its own is told: what is left there would tell of others.
    """
    sums = (
        select(LedgerAccount.book, LedgerAccount.kind, func.sum(LedgerAccount.balance))
        .where(LedgerAccount.partner_id == partner_id)
        .group_by(LedgerAccount.book, LedgerAccount.kind)
    )
    held: dict[str, dict[Kind, int]] = {}
    for book, kind, amount in session.execute(sums):
        held.setdefault(book, {})[Kind(kind)] = int(amount)
    query = select(Fund, Registry.name, Registry.thread).join(
        Registry, Registry.id == Fund.registry_id
    )
    found = []
    for fund, registry, thread in session.execute(query.order_by(Fund.position, Fund.id)):
        own = held.get(book_of(fund.id), {})
        kept = {kind: own.get(kind, 0) for kind in (Kind.RESERVED, Kind.COMMITTED, Kind.PAID)}
        available = None if fund.pooled else own.get(Kind.AVAILABLE, 0)
        if available or any(kept.values()):
            found.append(
                Share(fund.name, fund.slug, fund.currency, registry, thread, available, kept)
            )
    return found
