"""The steps of a claim that its company takes: beginning, sending, withdrawing it, disputing a line (M4).

`now` is business time; refusals come back as an Outcome. What one does not see raises Unseen. What a
claim says in between is written in `claim_writing.py`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.mdf import claim_facts, queries
from portal.mdf.claim_facts import ClaimGround
from portal.mdf.claim_models import Claim, ClaimLine, FileKey, Invoice, InvoiceKey
from portal.mdf.claim_rules import approvable
from portal.mdf.deciding import Act, Outcome, Unseen, act_on, earlier, keep, replaying
from portal.mdf.rules import ClaimState, Party
from portal.mdf.sending_rules import (
    BeginFacts,
    ClaimWish,
    DisputeFacts,
    Sending,
    SendingFacts,
    WithdrawFacts,
    invoice_keys,
    may_begin,
    may_dispute,
    may_submit,
    may_withdraw,
)
from portal.mdf.steps import Said, party_of, take_step
from portal.mdf.transitions import Verb
from portal.store.db import LostRace, atomic, retrying
from portal.store.decisions import KINDS
from portal.store.types import new_ref

BEGIN, SUBMIT = "mdf.claim_begin", "mdf.claim_submit"
WITHDRAW, DISPUTE = "mdf.claim_withdraw", "mdf.claim_dispute"


@dataclass(frozen=True)
class Begun:
    """What became of beginning: `claim` is the reference of the claim that is open now, if there is
    one: the new one, or the one that was there.
    """

    outcome: Outcome
    claim: str | None


KINDS[BEGIN] = replaying(ClaimWish, BeginFacts, may_begin)
KINDS[SUBMIT] = replaying(Sending, SendingFacts, may_submit)
KINDS[WITHDRAW] = replaying(ClaimWish, WithdrawFacts, may_withdraw)
KINDS[DISPUTE] = replaying(ClaimWish, DisputeFacts, may_dispute)


@retrying
def begin(ref: str, *, actor: Actor, now: datetime, key: str) -> Begun:
    """Begin a claim on the approved request `ref`. Raises Unseen, for staff too."""
    act = act_on(ref, actor, now, key)
    with atomic() as session:
        row = queries.request(session, actor, ref, hold=True)
        if row is None or actor.partner_id is None:
            raise Unseen
        if (before := earlier(session, BEGIN, act)) is not None:
            return Begun(before, claim_facts.open_claim(session, row))
        asked = ClaimWish(row.ref)
        facts = claim_facts.begin_facts(session, row, actor, act.today)
        decision = may_begin(asked, facts)
        outcome = keep(session, BEGIN, decision, asked, facts, row, act)
        if decision.refused:
            return Begun(outcome, facts.open)
        claim = Claim(
            ref=new_ref(),
            registry_id=row.registry_id,
            partner_id=row.partner_id,
            request_id=row.id,
            state=ClaimState.DRAFT,
            final=False,
            outcome={},
            remarks="",
            begun_at=now,
            revision=0,
            reversal_reason="",
        )
        session.add(claim)
        session.flush()
        said, verb = Said(decision_ref=outcome.ref), Verb.CLAIM_BEGIN
        take_step(
            *(session, row, verb, ClaimState.DRAFT), actor=actor, now=now, claim=claim, said=said
        )
        return Begun(outcome, claim.ref)


@retrying
def submit(ref: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Send a claim to be reviewed, or say everything that is missing; either is on record (R7).

    From then on no other claim is sent with its invoices and files. Raises Unseen.
    """
    act = act_on(ref, actor, now, key)
    with atomic() as session:
        found = claim_facts.own_claim(session, actor, ref)
        if (before := earlier(session, SUBMIT, act)) is not None:
            return before
        asked = claim_facts.sending_of(session, found.claim)
        facts = claim_facts.sending_facts(session, found, asked, actor, act.today)
        decision = may_submit(asked, facts)
        outcome = keep(session, SUBMIT, decision, asked, facts, found.row, act)
        if decision.value is not None:
            found.claim.claimed, found.claim.submitted_at = decision.value.shared, now
            take_keys(session, found, asked)
            promised = act.today + timedelta(days=found.terms.review_days)
            amount, ref = decision.value.amount, outcome.ref
            said = Said(amount=amount, promised_on=promised, decision_ref=ref)
            _step(session, found, Verb.CLAIM_SUBMIT, ClaimState.SUBMITTED, said, act)
        return outcome


@retrying
def withdraw(ref: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Take a claim back before it is decided; its invoices and files are free again. Raises Unseen."""
    act = act_on(ref, actor, now, key)
    with atomic() as session:
        found = claim_facts.own_claim(session, actor, ref)
        if (before := earlier(session, WITHDRAW, act)) is not None:
            return before
        asked, facts = ClaimWish(found.claim.ref), WithdrawFacts(party_of(actor), found.claim.state)
        decision = may_withdraw(asked, facts)
        outcome = keep(session, WITHDRAW, decision, asked, facts, found.row, act)
        if not decision.refused:
            free_keys(session, found.claim.id)
            said = Said(decision_ref=outcome.ref)
            _step(session, found, Verb.CLAIM_WITHDRAW, ClaimState.WITHDRAWN, said, act)
        return outcome


@retrying
def dispute(ref: str, line_id: int, text: str, *, actor: Actor, now: datetime, key: str) -> Outcome:
    """Ask for another look at a line that was not accepted whole, saying why. Raises Unseen."""
    act = act_on(ref, actor, now, key)
    with atomic() as session:
        found = claim_facts.own_claim(session, actor, ref)
        lines = {line.id: line for line in lines_of(session, found.claim)}
        if line_id not in lines:
            raise Unseen
        if (before := earlier(session, DISPUTE, act)) is not None:
            return before
        line, claim = lines[line_id], found.claim
        total = approvable(claim_facts.bills_of(session, claim.id), claim_facts.grant_of(found, 0))
        part = next(each for each in total.parts if each.line == line_id)
        asked = ClaimWish(claim.ref, line_id)
        disputed = any(each.disputed_at for each in lines.values())
        facts = claim_facts.dispute_facts(found, part, line.accepted, disputed, actor, act.today)
        decision = may_dispute(asked, facts)
        outcome = keep(session, DISPUTE, decision, asked, facts, found.row, act)
        if not decision.refused:
            line.disputed_at, line.dispute = now, text
            promised = act.today + timedelta(days=found.terms.review_days)
            said = Said(text, (), None, promised, outcome.ref, Party.CHANNEL)
            others = claim.turn_due_on  # what finance promised holds beside it
            _step(session, found, Verb.CLAIM_DISPUTE, None, said, act)
            claim.turn_due_on = others or promised
        return outcome


def lines_of(session: Session, claim: Claim) -> list[ClaimLine]:
    """The lines of a claim, by invoice."""
    query = select(ClaimLine).join(Invoice, Invoice.id == ClaimLine.invoice_id)
    mine = query.where(Invoice.claim_id == claim.id)
    return list(session.scalars(mine.order_by(Invoice.id, ClaimLine.id)))


def take_keys(session: Session, found: ClaimGround, asked: Sending) -> None:
    """Make the claim's invoices and files its own. Raises LostRace where another was a moment faster:
    looked at again, the rule finds whose they are.
    """
    free_keys(session, found.claim.id)
    invoices = sorted({key for bill in asked.bills for key in invoice_keys(bill)})
    hashes = sorted({paper.sha256 for paper in asked.papers})
    about = {"claim_id": found.claim.id}
    try:
        session.execute(insert(InvoiceKey), [{"key": key, **about} for key in invoices])
        session.execute(insert(FileKey), [{"sha256": sha, **about} for sha in hashes])
    except IntegrityError as error:
        raise LostRace("an invoice or a file is on another claim now") from error


def free_keys(session: Session, claim_id: int) -> None:
    """Let the invoices and files of a claim be claimed again."""
    for model in (InvoiceKey, FileKey):
        session.execute(delete(model).where(model.claim_id == claim_id))


def _step(
    session: Session, found: ClaimGround, verb: Verb, state: ClaimState | None, said: Said, act: Act
) -> None:
    take_step(
        *(session, found.row, verb, state),
        actor=act.actor,
        now=act.now,
        claim=found.claim,
        said=said,
    )
