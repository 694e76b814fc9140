"""The typed changes of a version beside what stands: facts are learnt from their declarations alone."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.kernel.decision import JSON
from portal.kernel.spans import at
from portal.notices.models import Notice, NoticeChange, NoticeEffect, NoticeVersion
from portal.notices.rules import ChangeFacts, Overlap
from portal.registry.models import Registry
from portal.store.facts import DESKS, GATED, GatedFact, Key, Subject, Words
from portal.store.periods import spans_of


@dataclass(frozen=True)
class Change:
    """A typed change of a version, as a value."""

    id: int
    fact: GatedFact
    key: Key
    value: JSON
    before: JSON


def of_version(session: Session, version_id: int) -> list[Change]:
    """The changes of a version, in the order they were added."""
    query = select(NoticeChange).where(NoticeChange.version_id == version_id)
    rows = session.scalars(query.order_by(NoticeChange.id))
    return [_change(row) for row in rows]


def by_ids(session: Session, ids: Collection[int]) -> list[Change]:
    """These changes, the oldest first."""
    query = select(NoticeChange).where(NoticeChange.id.in_(ids)).order_by(NoticeChange.id)
    return [_change(row) for row in session.scalars(query)]


def unwritten(session: Session, version_id: int, partners: Collection[int] | None) -> list[Change]:
    """The changes that have not been given a day yet; with `partners`, those that touch one of them
    or no single company.
    """
    query = (
        select(NoticeChange)
        .outerjoin(NoticeEffect, NoticeEffect.change_id == NoticeChange.id)
        .where(NoticeChange.version_id == version_id, NoticeEffect.change_id.is_(None))
    )
    if partners is not None:
        whose = NoticeChange.partner_id
        query = query.where(or_(whose.is_(None), whose.in_(partners)))
    return [_change(row) for row in session.scalars(query.order_by(NoticeChange.id))]


def _change(row: NoticeChange) -> Change:
    fact = GATED[row.fact]
    key = fact.key(row.subject)
    return Change(row.id, fact, key, row.value["value"], row.before.get("value"))


def by_fact(changes: Iterable[Change]) -> dict[str, list[Change]]:
    """Changes by the name of their fact."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.fact.name, []).append(change)
    return found


def affected(session: Session, changes: Iterable[Change], on: date) -> dict[int, frozenset[int]]:
    """The companies each change touches on `on`, by its id. One look per fact."""
    found: dict[int, frozenset[int]] = {}
    for name, group in by_fact(changes).items():
        touched = DESKS[name].affected(session, [change.key for change in group], on)
        for change in group:
            found[change.id] = frozenset(touched.get(change.key, ()))
    return found


def subjects(session: Session, changes: Iterable[Change]) -> dict[int, Subject]:
    """What each change is about, by its id; one that is gone is missing."""
    found: dict[int, Subject] = {}
    for name, group in by_fact(changes).items():
        named = DESKS[name].named(session, [change.key for change in group])
        found |= {change.id: named[change.key] for change in group if change.key in named}
    return found


def standing(session: Session, fact: GatedFact, keys: Collection[Key], on: date) -> dict[Key, JSON]:
    """What each subject's value is on `on`; one without any is missing."""
    found = {}
    for key, spans in spans_of(session, fact, keys).items():
        holding = at(spans, on)
        if holding is not None:
            found[key] = fact.plain(holding.value)
    return found


def said(session: Session, fact: GatedFact, values: Collection[JSON]) -> list[Words]:
    """Values in words."""
    return list(DESKS[fact.name].said(session, values))


def facts_of(
    session: Session, changes: list[Change], on: date, carried: Collection[tuple[str, Key]] = ()
) -> tuple[ChangeFacts, ...]:
    """The changes as the rule reads them; `carried` stood in the version before and may be in effect."""
    named = subjects(session, changes)
    registries = {row.id: row.slug for row in session.execute(select(Registry.id, Registry.slug))}
    stands: dict[tuple[str, Key], JSON] = {}
    for name, group in by_fact(changes).items():
        held = standing(session, GATED[name], [change.key for change in group], on)
        stands |= {(name, key): value for key, value in held.items()}
    found = []
    for change in changes:
        subject, place = named.get(change.id), (change.fact.name, change.key)
        same = place not in carried and place in stands and stands[place] == change.value
        label = _plain(subject.label) if subject else ""
        registry = registries.get(subject.registry_id or 0) if subject else None
        found.append(
            ChangeFacts(
                *(change.fact.name, str(change.key), label, registry),
                known=subject is not None,
                same=same,
            )
        )
    return tuple(found)


def _plain(words: Words) -> str:
    return words if isinstance(words, str) else next(iter(words.values()), "")


def overlaps(
    session: Session, notice_id: int, changes: Iterable[Change], today: date
) -> tuple[Overlap, ...]:
    """Other published notices, not yet in effect, that change the same things, by date."""
    wanted = {(change.fact.name, str(change.key)) for change in changes}
    if not wanted:
        return ()
    query = (
        select(Notice.ref, NoticeVersion.effective_on, NoticeChange.fact, NoticeChange.subject)
        .join(NoticeVersion, NoticeVersion.id == NoticeChange.version_id)
        .join(Notice, Notice.id == NoticeVersion.notice_id)
        .outerjoin(NoticeEffect, NoticeEffect.change_id == NoticeChange.id)
        .where(
            Notice.id != notice_id,
            NoticeVersion.published_at.is_not(None),
            NoticeVersion.superseded_at.is_(None),
            NoticeChange.fact.in_({fact for fact, _ in wanted}),
            (NoticeEffect.effect_on.is_(None)) | (NoticeEffect.effect_on > today),
        )
    )
    found: Mapping[str, Any] = {
        row.ref: row.effective_on
        for row in session.execute(query)
        if (row.fact, row.subject) in wanted
    }
    return tuple(Overlap(ref, on) for ref, on in sorted(found.items(), key=lambda o: (o[1], o[0])))
