"""What the page of a claim's review shows: the claim, what a yes would come to, what a question may name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.decision import Decision
from portal.mdf import claim_pages
from portal.mdf.claim_models import ClaimLine, Document
from portal.mdf.claim_pages import Billed, ClaimPage, LineShown
from portal.mdf.claim_review_facts import claim_review, names_of, settle_facts
from portal.mdf.claim_review_rules import (
    ClaimApproved,
    ClaimReview,
    ClaimYes,
    may_approve_claim,
    wrong_now,
)
from portal.mdf.claim_rules import approvable
from portal.mdf.models import FundRequest
from portal.mdf.review_facts import spoken_to
from portal.mdf.rules import ClaimState
from portal.mdf.settling_rules import SettleFacts
from portal.mdf.transitions import Verb


@dataclass(frozen=True)
class Dispute:
    """A disputed line that waits for its second look, and what that stands on."""

    billed: Billed
    line: LineShown
    facts: SettleFacts


@dataclass(frozen=True)
class ReviewPage:
    """A claim to decide on. `answer` is what a yes to its sum would be told now, `checks` what stands
    against any verdict of this reader; `language` is that in which the company is spoken to.
    """

    page: ClaimPage
    facts: ClaimReview
    answer: Decision[ClaimApproved]
    names: tuple[str, ...]
    language: str
    dispute: Dispute | None

    @property
    def amount(self) -> int:
        """What was accepted comes to so much."""
        return approvable(self.facts.bills, self.facts.grant).amount

    @property
    def open(self) -> bool:
        """Whether the reader may say anything of it now."""
        waits = self.facts.state is ClaimState.SUBMITTED
        return waits and not wrong_now(Verb.CLAIM_APPROVE, self.facts.state, self.facts.by)

    @property
    def unanswered(self) -> bool:
        """Whether the company was asked, and the reader may reject what it does not answer."""
        asked = self.facts.state is ClaimState.NEEDS_INFO
        return asked and not wrong_now(Verb.CLAIM_REJECT, self.facts.state, self.facts.by)

    @property
    def documents(self) -> list[Document]:
        """The documents, of proofs and of invoices."""
        owed = [doc.row for each in self.page.owed for doc in each.docs]
        return owed + [doc.row for billed in self.page.billed for doc in billed.docs]

    @property
    def lines(self) -> list[tuple[ClaimLine, str]]:
        """The lines, each with the currency of its invoice."""
        return [
            (line.row, billed.row.currency) for billed in self.page.billed for line in billed.lines
        ]


def one(session: Session, actor: Actor, ref: str, now: datetime) -> ReviewPage:
    """The claim `ref` to be reviewed. Raises Unseen."""
    page = claim_pages.one(session, actor, ref, now)
    facts = claim_review(session, page.ground, actor)
    total = approvable(facts.bills, facts.grant)
    answer = may_approve_claim(ClaimYes(page.ground.claim.ref, total.amount), facts)
    spoken = select(spoken_to()).where(FundRequest.id == page.ground.row.id)
    return ReviewPage(
        page,
        facts,
        answer,
        names_of(session, page.ground),
        session.scalars(spoken).one(),
        _dispute(session, page, actor),
    )


def _dispute(session: Session, page: ClaimPage, actor: Actor) -> Dispute | None:
    for billed in page.billed:
        for line in billed.lines:
            if line.row.disputed_at is not None and line.row.settled_at is None:
                facts = settle_facts(session, page.ground, line.row, actor)
                return Dispute(billed, line, facts)
    return None
