"""Whether what the questions promise still holds for a company: each standing promise and each answer,
with the notices that changed what it says stays (P2). As of one day, and the same ever after: nothing
takes effect on a day that is past.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.faq import revisions
from portal.faq.facts import ANSWER, PROMISE
from portal.faq.library import Library, Question
from portal.faq.models import FaqBlock
from portal.kernel.access import Actor
from portal.kernel.localized import Localized
from portal.notices import outlook
from portal.notices.outlook import Line, Outlook
from portal.web import richtext


@dataclass(frozen=True)
class Promise:
    """One promise as it stands for a company: what changed of it, and what is announced.

    `slug` is the address of the question; a standing promise has none.
    """

    id: str
    text: Localized
    slug: Localized | None
    changed: tuple[Line, ...]
    coming: tuple[Line, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing has changed of what it says stays."""
        return not self.changed


def load(
    session: Session, actor: Actor, library: Library, on: date, lang: str
) -> tuple[Promise, ...]:
    """The standing promises and the questions in their order, for the actor's company on `on`."""
    found = outlook.load(session, actor, on, lang)

    def promise(
        identifier: str, text: Localized, slug: Localized | None, claims: Iterable[str]
    ) -> Promise:
        changed, coming = _about(found, identifier, frozenset(claims))
        return Promise(identifier, text, slug, changed, coming)

    blocks = session.scalars(select(FaqBlock).order_by(FaqBlock.position)).all()
    texts = _texts(session, on)
    standing = [promise(one.id, texts[one.id], None, one.claims) for one in blocks]
    asked = [promise(one.id, one.question, one.slug, one.claims) for one in library.questions]
    return (*standing, *asked)


def of_question(
    session: Session, actor: Actor, question: Question, on: date, lang: str
) -> Promise | None:
    """What changed and what is announced of what one answer says; None for who has no company."""
    if actor.partner_id is None:
        return None
    found = outlook.load(session, actor, on, lang)
    changed, coming = _about(found, question.id, question.claims)
    return Promise(question.id, question.question, question.slug, changed, coming)


def _about(
    found: Outlook, identifier: str, claims: frozenset[str]
) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Of what changed and of what is announced: the lines about a text, or about what it claims."""

    def is_about(line: Line) -> bool:
        own = line.told.name in (ANSWER.name, PROMISE.name) and line.told.key == identifier
        return own or line.told.name in claims

    return tuple(filter(is_about, found.held)), tuple(filter(is_about, found.coming))


def _texts(session: Session, on: date) -> dict[str, Localized]:
    """The first paragraph of each standing promise as it reads on `on`."""
    holding = {
        name: revisions.on_date(periods, on).holding.revision_id
        for name, periods in revisions.holdings(session).items()
    }
    rows = revisions.texts(session, holding.values())
    return {
        name: Localized(
            {
                lang: richtext.opening(richtext.to_html(text))
                for lang, text in rows[revision].answer.items()
            }
        )
        for name, revision in holding.items()
    }
