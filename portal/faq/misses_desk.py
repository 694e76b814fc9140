"""What editors do about a search that found nothing. `now` is the program's moment."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.faq import drafts
from portal.faq.editing import NEW
from portal.faq.misses import normalised
from portal.faq.models import FaqEntry, FaqMiss
from portal.faq.rules import MOST_KEYWORDS
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.store.db import atomic, retrying
from portal.store.events import emit


@retrying
def settle(lang: str, query: str, *, actor: Actor, now: datetime) -> bool:
    """Say that nothing more is to be done about a search; false for one that nobody made."""
    with atomic() as session:
        if not _settle(session, lang, query, now):
            return False
        _tell(session, actor, "faq.search_settled", {})
    return True


@retrying
def as_keyword(text_id: str, lang: str, word: str, *, actor: Actor, now: datetime) -> bool:
    """Let search find a question by `word`, and take that search off the queue.

    False when the question has as many words as it can have. It says nothing to readers, so it
    changes at once.
    """
    with atomic() as session:
        drafts.lock(session, NEW)
        entry = session.get_one(FaqEntry, text_id)
        words = list(entry.keywords.get(lang, ()))
        if word not in words:
            if len(words) >= MOST_KEYWORDS:
                return False
            entry.keywords = {**entry.keywords, lang: [*words, word]}
            entry.revision += 1
            entry.updated_at = clock.wall()
        _settle(session, lang, normalised(word) or "", now)
        _tell(session, actor, "faq.arranged", {"text": text_id})
    return True


def _settle(session: Session, lang: str, query: str, now: datetime) -> bool:
    found = session.execute(
        update(FaqMiss)
        .where(FaqMiss.lang == lang, FaqMiss.query == query)
        .values(settled_at=now)
        .returning(FaqMiss.lang)
    )
    return found.first() is not None


def _tell(session: Session, actor: Actor, verb: str, payload: dict[str, str]) -> None:
    emit(
        *(session, "faq:search", verb),
        actor=actor,
        at=clock.wall(),
        registry_id=actor.registry_id,
        payload=payload,
    )
