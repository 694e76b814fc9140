"""What the review of a claim stands on, as it is now: its lines and documents, who decides, who has."""

from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.mdf.book import held
from portal.mdf.claim_facts import (
    ClaimGround,
    claimed_already,
    grant_of,
    sending_of,
    used_already,
)
from portal.mdf.claim_facts import bills_of as bills
from portal.mdf.claim_models import Claim, ClaimLine, Document
from portal.mdf.claim_review_rules import ClaimCase, ClaimReview, Shown
from portal.mdf.models import TimelineStep
from portal.mdf.review_facts import reviewer
from portal.mdf.review_rules import Reviewer, Yes
from portal.mdf.rules import ClaimState, Party
from portal.mdf.settling_rules import SettleFacts
from portal.mdf.transitions import Verb
from portal.store.files import File

DECIDES = (Verb.CLAIM_APPROVE, Verb.CLAIM_REJECT, Verb.CLAIM_ENDORSE)


@dataclass(frozen=True)
class Yeses:
    """Who said yes to a claim since it was sent: others, and oneself."""

    others: tuple[Yes, ...]
    own: bool


def claim_review(session: Session, found: ClaimGround, actor: Actor) -> ClaimReview:
    """All that a verdict and an approval stand on, read without a lock. Six queries."""
    claim, said = found.claim, yeses(session, found.claim, actor)
    return ClaimReview(
        state=claim.state,
        by=decider(session, found, actor),
        bills=bills(session, claim.id),
        grant=grant_of(found, held(session, found.fund, found.row).reserved),
        documents=tuple(
            Shown(one.id, one.proof, one.verdict) for one in documents_of(session, claim)
        ),
        proofs=tuple(each["code"] for each in found.activity.proofs if each["needed"]),
        manager_limit=found.terms.manager_limit,
        yeses=said.others,
        yes=said.own,
    )


def claim_case(session: Session, found: ClaimGround, actor: Actor) -> ClaimCase:
    """What a question or a no stands on. Four queries."""
    return ClaimCase(found.claim.state, decider(session, found, actor), names_of(session, found))


def names_of(session: Session, found: ClaimGround) -> tuple[str, ...]:
    """What of a claim a question may name: its invoices, lines, documents and proofs, its outcome."""
    claim = found.claim
    names = [f"document:{one.id}" for one in documents_of(session, claim)]
    for bill in bills(session, claim.id):
        names += [f"invoice:{bill.id}", *(f"line:{line.id}" for line in bill.lines)]
    names += [f"proof:{each['code']}" for each in found.activity.proofs]
    return (*names, "outcome")


def settle_facts(
    session: Session, found: ClaimGround, line: ClaimLine, actor: Actor
) -> SettleFacts:
    """What a second look at `line` stands on. Five queries, two more of a rejected claim."""
    claim = found.claim
    approved = claim.approved or 0
    decided = exists().where(
        TimelineStep.claim_id == claim.id,
        TimelineStep.verb.in_(DECIDES),
        TimelineStep.person_id == actor.person_id,
    )
    invoices: dict[str, str | None] = {}
    files: dict[str, str | None] = {}
    if claim.state is ClaimState.REJECTED:
        sent = sending_of(session, claim)
        others = claimed_already(session, claim, sent.bills)
        invoices = {one.number: others[str(one.id)] for one in sent.bills if str(one.id) in others}
        used = used_already(session, claim, sent.papers)
        files = {one.name: used[one.sha256] for one in sent.papers if one.sha256 in used}
    return SettleFacts(
        state=claim.state,
        by=decider(session, found, actor),
        decided=bool(session.scalar(select(decided))),
        disputed=line.disputed_at is not None and line.settled_at is None,
        bills=bills(session, claim.id),
        grant=grant_of(found, held(session, found.fund, found.row).reserved + approved),
        approved=approved,
        manager_limit=found.terms.manager_limit,
        invoices=invoices,
        files=files,
    )


def decider(session: Session, found: ClaimGround, actor: Actor) -> Reviewer:
    """Who decides, as far as the request of this claim is concerned. One query."""
    return reviewer(session, found.row, found.fund.currency, actor)


def yeses(session: Session, claim: Claim, actor: Actor) -> Yeses:
    """Who said yes to the claim since it was sent last. One query."""
    mine = TimelineStep.claim_id == claim.id
    sent = select(func.max(TimelineStep.id)).where(mine, TimelineStep.verb == Verb.CLAIM_SUBMIT)
    query = select(TimelineStep.person_id, TimelineStep.amount, TimelineStep.party).where(
        mine,
        TimelineStep.verb == Verb.CLAIM_ENDORSE,
        TimelineStep.id > func.coalesce(sent.scalar_subquery(), 0),
    )
    rows = session.execute(query.order_by(TimelineStep.id)).all()
    others = (row for row in rows if row.person_id != actor.person_id)
    return Yeses(
        tuple(Yes(row.amount, row.party == Party.LEAD.value) for row in others),
        any(row.person_id == actor.person_id for row in rows),
    )


def round_of(session: Session, claim: Claim) -> int:
    """How often a claim was sent. One query."""
    sent = select(func.count()).where(
        TimelineStep.claim_id == claim.id, TimelineStep.verb == Verb.CLAIM_SUBMIT
    )
    return session.scalar(sent) or 0


def documents_of(session: Session, claim: Claim) -> list[Document]:
    """The documents of a claim whose files are there, in the order they came. One query."""
    query = select(Document).join(File, File.id == Document.file_id)
    there = query.where(Document.claim_id == claim.id, File.removed_at.is_(None))
    return list(session.scalars(there.order_by(Document.id)))
