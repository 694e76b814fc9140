"""Claims in any state on approved requests of `world.py`, with an invoice, its lines and a document."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.kernel import clock
from portal.kernel.access import SYSTEM, Actor
from portal.mdf.book import commit, of_request, pay
from portal.mdf.claim_models import (
    Claim,
    ClaimLine,
    Document,
    FileKey,
    Invoice,
    InvoiceKey,
    Payment,
)
from portal.mdf.models import Activity, Fund, FundRequest
from portal.mdf.queries import CLAIM_FILES
from portal.mdf.rules import Cause, ClaimState, Kind, Verdict
from portal.mdf.transitions import Verb
from portal.registry.models import Registry
from portal.registry.rules import normal
from portal.store import blobs
from portal.store.db import atomic
from portal.store.files import File, Upload, keep
from portal.store.ledger import Move
from portal.store.types import new_ref
from tests import people
from tests.mdf.world import DECIDES, ENDS, OURS, actor_in, moved, put_step

S = ClaimState
SENT = (Verb.CLAIM_BEGIN, Verb.CLAIM_SUBMIT)
PATHS: dict[ClaimState, tuple[Verb, ...]] = {
    S.DRAFT: (Verb.CLAIM_BEGIN,),
    S.SUBMITTED: SENT,
    S.NEEDS_INFO: (*SENT, Verb.CLAIM_ASK),
    S.APPROVED: (*SENT, Verb.CLAIM_APPROVE),
    S.REJECTED: (*SENT, Verb.CLAIM_REJECT),
    S.WITHDRAWN: (*SENT, Verb.CLAIM_WITHDRAW),
    S.PART_PAID: (*SENT, Verb.CLAIM_APPROVE, Verb.CLAIM_PAY),
    S.PAID: (*SENT, Verb.CLAIM_APPROVE, Verb.CLAIM_PAY),
    S.REVERSED: (*SENT, Verb.CLAIM_APPROVE, Verb.CLAIM_REVERSE),
}
GRANTED = frozenset({S.APPROVED, S.PART_PAID, S.PAID, S.REVERSED})
KEYLESS = frozenset({S.DRAFT, S.WITHDRAWN, S.REJECTED})


def make_claim(
    request: str,
    state: ClaimState = S.SUBMITTED,
    *,
    lines: Sequence[tuple[str, int]] = (("venue", 10_00),),
    approved: int | None = None,
    paid: int | None = None,
    final: bool = True,
    texts: dict[str, str] | None = None,
    decided_by: str = "",
    billed: bool = False,
) -> str:
    """The reference of a claim in `state` on an approved request, with one invoice of these `lines`
    (a cost, an amount in the fund's currency) and a document of a proof; `billed`: one of it too.

    What its eligible costs make is claimed, and all of it approved and paid unless said. `texts`
    replace remarks, issuer, tax_id, number, text, reason, dispute, reference, note …
    """
    said = {"issuer": "Hotel Central", "tax_id": "30-1", "text": "Sala", "reference": "TR-1"}
    said |= texts or {}
    with atomic() as session:
        row = session.scalars(select(FundRequest).where(FundRequest.ref == request)).one()
        fund = session.get_one(Fund, row.fund_id)
        activity = session.get_one(Activity, row.activity_id)
        good = {each["code"] for each in activity.costs if each["eligible"]}
        asked = sum(amount for cost, amount in lines if cost in good) * activity.percent // 100
        granted = (asked if approved is None else approved) if state in GRANTED else None
        sent, now = state is not S.DRAFT, clock.business()
        claim = Claim(
            ref=new_ref(),
            registry_id=row.registry_id,
            partner_id=row.partner_id,
            request_id=row.id,
            state=state,
            final=final,
            outcome={"attendees": 35, "leads": 3},
            remarks=said.get("remarks", ""),
            claimed=asked if sent else None,
            approved=granted,
            begun_at=now,
            submitted_at=now if sent else None,
            decided_at=now if granted is not None else None,
            revision=1,
            reversal_reason=said.get("reversal_reason", ""),
        )
        session.add(claim)
        session.flush()
        _invoice(session, claim, lines, said, billed)
        slug = session.get_one(Registry, row.registry_id).slug
        decider = actor_in(session, decided_by or DECIDES[slug])
        for verb in PATHS[state]:
            who = _who(session, row, verb, decider)
            put_step(
                session,
                row,
                verb,
                who,
                claim_id=claim.id,
                claim_state=state,
                note=said.get("note", ""),
            )
        if granted:
            _money(session, fund, row, claim, paid, said)
        return claim.ref


def _who(session: Session, row: FundRequest, verb: Verb, decider: Actor) -> Actor:
    if verb in OURS:
        return actor_in(session, session.get_one(Person, row.filed_by).email)
    return actor_in(session, people.FINANCE) if verb is Verb.CLAIM_PAY else decider


def put_invoice(ref: str, lines: Sequence[tuple[str, int]]) -> None:
    """Put an invoice with these lines, and a document, on a claim that is written."""
    with atomic() as session:
        claim = session.scalars(select(Claim).where(Claim.ref == ref)).one()
        claim.final, claim.outcome = True, {"attendees": 35, "leads": 3}
        said = {"issuer": "Hotel Central", "tax_id": "30-1", "text": "Sala"}
        _invoice(session, claim, lines, said, True)


def _invoice(
    session: Session,
    claim: Claim,
    lines: Sequence[tuple[str, int]],
    said: dict[str, str],
    billed: bool,
) -> None:
    number = said.get("number", f"F-{claim.ref}")
    bill = Invoice(
        partner_id=claim.partner_id,
        claim_id=claim.id,
        issuer=said["issuer"],
        tax_id=said["tax_id"],
        number=number,
        issued_on=session.get_one(FundRequest, claim.request_id).ends_on or ENDS,
        currency="USD",
        amount=sum(amount for _, amount in lines),
        rate="",
        rate_source=said.get("rate_source", ""),
    )
    session.add(bill)
    session.flush()
    for cost, amount in lines:
        told = {each: said.get(each, "") for each in ("text", "reason", "dispute")}
        session.add(
            ClaimLine(
                partner_id=claim.partner_id, invoice_id=bill.id, cost=cost, amount=amount, **told
            )
        )
    files = [
        _file(session, claim, what) for what in (("prueba", "factura") if billed else ("prueba",))
    ]
    for file, about in zip(files, ({"proof": "agenda"}, {"invoice_id": bill.id}), strict=False):
        session.add(
            Document(
                partner_id=claim.partner_id,
                claim_id=claim.id,
                file_id=file.id,
                sha256=file.sha256,
                verdict=Verdict.OPEN,
                reason=said.get("reason", ""),
                **about,
            )
        )
    if claim.state not in KEYLESS:
        key = f"{normal(bill.tax_id)}:{normal(number)}:{bill.amount}"
        session.add(InvoiceKey(key=key, claim_id=claim.id))
        session.add_all(FileKey(sha256=file.sha256, claim_id=claim.id) for file in files)
    session.flush()


def _file(session: Session, claim: Claim, what: str) -> File:
    content = f"contenido-de-{what}-{claim.ref}\n".encode()
    blob = blobs.write(content)
    file = keep(
        session,
        Upload(f"{what}-{claim.ref}.txt", "text/plain", blob.sha256, blob.size),
        partner_id=claim.partner_id,
        registry_id=None,
        subject=f"{CLAIM_FILES}{claim.ref}",
        actor=SYSTEM,
        now=clock.wall(),
    )
    assert isinstance(file, File)
    return file


def _money(
    session: Session,
    fund: Fund,
    row: FundRequest,
    claim: Claim,
    paid: int | None,
    said: dict[str, Any],
) -> None:
    """Commit what was approved, and pay or take back what the state says."""
    amount, subject = claim.approved or 0, f"claim:{claim.ref}"
    moved(session, subject, commit(fund, row, amount))
    held, reserved = (of_request(fund, row, each) for each in (Kind.COMMITTED, Kind.RESERVED))
    if claim.state is S.REVERSED:
        moved(session, subject, Move(held, reserved, amount, Cause.REVERSED.value))
    if claim.state in (S.PART_PAID, S.PAID):
        part = amount if claim.state is S.PAID else amount // 2
        given = part if paid is None else paid
        moved(session, subject, pay(fund, row, given))
        session.add(
            Payment(
                partner_id=claim.partner_id,
                claim_id=claim.id,
                amount=given,
                paid_on=date(2017, 12, 1),
                reference=said["reference"],
                person_id=actor_in(session, people.FINANCE).person_id,
                at=clock.business(),
            )
        )
