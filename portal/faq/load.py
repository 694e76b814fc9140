"""What of the program pack becomes questions, promises and rules in plain words."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.faq.models import FaqBlock, FaqEntry, RuleText
from portal.store.pack import Document, Kind, Program
from portal.store.program import Loader


def load_blocks(
    session: Session, program: Program, documents: list[Document], now: datetime
) -> None:
    """Add the standing promises; `now` is wall time."""
    session.add_all(
        FaqBlock(id=block.id, position=block.position, text=block.body, updated_at=now)
        for block in documents
    )


def load_questions(
    session: Session, program: Program, documents: list[Document], now: datetime
) -> None:
    """Add the questions; the pack has checked what they refer to."""
    for document in documents:
        assert document.in_force_since is not None, "the pack refuses an answer without it"
        session.add(
            FaqEntry(
                id=document.id,
                position=document.position,
                slug=document.slug,
                former_slugs=[],
                question=document.title,
                answer=document.body,
                keywords={lang: list(words) for lang, words in document.keywords.items()},
                rules=list(document.rules),
                situation=document.situation,
                in_force_since=document.in_force_since,
                updated_at=now,
            )
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
