"""What a claim says, written piece by piece while it may still be sent: invoices with their lines, files,
and what came of the activity (M4).

A command answers None, or why nothing was written; what one does not see raises Unseen. Amounts are
minor units of the invoice's currency.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.decision import Reason
from portal.mdf.claim_facts import ClaimGround, own_claim
from portal.mdf.claim_models import ClaimLine, Document, Invoice
from portal.mdf.deciding import Unseen
from portal.mdf.queries import CLAIM_FILES
from portal.mdf.rules import Verdict
from portal.mdf.steps import party_of
from portal.mdf.transitions import Verb, not_now
from portal.store import files
from portal.store.db import atomic, retrying
from portal.store.events import emit
from portal.store.files import File


@dataclass(frozen=True)
class TypedLine:
    """A line as it was typed."""

    cost: str
    text: str
    amount: int


@dataclass(frozen=True)
class TypedInvoice:
    """An invoice as it was typed; `rate` and where it was read are empty in the fund's own currency."""

    issuer: str
    tax_id: str
    number: str
    issued_on: date
    currency: str
    amount: int
    rate: str
    rate_source: str
    lines: tuple[TypedLine, ...]


@dataclass(frozen=True)
class Target:
    """What a file belongs to: a proof of the activity by its code, or an invoice by its id."""

    proof: str | None = None
    invoice: int | None = None


@retrying
def save_invoice(
    ref: str, invoice_id: int | None, typed: TypedInvoice, *, actor: Actor
) -> Reason | None:
    """Write a new invoice of a claim (None) or another version of one. Raises Unseen."""
    with atomic() as session:
        found, no = _open(session, actor, ref)
        if no:
            return no
        columns = {key: value for key, value in vars(typed).items() if key != "lines"}
        if invoice_id is None:
            row = Invoice(partner_id=found.row.partner_id, claim_id=found.claim.id, **columns)
            session.add(row)
        else:
            row = _invoice(session, found, invoice_id)
            if any(getattr(row, key) != value for key, value in columns.items()):
                _look_again(session, row)
            for key, value in columns.items():
                setattr(row, key, value)
        session.flush()
        _write_lines(session, row, typed.lines)
        _saved(session, found, actor, "invoice")
    return None


@retrying
def remove_invoice(ref: str, invoice_id: int, *, actor: Actor) -> Reason | None:
    """Take an invoice off a claim, with its lines and files. Raises Unseen."""
    with atomic() as session:
        found, no = _open(session, actor, ref)
        if no:
            return no
        row = _invoice(session, found, invoice_id)
        here = select(Document).where(Document.invoice_id == row.id)
        _drop(session, found, actor, list(session.scalars(here)))
        session.execute(delete(ClaimLine).where(ClaimLine.invoice_id == row.id))
        session.delete(row)
        _saved(session, found, actor, "invoice")
    return None


def drawer(ref: str, target: Target) -> str:
    """Under which subject files lie that were sent for `target` and are not yet the claim's."""
    place = target.proof if target.invoice is None else target.invoice
    return f"draft:{CLAIM_FILES}{ref}:{place}"


@retrying
def attach(ref: str, target: Target, *, actor: Actor) -> Reason | None:
    """Put the files of the drawer of `target` on the claim. Raises Unseen, also for what the claim
    has no such proof or invoice of.
    """
    with atomic() as session:
        found, no = _open(session, actor, ref)
        if no:
            return no
        if target.invoice is not None:
            _invoice(session, found, target.invoice)
        elif target.proof not in {each["code"] for each in found.activity.proofs}:
            raise Unseen
        here = drawer(found.claim.ref, target)
        subject = f"{CLAIM_FILES}{found.claim.ref}"
        # Whoever sees the claim sees its files; nobody else of the registry does, while it is a draft.
        moved = files.move(session, actor, here, subject, registry_id=None)
        session.add_all(
            Document(
                partner_id=found.row.partner_id,
                claim_id=found.claim.id,
                file_id=file.id,
                sha256=file.sha256,
                proof=target.proof,
                invoice_id=target.invoice,
                verdict=Verdict.OPEN,
                reason="",
            )
            for file in moved
        )
        if moved:
            _saved(session, found, actor, "document")
    return None


@retrying
def detach(ref: str, document_id: int, *, actor: Actor) -> Reason | None:
    """Take a file off a claim. Raises Unseen."""
    with atomic() as session:
        found, no = _open(session, actor, ref)
        if no:
            return no
        row = session.get(Document, document_id)
        if row is None or row.claim_id != found.claim.id:
            raise Unseen
        _drop(session, found, actor, [row])
        _saved(session, found, actor, "document")
    return None


@retrying
def save_outcome(
    ref: str,
    outcome: dict[str, int | None],
    remarks: str,
    final: bool,
    *,
    actor: Actor,
) -> Reason | None:
    """Write what came of the activity, by metric, and whether nothing more will be claimed. Raises
    Unseen.
    """
    with atomic() as session:
        found, no = _open(session, actor, ref)
        if no:
            return no
        known = [each["code"] for each in found.activity.metrics]
        found.claim.outcome = {code: outcome.get(code) for code in known}
        found.claim.remarks, found.claim.final = remarks, final
        _saved(session, found, actor, "outcome")
    return None


def _open(session: Session, actor: Actor, ref: str) -> tuple[ClaimGround, Reason | None]:
    """The company's own claim, held, and why it cannot be written in, if it cannot."""
    found = own_claim(session, actor, ref)
    return found, not_now(Verb.CLAIM_SUBMIT, found.claim.state, party_of(actor))


def _invoice(session: Session, found: ClaimGround, invoice_id: int) -> Invoice:
    row = session.get(Invoice, invoice_id)
    if row is None or row.claim_id != found.claim.id:
        raise Unseen
    return row


def _look_again(session: Session, row: Invoice) -> None:
    """What the review said was of the invoice as it was: in another currency, at another rate or under
    another number it is another one.
    """
    lines = update(ClaimLine).where(ClaimLine.invoice_id == row.id)
    session.execute(lines.values(accepted=None, reason=""))
    papers = update(Document).where(Document.invoice_id == row.id)
    session.execute(papers.values(verdict=Verdict.OPEN, reason=""))


def _write_lines(session: Session, row: Invoice, typed: Sequence[TypedLine]) -> None:
    """Write the lines in their order. What the review said of a line stays while the line does."""
    query = select(ClaimLine).where(ClaimLine.invoice_id == row.id).order_by(ClaimLine.id)
    kept = list(session.scalars(query))
    for line, new in zip(kept, typed, strict=False):
        if (line.cost, line.amount) != (new.cost, new.amount):
            line.accepted, line.reason = None, ""
        line.cost, line.text, line.amount = new.cost, new.text, new.amount
    for line in kept[len(typed) :]:
        session.delete(line)
    for new in typed[len(kept) :]:
        session.add(
            ClaimLine(
                partner_id=row.partner_id,
                invoice_id=row.id,
                cost=new.cost,
                text=new.text,
                amount=new.amount,
                reason="",
                dispute="",
            )
        )
        session.flush()


def _drop(session: Session, found: ClaimGround, actor: Actor, rows: Sequence[Document]) -> None:
    """Take the rows and their files away. One event a file, as where files are taken away elsewhere."""
    subject, now = f"{CLAIM_FILES}{found.claim.ref}", clock.wall()
    wanted = [row.file_id for row in rows]
    for row in rows:
        session.delete(row)
    session.flush()
    gone: list[uuid.UUID] = files.remove(session, actor, subject, wanted, now=now)
    for key in gone:
        emit(
            *(session, f"file:{key}", "file.removed"),
            actor=actor,
            at=now,
            partner_id=found.row.partner_id,
            registry_id=session.get_one(File, key).registry_id,
            payload={"subject": subject},
        )


def _saved(session: Session, found: ClaimGround, actor: Actor, part: str) -> None:
    """One more version of the claim. The registry is told once it is sent, not of each draft."""
    claim = found.claim
    claim.revision += 1
    emit(
        *(session, f"mdf:{found.row.ref}", "mdf.claim.saved"),
        actor=actor,
        at=clock.wall(),
        partner_id=claim.partner_id,
        registry_id=claim.registry_id if claim.submitted_at else None,
        payload={"claim": claim.ref, "part": part},
    )
    session.flush()
