"""What the page of a claim shows: loaded with a fixed number of queries, scoped to its reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.decision import Reason
from portal.mdf import claim_facts
from portal.mdf.book import held
from portal.mdf.claim_facts import ClaimGround
from portal.mdf.claim_models import ClaimLine, Document, Invoice, Payment
from portal.mdf.claim_rules import Approvable, Part, approvable
from portal.mdf.course import Line, Told, Turn, told, turns
from portal.mdf.models import Fund, FundRequest
from portal.mdf.request_pages import lines_of
from portal.mdf.rules import HOLDING_CLAIMS, ClaimState
from portal.mdf.sending_rules import (
    ClaimWish,
    editable,
    last_day_to_dispute,
    may_dispute,
    may_submit,
)
from portal.mdf.steps import party_of
from portal.mdf.transitions import STEPS, Verb
from portal.registry.models import Partner, Registry
from portal.store.files import File
from portal.store.scope import visible_to

DECIDED = HOLDING_CLAIMS | {ClaimState.REVERSED}
# By which the review sends a claim back to its company.
REPLIES = frozenset({Verb.CLAIM_ASK, Verb.CLAIM_REJECT})
# The steps of a claim; it is begun on its request's page.
CLAIM_STEPS = frozenset(verb for verb in STEPS if verb.startswith("claim.")) - {Verb.CLAIM_BEGIN}


@dataclass(frozen=True)
class Doc:
    """A file of the claim with what the review said of it."""

    row: Document
    file: File


@dataclass(frozen=True)
class LineShown:
    """A line with what became of it; `disputable` by the reader, now."""

    row: ClaimLine
    part: Part
    disputable: bool


@dataclass(frozen=True)
class Billed:
    """An invoice with its lines, what it is in the fund's currency, and the files of it."""

    row: Invoice
    converted: int | None
    lines: tuple[LineShown, ...]
    docs: tuple[Doc, ...]


@dataclass(frozen=True)
class Owed:
    """A proof that the approval asks for, and what was brought of it."""

    code: str
    name: Mapping[str, str]
    needed: bool
    docs: tuple[Doc, ...]


@dataclass(frozen=True)
class ClaimPage:
    """Everything on the page of a claim. `mine`: the reader is of its company; `writes`: and may change
    it; `reasons` are then what sending it now would be told. `may` are the steps the reader may take
    in this state, `reserved` what is still held of the request.
    """

    ground: ClaimGround
    company: str
    registry: Registry
    total: Approvable
    reserved: int
    reasons: tuple[Reason, ...]
    billed: tuple[Billed, ...]
    owed: tuple[Owed, ...]
    payments: tuple[Payment, ...]
    course: list[Told]
    turns: list[Turn]
    mine: bool
    writes: bool
    may: frozenset[Verb]
    dispute_until: date | None

    @property
    def row(self) -> FundRequest:
        """The request."""
        return self.ground.row

    @property
    def fund(self) -> Fund:
        """The fund of its money."""
        return self.ground.fund

    @property
    def thread(self) -> int:
        """The thread of its registry."""
        return self.registry.thread

    @property
    def decided(self) -> bool:
        """Whether an amount was approved."""
        return self.ground.claim.state in DECIDED

    @property
    def over(self) -> bool:
        """Whether it ended without anything approved."""
        return self.ground.claim.state in {ClaimState.REJECTED, ClaimState.WITHDRAWN}

    @property
    def disputable(self) -> bool:
        """Whether the reader may dispute a line."""
        return any(line.disputable for billed in self.billed for line in billed.lines)

    @property
    def withdrawable(self) -> bool:
        """Whether the reader may take the claim back."""
        return self.mine and Verb.CLAIM_WITHDRAW in self.may

    @property
    def docs(self) -> tuple[Doc, ...]:
        """Every file of it."""
        holders: tuple[Billed | Owed, ...] = (*self.billed, *self.owed)
        return tuple(doc for each in holders for doc in each.docs)

    @property
    def note(self) -> str:
        """What the review said last when it asked for more or said no."""
        said = (each.line for each in reversed(self.course))
        return next((line.note for line in said if line.verb in REPLIES), "")

    @property
    def paid(self) -> int:
        """What was paid so far."""
        return sum(payment.amount for payment in self.payments)


def one(session: Session, actor: Actor, ref: str, now: datetime) -> ClaimPage:
    """The claim `ref` as its reader sees it now (business time). Raises Unseen."""
    found = claim_facts.claim_ground(session, actor, ref)
    claim, on = found.claim, clock.local_date(now)
    mine = actor.partner_id is not None and actor.partner_id == claim.partner_id
    writes = mine and editable(claim.state)
    asked = claim_facts.sending_of(session, claim)
    reasons: tuple[Reason, ...] = ()
    if writes:
        facts = claim_facts.sending_facts(session, found, asked, actor, on)
        decision = may_submit(asked, facts)
        reserved, reasons = facts.grant.most, decision.reasons
    else:
        reserved = held(session, found.fund, found.row).reserved
    most = (claim.approved or 0) if claim.state in DECIDED else reserved
    total = approvable(asked.bills, claim_facts.grant_of(found, most))
    docs = _docs(session, actor, claim.id)
    party = party_of(actor)
    lines = _lines(session, [bill.id for bill in asked.bills])
    steps = lines_of(session, actor, found.row, claim.id)
    may = frozenset(
        verb
        for verb in CLAIM_STEPS
        if claim.state in STEPS[verb].states and party in STEPS[verb].by
    )
    return ClaimPage(
        ground=found,
        company=session.get_one(Partner, claim.partner_id).name,
        registry=session.get_one(Registry, claim.registry_id),
        total=total,
        reserved=reserved,
        reasons=reasons,
        billed=_billed(session, total, lines, docs, _disputing(found, total, lines, actor, on)),
        owed=tuple(
            Owed(
                *(each["code"], each["name"], each["needed"]),
                tuple(doc for doc in docs if doc.row.proof == each["code"]),
            )
            for each in found.activity.proofs
        ),
        payments=_payments(session, actor, claim.id),
        course=told(steps),
        turns=[each for each in _turns(found, steps) if each.claim],
        mine=mine,
        writes=writes,
        may=may,
        dispute_until=_until(found),
    )


def _turns(found: ClaimGround, steps: list[Line]) -> list[Turn]:
    claim, row = found.claim, found.row
    return turns(row.state, row.due_on, None, False, steps, [claim_facts.waiting_of(claim)])


def _until(found: ClaimGround) -> date | None:
    decided = found.claim.decided_at
    return last_day_to_dispute(clock.local_date(decided)) if decided else None


def _disputing(
    found: ClaimGround, total: Approvable, lines: list[ClaimLine], actor: Actor, on: date
) -> frozenset[int]:
    """The lines that the reader may dispute now."""
    ref, disputed = found.claim.ref, any(line.disputed_at for line in lines)
    accepted = {line.id: line.accepted for line in lines}
    said = (
        (
            part.line,
            claim_facts.dispute_facts(found, part, accepted[part.line], disputed, actor, on),
        )
        for part in total.parts
    )
    return frozenset(
        line for line, facts in said if not may_dispute(ClaimWish(ref, line), facts).refused
    )


def _lines(session: Session, invoices: list[int]) -> list[ClaimLine]:
    query = select(ClaimLine).where(ClaimLine.invoice_id.in_(invoices))
    return list(session.scalars(query.order_by(ClaimLine.invoice_id, ClaimLine.id)))


def _billed(
    session: Session,
    total: Approvable,
    lines: list[ClaimLine],
    docs: tuple[Doc, ...],
    disputable: frozenset[int],
) -> tuple[Billed, ...]:
    parts = {part.line: part for part in total.parts}
    whole = {each.bill: each.converted for each in total.bills}
    query = select(Invoice).where(Invoice.id.in_(whole)).order_by(Invoice.id)
    return tuple(
        Billed(
            *(row, whole[row.id]),
            tuple(
                LineShown(line, parts[line.id], line.id in disputable)
                for line in lines
                if line.invoice_id == row.id
            ),
            tuple(doc for doc in docs if doc.row.invoice_id == row.id),
        )
        for row in session.scalars(query)
    )


def _docs(session: Session, actor: Actor, claim_id: int) -> tuple[Doc, ...]:
    query = (
        visible_to(Document, actor)
        .add_columns(File)
        .join(File, File.id == Document.file_id)
        .where(Document.claim_id == claim_id, File.removed_at.is_(None))
        .order_by(Document.id)
    )
    rows: Any = session.execute(query)
    return tuple(Doc(row[0], row[1]) for row in rows)


def _payments(session: Session, actor: Actor, claim_id: int) -> tuple[Payment, ...]:
    query = visible_to(Payment, actor).where(Payment.claim_id == claim_id)
    return tuple(session.scalars(query.order_by(Payment.paid_on, Payment.id)))
