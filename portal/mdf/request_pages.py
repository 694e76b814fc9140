"""What the page of a request shows: loaded with a fixed number of queries, scoped to the reader."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.mdf import queries
from portal.mdf.book import book_of, subject_of
from portal.mdf.claim_facts import paid_in_all, waiting_of
from portal.mdf.claim_models import Claim
from portal.mdf.course import Line, Told, Turn, Waiting, told, turns
from portal.mdf.models import Activity, Fund, FundRequest, FundTerms, TimelineStep
from portal.mdf.rules import (
    HOLDING_CLAIMS,
    OPEN_CLAIMS,
    RELEASES,
    Cause,
    ClaimState,
    Kind,
    Party,
    RequestState,
)
from portal.mdf.transitions import Verb
from portal.registry.models import Partner, Registry
from portal.store.decisions import StoredDecision
from portal.store.files import File, files_of
from portal.store.ledger import LedgerAccount, LedgerTransfer
from portal.store.scope import visible_to


@dataclass(frozen=True)
class ClaimRow:
    """A claim of the request; amounts are minor units of the fund's currency."""

    ref: str
    state: ClaimState
    final: bool
    claimed: int | None
    approved: int | None
    paid: int
    submitted_at: datetime | None


@dataclass(frozen=True)
class Moved:
    """A movement of the request's money, as the ledger has it."""

    on: date
    cause: Cause
    amount: int


@dataclass(frozen=True)
class RequestPage:
    """One request, whole. `held` is what its accounts hold, by kind, in minor units of the fund's
    currency; `decision` the last one on its timeline.
    """

    row: FundRequest
    fund: Fund
    terms: FundTerms | None
    activity: Activity | None
    registry: str
    slug: str
    thread: int
    company: str
    filer: str
    held: dict[Kind, int]
    movements: list[Moved]
    claims: list[ClaimRow]
    course: list[Told]
    turns: list[Turn]
    files: list[File]
    decision: StoredDecision | None

    @property
    def released(self) -> list[Moved]:
        """What returned unclaimed, each with its cause (mdf.md 2.3, 7)."""
        return [each for each in self.movements if each.cause in RELEASES]

    @property
    def claimed(self) -> int:
        """What its claims, sent and not taken back, ask for together."""
        gone = (ClaimState.DRAFT, ClaimState.WITHDRAWN)
        return sum(each.claimed or 0 for each in self.claims if each.state not in gone)

    @property
    def claiming(self) -> str | None:
        """The claim that is being written or reviewed, if one is."""
        under_way = (ClaimState.DRAFT, *OPEN_CLAIMS)
        return next((each.ref for each in self.claims if each.state in under_way), None)

    @property
    def last_claimed(self) -> bool:
        """Whether the company said that it claims no more, on a claim that holds."""
        return any(each.final and each.state in HOLDING_CLAIMS for each in self.claims)

    @property
    def held_by_claims(self) -> bool:
        """Whether money of it is committed or paid: then it is not cancelled."""
        return any(each.state in HOLDING_CLAIMS for each in self.claims)

    @property
    def mend(self) -> Line | None:
        """What the registry's side last wants mended, while it is the company that is to mend it."""
        if self.row.state not in (RequestState.NEEDS_INFO, RequestState.REJECTED):
            return None
        verbs = (Verb.ASK, Verb.REJECT)
        return next((each.line for each in reversed(self.course) if each.line.verb in verbs), None)


def one(session: Session, actor: Actor, ref: str) -> RequestPage | None:
    """The request, or None when the actor does not see it. Nine queries."""
    row = queries.request(session, actor, ref)
    if row is None:
        return None
    around = session.execute(
        select(Fund, Registry.name, Registry.slug, Registry.thread, Partner.name, Person.name)
        .join(Registry, Registry.id == Fund.registry_id)
        .join(Partner, Partner.id == row.partner_id)
        .join(Person, Person.id == row.filed_by)
        .where(Fund.id == row.fund_id)
    ).one()
    fund: Fund = around[0]
    on = clock.today() if row.submitted_at is None else clock.local_date(row.submitted_at)
    terms = (
        session.get(FundTerms, row.terms_id)
        if row.terms_id
        else queries.terms_on(session, fund.id, on)
    )
    claims, waiting = _claims(session, actor, row)
    lines = lines_of(session, actor, row)
    held, movements = _money(session, fund, row)
    wanted = row.wanted_from is not None
    return RequestPage(
        row=row,
        fund=fund,
        terms=terms,
        activity=session.get(Activity, row.activity_id) if row.activity_id else None,
        registry=around[1],
        slug=around[2],
        thread=around[3],
        company=around[4],
        filer=around[5],
        held=held,
        movements=movements,
        claims=claims,
        course=told(lines),
        turns=turns(row.state, row.due_on, row.turn_due_on, wanted, lines, waiting),
        files=files_of(session, actor, f"{queries.REQUEST_FILES}{row.ref}"),
        decision=_decision(session, lines),
    )


def _claims(
    session: Session, actor: Actor, row: FundRequest
) -> tuple[list[ClaimRow], list[Waiting]]:
    """The claims that the reader sees, as rows and as turns. One query."""
    query = visible_to(Claim, actor).add_columns(paid_in_all()).where(Claim.request_id == row.id)
    rows, waiting = [], []
    for claim, amount in session.execute(query.order_by(Claim.id)):
        rows.append(
            ClaimRow(
                *(claim.ref, claim.state, claim.final, claim.claimed, claim.approved),
                *(int(amount), claim.submitted_at),
            )
        )
        waiting.append(waiting_of(claim))
    return rows, waiting


def lines_of(
    session: Session, actor: Actor, row: FundRequest, claim_id: int | None = None
) -> list[Line]:
    """The timeline as the reader sees it, or a claim's part of it, oldest first. One query."""
    query = (
        visible_to(TimelineStep, actor)
        .add_columns(Person.name, Claim.ref)
        .outerjoin(Person, Person.id == TimelineStep.person_id)
        .outerjoin(Claim, Claim.id == TimelineStep.claim_id)
        .where(TimelineStep.request_id == row.id)
        .order_by(TimelineStep.id)
    )
    if claim_id is not None:
        query = query.where(TimelineStep.claim_id == claim_id)
    return [
        Line(
            verb=step.verb,
            party=Party(step.party),
            person=name,
            at=step.at,
            on=clock.local_date(step.at),
            turn=Party(step.turn) if step.turn else None,
            promised_on=step.promised_on,
            amount=step.amount,
            note=step.note,
            fields=tuple(step.fields),
            decision=step.decision_ref,
            claim=claim,
        )
        for step, name, claim in session.execute(query)
    ]


def _money(session: Session, fund: Fund, row: FundRequest) -> tuple[dict[Kind, int], list[Moved]]:
    """What the request's accounts hold, and every movement in or out of them. Two queries."""
    own = (LedgerAccount.book == book_of(fund.id), LedgerAccount.owner == subject_of(row))
    found = session.execute(select(LedgerAccount.kind, LedgerAccount.balance).where(*own))
    held: dict[Kind, int] = dict.fromkeys((Kind.RESERVED, Kind.COMMITTED, Kind.PAID), 0)
    held |= {Kind(kind): balance for kind, balance in found}
    mine = select(LedgerAccount.id).where(*own)
    moves = (
        select(LedgerTransfer.on_date, LedgerTransfer.cause, LedgerTransfer.amount)
        .where(LedgerTransfer.source_id.in_(mine) | LedgerTransfer.target_id.in_(mine))
        .order_by(LedgerTransfer.at, LedgerTransfer.id)
    )
    return held, [Moved(each[0], Cause(each[1]), each[2]) for each in session.execute(moves)]


def _decision(session: Session, lines: list[Line]) -> StoredDecision | None:
    """The last decision that a line which the reader sees stands on: of the request, else of a claim."""
    refs = [line.decision for line in lines if line.decision and line.claim is None]
    if not refs:
        return None
    return session.scalar(select(StoredDecision).where(StoredDecision.ref == refs[-1]))
