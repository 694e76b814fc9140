"""The claims of the demonstration: what was billed and proved, and what became of it."""

import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from portal.accounts.demo import acting, moment
from portal.kernel import clock, money
from portal.kernel.access import Actor
from portal.mdf import claim_reviewing, claiming, paying
from portal.mdf.claim_models import ClaimLine, Document, Invoice
from portal.mdf.claim_review_rules import Check, Judged
from portal.mdf.claim_writing import (
    Target,
    TypedInvoice,
    TypedLine,
    attach,
    drawer,
    save_invoice,
    save_outcome,
)
from portal.mdf.deciding import Outcome
from portal.mdf.queries import claim as claim_of
from portal.mdf.rules import Verdict
from portal.store.db import db
from portal.web.paper import paper
from portal.web.uploads import take


def seed(request: str, row: Mapping[str, Any], currency: str, key: str) -> None:
    """Begin the claim that `row` says on `request`, fill it in, and take its steps in their order.

    Raises ValueError for what is refused.
    """
    who, now = acting(row["by"]), moment(row["at"])
    made = claiming.begin(request, actor=who, now=now, key=key)
    if made.claim is None:
        raise ValueError(f"no claim may be begun on {request}")
    for bill in row["invoices"]:
        _bill(made.claim, bill, currency, who)
    for proof in row["proofs"]:
        _bring(made.claim, Target(proof=proof), proof, f"{row['title']} / {proof}", who)
    save_outcome(made.claim, dict(row["outcome"]), "", row["final"], actor=who)
    for place, step in enumerate(row["steps"]):
        refused = _step(made.claim, step, currency, f"{key}-{place}")
        if refused:
            raise ValueError(f"{dict(step)} is refused: {refused}")


def _bill(claim: str, bill: Mapping[str, Any], currency: str, who: Actor) -> None:
    lines = tuple(
        TypedLine(each["cost"], each["text"], minor(each["amount"], currency))
        for each in bill["lines"]
    )
    day: date = bill["issued_on"]
    words = (bill["issuer"], bill["tax_id"], bill["number"], day, currency)
    typed = TypedInvoice(*words, sum(line.amount for line in lines), "", "", lines)
    save_invoice(claim, None, typed, actor=who)
    found = db.session().scalar(select(Invoice.id).where(Invoice.number == bill["number"]))
    _bring(
        claim, Target(invoice=found), bill["number"], f"{bill['issuer']} / {bill['number']}", who
    )


def _bring(claim: str, target: Target, name: str, line: str, who: Actor) -> None:
    take(
        [FileStorage(io.BytesIO(paper(line)), filename=f"{name}.pdf")],
        subject=drawer(claim, target),
        partner_id=who.partner_id,
        registry_id=None,
        actor=who,
        now=clock.wall(),
    )
    attach(claim, target, actor=who)


def _step(claim: str, step: Mapping[str, Any], currency: str, key: str) -> list[str]:
    """Why the step was refused; empty when it was taken."""
    who, now = acting(step["by"]), moment(step["at"])
    told: dict[str, Any] = {"actor": who, "now": now, "key": key}
    made: Outcome
    match step["step"]:
        case "submit":
            made = claiming.submit(claim, **told)
        case "check":
            _check(claim, step.get("refused", {}), who)
            return []
        case "approve":
            amount = minor(step["amount"], currency)
            made = claim_reviewing.approve(claim, amount, step.get("note", ""), **told)
        case "pay":
            amount = minor(step["amount"], currency)
            day = clock.local_date(now)
            made = paying.pay(claim, amount, paid_on=day, reference=step["reference"], **told)
        case other:
            return [f"the demonstration knows no step {other!r}"]
    return [str(each.code) for each in made.reasons if each.blocks]


def _check(claim: str, refused: Mapping[str, str], who: Actor) -> None:
    """Every document is accepted; a line of a cost in `refused` is not, for that reason."""
    session = db.session()
    row = claim_of(session, who, claim)
    assert row is not None, "whoever reviews a claim sees it"
    papers = session.scalars(select(Document.id).where(Document.claim_id == row.id)).all()
    lines = session.execute(
        select(ClaimLine.id, ClaimLine.cost, ClaimLine.amount)
        .join(Invoice, Invoice.id == ClaimLine.invoice_id)
        .where(Invoice.claim_id == row.id)
    ).all()
    verdicts = tuple(
        Judged(line.id, Verdict.REFUSED, refused[line.cost], 0)
        if line.cost in refused
        else Judged(line.id, Verdict.ACCEPTED, "", line.amount)
        for line in lines
    )
    documents = tuple(Judged(each, Verdict.ACCEPTED) for each in papers)
    claim_reviewing.check(Check(claim, documents, verdicts), actor=who)


def minor(text: str, currency: str) -> int:
    """An amount as the pack writes it, in minor units of `currency`."""
    return money.minor(Decimal(text), currency)
