"""Which texts will read otherwise, and from when: what published notices announce of them."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy.orm import Session

from portal.faq.facts import ANSWER, PROMISE
from portal.faq.library import Question
from portal.store.announced import Announced, announced


def of_texts(session: Session, ids: Collection[str], on: date) -> dict[str, Announced]:
    """The next announced change of each of these questions and promises after `on`. Two queries."""
    found: dict[str, Announced] = {}
    for fact in (ANSWER, PROMISE):
        told = announced(session, fact, ids, on)
        found |= {str(key): change for key, change in told.items()}
    return found


def of_questions(
    session: Session, questions: Collection[Question], on: date
) -> dict[str, Announced | None]:
    """The next announced change of each answer: of its own text, or of a promise inside."""
    ids = {name for one in questions for name in (one.id, *one.promises)}
    found = of_texts(session, ids, on)
    return {one.id: _next(one, found) for one in questions}


def _next(question: Question, found: Mapping[str, Announced]) -> Announced | None:
    own = [found[name] for name in (question.id, *question.promises) if name in found]
    return min(own, key=lambda each: each.on, default=None)
