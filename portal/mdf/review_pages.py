"""What the page of a review shows: the request, whose it is, what is left, and what the rules say already."""

from dataclasses import dataclass
from datetime import date

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.decision import Reason
from portal.mdf import request_pages
from portal.mdf.answers import way_text
from portal.mdf.asking import asked_of
from portal.mdf.asking_rules import AskFacts
from portal.mdf.change_rules import Standing
from portal.mdf.changing import standing
from portal.mdf.ground import ground, names
from portal.mdf.models import FundRequest
from portal.mdf.nearest import nearest_yes as nearest_asks
from portal.mdf.review_facts import bound, review, spoken_to
from portal.mdf.review_rules import Review, alone, checks, nearest_yes
from portal.mdf.rules import RequestState
from portal.web.i18n import regional


@dataclass(frozen=True)
class ReviewPage:
    """A request as those who decide see it. `facts` is None while it waits for no decision, `change`
    while it is not approved; `against` stands against any yes, `nearest` is the largest amount the
    reader may approve with nobody else. `language`: in which the company is spoken to; `instead` what
    would be accepted of it, in that language.
    """

    page: request_pages.RequestPage
    language: str
    facts: Review | None = None
    change: Standing | None = None
    against: tuple[Reason, ...] = ()
    nearest: int | None = None
    alone: int | None = None
    instead: str = ""


def one(session: Session, actor: Actor, ref: str, on: date) -> ReviewPage | None:
    """The review of a request on `on`; None when the actor does not see it."""
    page = request_pages.one(session, actor, ref)
    if page is None:
        return None
    row = page.row
    language = session.scalars(select(spoken_to()).where(FundRequest.id == row.id)).one()
    it = bound(session, row)
    if it is None or row.state not in (RequestState.SUBMITTED, RequestState.APPROVED):
        return ReviewPage(page, language)
    if row.state is RequestState.APPROVED:
        return ReviewPage(page, language, change=standing(session, it, actor, on))
    facts = review(session, it, actor, on)
    return ReviewPage(
        page,
        language,
        facts=facts,
        against=checks(facts),
        nearest=nearest_yes(facts),
        alone=alone(facts.by, facts.manager_limit),
        instead=_instead(session, row, on, language),
    )


def _instead(session: Session, row: FundRequest, on: date, language: str) -> str:
    """What of the registry's funds would be accepted instead, as its company reads it; or nothing."""
    found = ground(session, row.partner_id, on, registry_id=row.registry_id, row=row)
    ways = nearest_asks(asked_of(session, row, on), AskFacts(found.funds))
    with force_locale(regional(language, "")):
        return way_text(ways[0], names(found, language)) if ways else ""
