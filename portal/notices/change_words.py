"""Typed changes as their author reads them: what holds today, what shall hold, word for word, in
every language; and what somebody typed for one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.decision import JSON
from portal.kernel.localized import Localized
from portal.notices import changes as typed
from portal.notices.changes import Change
from portal.store.facts import DESKS, GATED, Desk, GatedFact, Key, Subject, Words
from portal.web.compare import Piece, compare
from portal.web.fact_words import fact_words, in_words

NEAREST = 20


@dataclass(frozen=True)
class Side:
    """A change in one language ("" where every language says the same)."""

    language: str
    before: str
    after: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Shown:
    """A change in words. `affected` are the companies it touches, `shared` that it touches all at
    once; `detail` tells two subjects of the same name apart.
    """

    id: int
    fact: GatedFact
    key: Key
    called: str
    subject: str
    detail: str
    sides: tuple[Side, ...]
    affected: frozenset[int]

    def of(self, language: str) -> Side:
        """The change in a language."""
        return next(side for side in self.sides if side.language in ("", language))


def shown(
    session: Session,
    changes: Sequence[Change],
    today: date,
    affected: Mapping[int, Collection[int]],
    language: str,
    languages: Sequence[str],
) -> list[Shown]:
    """Changes beside what holds on `today`, in their order; names in `language`. Three looks a fact."""
    named = typed.subjects(session, changes)
    sides: dict[int, tuple[Side, ...]] = {}
    for name, group in typed.by_fact(changes).items():
        stands = typed.standing(session, GATED[name], [each.key for each in group], today)
        said = typed.said(
            session,
            GATED[name],
            [value for each in group for value in (stands.get(each.key), each.value)],
        )
        for place, each in enumerate(group):
            before: Words = said[2 * place] if each.key in stands else ""
            sides[each.id] = _sides(before, said[2 * place + 1], languages)
    found = []
    for each in changes:
        subject = named.get(each.id)
        found.append(
            Shown(
                *(each.id, each.fact, each.key, fact_words(each.fact.name)),
                in_words(subject.label, language) if subject else "",
                in_words(subject.detail, language) if subject else "",
                sides[each.id],
                frozenset(affected.get(each.id, ())),
            )
        )
    return found


def _sides(before: Words, after: Words, languages: Sequence[str]) -> tuple[Side, ...]:
    localized = isinstance(before, Localized) or isinstance(after, Localized)
    found = []
    for code in languages if localized else ("",):
        old, new = in_words(before, code), in_words(after, code)
        found.append(Side(code, old, new, tuple(compare(old, new))))
    return tuple(found)


@dataclass(frozen=True)
class Asked:
    """One subject of a fact, the value it has, and how another one is given: chosen from `choices`,
    or typed (in each language, where the fact has its text in each).
    """

    fact: GatedFact
    key: Key
    called: str
    subject: str
    detail: str
    now: tuple[tuple[str, str], ...]
    choices: tuple[tuple[str, str], ...] | None
    languages: tuple[str, ...]
    topic: str

    def typed(self, form: Mapping[str, str]) -> dict[str, str]:
        """What a form says of it, by language ("" where the fact has none)."""
        if self.fact.localized and self.choices is None:
            return {code: form.get(f"value_{code}", "") for code in self.languages}
        return {"": form.get("value", "")}


def asked(
    session: Session,
    actor: Actor,
    fact: str,
    subject: str,
    today: date,
    language: str,
    languages: Sequence[str],
) -> Asked | None:
    """A fact's subject as a form asks for its new value; None when there is no such that `actor` may
    change.
    """
    if fact not in DESKS:
        return None
    declared, desk = GATED[fact], DESKS[fact]
    try:
        key = declared.key(subject)
    except ValueError:
        return None
    named = desk.named(session, [key]).get(key)
    if named is None or not _may_change(session, actor, desk, named):
        return None
    stands = typed.standing(session, declared, [key], today)
    words = typed.said(session, declared, [stands[key]])[0] if key in stands else ""
    now = (
        tuple((code, words.get(code, "")) for code in languages)
        if isinstance(words, Localized)
        else (("", words),)
    )
    offered = desk.choices(session, key)
    choices = (
        None
        if offered is None
        else tuple((_text(value), in_words(said, language)) for value, said in offered)
    )
    return Asked(
        fact=declared,
        key=key,
        called=fact_words(fact),
        subject=in_words(named.label, language),
        detail=in_words(named.detail, language),
        now=now,
        choices=choices,
        languages=tuple(languages),
        topic=declared.topic,
    )


def _may_change(session: Session, actor: Actor, desk: Desk, subject: Subject) -> bool:
    """Whether it is the own registry's or nobody's, or else found by the actor."""
    if subject.registry_id in (None, actor.registry_id):
        return True
    words = subject.label if isinstance(subject.label, str) else subject.label.pick(actor.language)
    return any(one.key == subject.key for one in desk.find(session, actor, words, NEAREST))


def _text(value: JSON) -> str:
    return "" if value is None else str(value)
