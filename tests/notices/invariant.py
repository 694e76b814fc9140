"""The invariant of N1 and N2 over all dated facts: whoever wrote, nothing that stood changed without a
served notice, or a correction that says it is one.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select

from portal.kernel.spans import Span, at
from portal.notices.gate import terms_of
from portal.notices.gate_rules import effect
from portal.notices.models import NoticeChange, NoticeEffect, NoticePartner, NoticeVersion
from portal.store.db import db
from portal.store.facts import DESKS, GATED, GatedFact, Warrant, WarrantKind
from portal.store.periods import spans_of

Timelines = dict[str, dict[Any, list[Span]]]


def timelines() -> Timelines:
    """Every period of every fact that changes only by notice."""
    db.session().rollback()
    return {name: spans_of(db.session(), fact, None) for name, fact in GATED.items()}


def strays(before: Timelines) -> list[str]:
    """What differs from `before` and stands on nothing that may change it, in words."""
    after, found = timelines(), []
    for name, fact in GATED.items():
        for key, old in before[name].items():
            new = after[name].get(key, [])
            for day, one, other in _differences(old, new):
                if fault := _fault(fact, key, day, one, other):
                    found.append(f"{name} of {key} on {day}: {one} -> {other}: {fault}")
    db.session().rollback()
    return found


def _differences(old: list[Span], new: list[Span]) -> Iterator[tuple[date, Span, Span | None]]:
    """Each first day from which something that stood reads otherwise."""
    for day in sorted({span.start for span in (*old, *new)}):
        one, other = at(old, day), at(new, day)
        if one is not None and (other is None or other.value != one.value):
            yield day, one, other


def _fault(fact: GatedFact, key: Any, day: date, one: Span, other: Span | None) -> str:
    """Why a difference is not allowed; nothing when it is."""
    session = db.session()
    if other is None:
        return "nothing stands there any more"
    warrant = session.get_one(Warrant, other.warrant)
    if warrant.kind is WarrantKind.CORRECTION:
        return "" if warrant.reason.strip() else "a correction without a reason"
    if warrant.kind is WarrantKind.NOTICE:
        return _unserved(fact, key, day, other)
    called_off = select(NoticeVersion.id).where(
        NoticeVersion.warrant_id == one.warrant, NoticeVersion.superseded_at.is_not(None)
    )
    return "" if session.scalar(called_off) else "no notice stands behind it"


def _unserved(fact: GatedFact, key: Any, day: date, span: Span) -> str:
    """What the notice behind a period lacks: the change itself, or somebody's proof, in time."""
    row = (
        db.session()
        .execute(
            select(NoticeVersion, NoticeChange.value, NoticeEffect.effect_on)
            .join(NoticeChange, NoticeChange.version_id == NoticeVersion.id)
            .join(NoticeEffect, NoticeEffect.change_id == NoticeChange.id)
            .where(
                NoticeVersion.warrant_id == span.warrant,
                NoticeChange.fact == fact.name,
                NoticeChange.subject == str(key),
            )
        )
        .one_or_none()
    )
    if row is None:
        return "the notice announces no such change"
    version, value, on = row
    if fact.stored(value["value"]) != span.value or day < on:
        return "the notice announces another value, or a later day"
    terms = terms_of(version)
    for partner in DESKS[fact.name].affected(db.session(), [key], on).get(key, ()):
        served = db.session().get(NoticePartner, (version.id, partner))
        if served is None or served.served_at is None:
            return f"partner {partner} was never served"
        if effect(terms, served.served_at).on > on:
            return f"partner {partner} was served too late for that day"
    return ""
