"""Reading the questions: one cheap look at the content's revision, then the library in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from portal.faq import library
from portal.faq.library import Library
from portal.faq.models import FaqBlock, FaqEntry, FaqMiss, RuleText

LANGUAGES = ("es", "en")
CONTENT: tuple[type[Any], ...] = (FaqEntry, FaqBlock, RuleText)
Revision = tuple[int | datetime | None, ...]


def _marks(model: type[Any]) -> tuple[ScalarSelect[Any], ...]:
    return (
        select(func.count()).select_from(model).scalar_subquery(),
        select(func.sum(model.revision)).scalar_subquery(),
        select(func.max(model.updated_at)).scalar_subquery(),
    )


# Asked with every page, so it is put together once.
_REVISION = select(*(mark for model in CONTENT for mark in _marks(model)))
# Per database this process reads: the last library built, and of which revision it is. Replaced
# whole, so a reader in another thread sees the old one or the new one.
_kept: WeakKeyDictionary[Any, tuple[Revision, Library]] = WeakKeyDictionary()


def revision(session: Session) -> Revision:
    """A value that changes whenever a question, a promise or a rule does. One query."""
    return tuple(session.execute(_REVISION).one())


def current(session: Session, synonyms: Mapping[str, Sequence[Sequence[str]]]) -> Library:
    """The library of the content as it stands; built only when the content has changed."""
    bind, now = session.get_bind(), revision(session)
    kept = _kept.get(bind)
    if kept is None or kept[0] != now:
        kept = _kept[bind] = (now, _build(session, synonyms))
    return kept[1]


def misses(session: Session, limit: int = 500) -> list[FaqMiss]:
    """The searches that found nothing, those asked most first."""
    order = (FaqMiss.count.desc(), FaqMiss.last_at.desc(), FaqMiss.lang, FaqMiss.query)
    return list(session.scalars(select(FaqMiss).order_by(*order).limit(limit)))


def _build(session: Session, synonyms: Mapping[str, Sequence[Sequence[str]]]) -> Library:
    return library.build(
        session.scalars(select(FaqEntry).order_by(FaqEntry.position)).all(),
        session.scalars(select(FaqBlock).order_by(FaqBlock.position)).all(),
        session.scalars(select(RuleText).order_by(RuleText.position)).all(),
        LANGUAGES,
        synonyms,
    )
