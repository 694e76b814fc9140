"""Reading the questions: one cheap look at what holds and at the rows, then the library in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ScalarSelect, String, cast, func, select
from sqlalchemy.orm import Session

from portal.faq import library, revisions
from portal.faq.facts import ANSWER, PROMISE
from portal.faq.library import Held, Library
from portal.faq.models import FaqBlock, FaqEntry, FaqMiss, RuleText
from portal.faq.revisions import Holding
from portal.store.facts import GatedFact

LANGUAGES = ("es", "en")
CONTENT: tuple[type[Any], ...] = (FaqEntry, FaqBlock, RuleText)
Marks = tuple[Any, ...]
# How many dates' worth of questions a process keeps: one for today, a few for those who look around.
MOST_KEPT = 6


def _rows(model: type[Any]) -> tuple[ScalarSelect[Any], ...]:
    return (
        select(func.count()).select_from(model).scalar_subquery(),
        select(func.sum(model.revision)).scalar_subquery(),
        select(func.max(model.updated_at)).scalar_subquery(),
    )


def _periods(fact: GatedFact) -> ScalarSelect[Any]:
    """Everything the periods of a fact say, as one text: they are rewritten, so ids tell nothing."""
    model = fact.model
    line = getattr(model, fact.subject)
    for column in (model.revision_id, model.valid_from, model.valid_to, model.warrant_id):
        line = line + "/" + func.coalesce(cast(column, String), "")
    return select(func.aggregate_strings(line, " ")).scalar_subquery()


# Asked with every page, so it is put together once.
_MARKS = select(
    *(mark for model in CONTENT for mark in _rows(model)), _periods(ANSWER), _periods(PROMISE)
)


@dataclass(frozen=True)
class _Kept:
    """What one database said at these marks: its periods, and the libraries built so far."""

    marks: Marks
    holdings: Mapping[str, tuple[Holding, ...]]
    libraries: dict[tuple[date, ...], Library] = field(default_factory=dict)


# Replaced whole, so a reader in another thread sees the old one or the new one.
_kept: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()


def revision(session: Session) -> Marks:
    """A value that changes whenever a question, a promise or a rule does. One query."""
    return tuple(session.execute(_MARKS).one())


def current(session: Session, synonyms: Mapping[str, Sequence[Sequence[str]]], on: date) -> Library:
    """The library as it reads on `on`; built once for all dates on which the same texts hold."""
    bind, marks = session.get_bind(), revision(session)
    kept = _kept.get(bind)
    if kept is None or kept.marks != marks:
        kept = _kept[bind] = _Kept(marks, revisions.holdings(session))
    now = {name: revisions.on_date(periods, on) for name, periods in kept.holdings.items()}
    # Before its first period a text reads as in it, and is said not to be in force yet.
    key = tuple(each.holding.since if each.begun else date.min for each in now.values())
    found = kept.libraries.get(key)
    if found is None:
        found = _build(session, synonyms, now)
        while len(kept.libraries) >= MOST_KEPT:
            kept.libraries.pop(next(iter(kept.libraries)), None)
        kept.libraries[key] = found
    return found


def misses(session: Session, limit: int = 500, *, settled: bool = False) -> list[FaqMiss]:
    """The searches that found nothing and wait, or those dealt with; those asked most first."""
    off = FaqMiss.settled_at.is_not(None) if settled else FaqMiss.settled_at.is_(None)
    query = select(FaqMiss).where(off)
    order = (FaqMiss.count.desc(), FaqMiss.last_at.desc(), FaqMiss.lang, FaqMiss.query)
    return list(session.scalars(query.order_by(*order).limit(limit)))


def _build(
    session: Session,
    synonyms: Mapping[str, Sequence[Sequence[str]]],
    now: Mapping[str, revisions.Now],
) -> Library:
    said = revisions.texts(session, (each.holding.revision_id for each in now.values()))
    held = {name: Held(said[each.holding.revision_id], each) for name, each in now.items()}
    return library.build(
        session.scalars(select(FaqEntry).order_by(FaqEntry.position)).all(),
        held,
        session.scalars(select(RuleText).order_by(RuleText.position)).all(),
        LANGUAGES,
        synonyms,
    )
