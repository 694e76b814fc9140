"""All questions as they read on a date, rendered and searchable: an immutable value.

It is the same on all dates on which the same texts hold, so a page costs no rendering.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property

from portal.faq import render
from portal.faq.models import FaqEntry, FaqRevision, RuleText
from portal.faq.revisions import Now
from portal.faq.rules import EMBED
from portal.kernel import clock
from portal.kernel.localized import Localized
from portal.web import richtext
from portal.web.search import Entry, Hit, Index, Results

MOST_HITS = 10
_NUMBER = re.compile(r"\s*(?:([a-z]{1,3})\s*)?(?:-\s*)?0*(\d{1,4})\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """One question, its answer as HTML and as words, in each language.

    `opening` is the answer's first paragraph; `claims` are the dated facts of which it says that they stay; `promises` are the standing promises inside it, and
    `revision_id` its own text without them. The dates are those of the whole: since when it reads as
    it does (`updated_at`: the moment).
    """

    id: str
    position: int
    slug: Localized
    former_slugs: tuple[str, ...]
    question: Localized
    html: Localized
    text: Localized
    opening: Localized
    keywords: Mapping[str, Sequence[str]]
    rules: tuple[str, ...]
    situation: str
    claims: frozenset[str]
    promises: tuple[str, ...]
    revision_id: int
    in_force_since: date
    updated_at: datetime

    def entry(self, lang: str) -> Entry:
        """What the search of one language reads of it."""
        words = tuple(self.keywords.get(lang, ()))
        return Entry(self.id, self.question.pick(lang), self.text.pick(lang), words)


@dataclass(frozen=True)
class Rule:
    """A rule in plain words, as HTML."""

    id: str
    title: Localized
    html: Localized
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Library:
    """The questions in their order, the rules in theirs, and a search index per language."""

    questions: tuple[Question, ...]
    rules: tuple[Rule, ...]
    indexes: Mapping[str, Index]

    @cached_property
    def _by_id(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}

    @cached_property
    def _by_slug(self) -> dict[str, Question]:
        former = {slug: one for one in self.questions for slug in one.former_slugs}
        return former | {slug: one for one in self.questions for slug in one.slug.values()}

    @cached_property
    def rule(self) -> dict[str, Rule]:
        """The rules by id."""
        return {rule.id: rule for rule in self.rules}

    def get(self, identifier: str) -> Question | None:
        """The question of that id, in any case ("q5")."""
        return self._by_id.get(identifier.upper())

    def addressed(self, slug: str) -> Question | None:
        """The question at that address: its slug in any language, a former one, or its id."""
        return self._by_slug.get(slug) or self._by_slug.get(slug.lower()) or self.get(slug)

    def neighbours(self, question: Question) -> tuple[Question | None, Question | None]:
        """The questions before and after `question`."""
        at = self.questions.index(question)
        before = self.questions[at - 1] if at else None
        return before, next(iter(self.questions[at + 1 :]), None)

    def search(self, q: str, lang: str, limit: int = MOST_HITS) -> Results:
        """The questions that answer `q`, best first. An id ("Q5", "R3", "5") finds what it names."""
        named = self._named(q)
        if not named:
            return self.indexes[lang].search(q, limit)
        hits = (
            Hit(
                one.id,
                1.0,
                ((one.question.pick(lang), False),),
                ((one.opening.pick(lang), False),),
            )
            for one in named[:limit]
        )
        return Results(tuple(hits))

    def _named(self, q: str) -> list[Question]:
        written = _NUMBER.fullmatch(q)
        if not written:
            return []
        letters, number = (written[1] or "").upper(), written[2]
        if not letters:
            return [one for one in self.questions if one.position == int(number)]
        if found := self.get(letters + number):
            return [found]
        rule = self.rule.get(letters + number)
        ids = rule.questions if rule else ()
        return [found for one in ids if (found := self.get(one))]


@dataclass(frozen=True)
class Held:
    """A text that holds, and what its periods say of it."""

    text: FaqRevision
    now: Now

    @property
    def changed_at(self) -> datetime:
        """The moment from which it reads as it does."""
        start = datetime.combine(self.now.holding.since, time(), clock.zone())
        return max(self.text.made_at, start) if self.now.begun else self.text.made_at


def build(
    entries: Iterable[FaqEntry],
    held: Mapping[str, Held],
    rules: Iterable[RuleText],
    languages: Iterable[str],
    synonyms: Mapping[str, Sequence[Sequence[str]]],
) -> Library:
    """The library of these rows; `held` has the text of every question and every promise.

    Raises KeyError when an answer includes a promise there is not.
    """
    questions = tuple(_question(entry, held) for entry in entries)
    return Library(
        questions,
        tuple(
            Rule(rule.id, rule.title, _each(rule.text, richtext.to_html), tuple(rule.questions))
            for rule in rules
        ),
        {
            lang: Index.build((one.entry(lang) for one in questions), lang, synonyms.get(lang, ()))
            for lang in languages
        },
    )


def _question(entry: FaqEntry, held: Mapping[str, Held]) -> Question:
    own = held[entry.id]
    answer = own.text.answer
    inside = sorted({name for text in answer.values() for name in EMBED.findall(text)})
    whole = render.whole(answer, {name: held[name].text.answer for name in inside})
    parts = [own, *(held[name] for name in inside)]
    html = _each(whole, richtext.to_html)
    return Question(
        id=entry.id,
        position=entry.position,
        slug=entry.slug,
        former_slugs=tuple(entry.former_slugs),
        question=own.text.question,
        html=html,
        text=_each(html, richtext.to_text),
        opening=_each(html, richtext.opening),
        keywords=entry.keywords,
        rules=tuple(entry.rules),
        situation=entry.situation,
        claims=frozenset(entry.claims),
        promises=tuple(inside),
        revision_id=own.text.id,
        in_force_since=max(part.now.holding.since for part in parts),
        updated_at=max(part.changed_at for part in parts),
    )


def _each(texts: Localized, change: Callable[[str], str]) -> Localized:
    return Localized({lang: change(text) for lang, text in texts.items()})
