"""What of the program pack becomes questions, promises and rules in plain words.

A text of the pack is the first revision of what is new; one that changed in the pack changes nothing
here (N1): the load reports it.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.faq import revisions
from portal.faq.facts import ANSWER, PROMISE
from portal.faq.models import FaqBlock, FaqEntry, RuleText
from portal.faq.rules import Text
from portal.kernel import clock
from portal.kernel.access import SYSTEM
from portal.store.facts import GatedFact, WarrantKind, warrant
from portal.store.pack import Document, Kind, Program
from portal.store.program import Loader

ORIGIN = "program pack"


def load_blocks(
    session: Session, program: Program, documents: list[Document], now: datetime
) -> None:
    """Add the standing promises; `now` is wall time."""
    session.add_all(
        FaqBlock(id=one.id, position=one.position, claims=list(one.claims), updated_at=now)
        for one in documents
    )
    session.flush()
    _begin(session, PROMISE, documents, now)


def load_questions(
    session: Session, program: Program, documents: list[Document], now: datetime
) -> None:
    """Add the questions; the pack has checked what they refer to. One whose place is taken by a
    question that was written here comes after all the others.
    """
    taken = set(session.scalars(select(FaqEntry.position)))
    for document in documents:
        place = max(taken) + 1 if document.position in taken else document.position
        taken.add(place)
        session.add(
            FaqEntry(
                id=document.id,
                position=place,
                slug=document.slug,
                former_slugs=[],
                keywords={lang: list(words) for lang, words in document.keywords.items()},
                rules=list(document.rules),
                situation=document.situation,
                claims=list(document.claims),
                updated_at=now,
            )
        )
    session.flush()
    _begin(session, ANSWER, documents, now)


def _begin(session: Session, fact: GatedFact, documents: list[Document], now: datetime) -> None:
    origin = warrant(session, WarrantKind.ORIGIN, reason=ORIGIN, actor=SYSTEM, at=now)
    for document in documents:
        assert document.in_force_since is not None, "the pack refuses a text without it"
        title = document.title if fact is ANSWER else revisions.EMPTY
        revisions.start(
            *(session, fact, document.id, Text(title, document.body)),
            on=document.in_force_since,
            warrant_id=origin.id,
            actor=SYSTEM,
            now=clock.business(),
        )


def load_rules(
    session: Session, program: Program, documents: list[Document], now: datetime
) -> None:
    """Add the rules in plain words, each with the questions it stands behind."""
    session.add_all(
        RuleText(
            id=rule.id,
            position=rule.position,
            title=rule.title,
            text=rule.body,
            questions=list(rule.faq),
            updated_at=now,
        )
        for rule in documents
    )


LOADERS: dict[str, Loader] = {
    Kind.BLOCK: load_blocks,
    Kind.FAQ: load_questions,
    Kind.RULE: load_rules,
}
