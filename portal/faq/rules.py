"""What a text must be before readers get it, and what its address becomes. Pure."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from portal.kernel.decision import Code, CodeSpec, Reason, reason
from portal.kernel.localized import Localized

RULESET = "faq-1"
LONGEST_QUESTION, LONGEST_ANSWER, LONGEST_WHY, LONGEST_COMMENT = 200, 8_000, 500, 1_000
LONGEST_SLUG, LONGEST_LABEL = 60, 200
MOST_KEYWORDS, LONGEST_KEYWORD = 40, 60
EMBED = re.compile(r"\[\[(\w+)\]\]")
# Addresses under the questions that are pages of their own.
RESERVED = frozenset({"desk", "feed", "misses", "print", "revisions"})


class FaqCode(Code):
    """Why a text is not taken."""

    ONE_LANGUAGE = "text.one_language"
    TOO_LONG = "text.too_long"
    UNCHANGED = "text.unchanged"
    PROMISE_UNKNOWN = "promise.unknown"
    PROMISE_INSIDE = "promise.inside"
    PROMISES_DIFFER = "promise.differs"
    NO_REASON = "reason.missing"
    STALE = "draft.stale"
    NO_DRAFT = "draft.none"


CODES: dict[Code, CodeSpec] = {
    FaqCode.ONE_LANGUAGE: CodeSpec("N3", blocks=True),
    FaqCode.TOO_LONG: CodeSpec("N3", blocks=True, facts=("longest",)),
    FaqCode.UNCHANGED: CodeSpec("N1", blocks=True),
    FaqCode.PROMISE_UNKNOWN: CodeSpec("N3", blocks=True, facts=("promise",)),
    FaqCode.PROMISE_INSIDE: CodeSpec("N3", blocks=True),
    FaqCode.PROMISES_DIFFER: CodeSpec("N3", blocks=True),
    FaqCode.NO_REASON: CodeSpec("N1", blocks=True),
    FaqCode.STALE: CodeSpec("N1", blocks=True),
    FaqCode.NO_DRAFT: CodeSpec("N1", blocks=True),
}


@dataclass(frozen=True)
class Text:
    """What a revision says: a question with its answer, or a promise (then `question` is empty)."""

    question: Localized
    answer: Localized

    def includes(self, lang: str) -> tuple[str, ...]:
        """The promises the answer includes in one language, in their order."""
        return tuple(EMBED.findall(self.answer.get(lang, "")))

    @property
    def label(self) -> Localized:
        """What the text is called: its question, else the first words of the promise."""
        said = self.question if any(self.question.values()) else self.answer
        return Localized({lang: _first_words(text) for lang, text in said.items()})


def complete(
    text: Text, languages: Sequence[str], promises: Collection[str], *, is_promise: bool
) -> list[Reason]:
    """What is missing before readers may get `text` (N3): nothing, for one that is complete.

    Every language says all of it and includes the same of `promises`; a promise includes none.
    """
    found = _too_long(text, languages)
    halves = (text.answer,) if is_promise else (text.question, text.answer)
    if any(half.missing(languages) for half in halves):
        found.append(reason(CODES, FaqCode.ONE_LANGUAGE))
    included = [text.includes(lang) for lang in languages]
    if is_promise:
        return [*found, reason(CODES, FaqCode.PROMISE_INSIDE)] if any(included) else found
    for name in sorted({name for names in included for name in names} - set(promises)):
        found.append(reason(CODES, FaqCode.PROMISE_UNKNOWN, promise=name))
    said = [names for lang, names in zip(languages, included, strict=True) if _says(text, lang)]
    if len(set(said)) > 1:
        found.append(reason(CODES, FaqCode.PROMISES_DIFFER))
    return found


def drafted(text: Text, languages: Sequence[str]) -> list[Reason]:
    """What keeps a draft from being kept: that it is too long, and nothing else."""
    return _too_long(text, languages)


def slug_of(question: str) -> str:
    """The address of a new question: its words in plain letters, at most 60 of them."""
    plain = unicodedata.normalize("NFKD", question.lower()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:LONGEST_SLUG]
        if len(longer) > LONGEST_SLUG:
            break
        slug = longer
    return slug or "x"


def free_slug(question: str, taken: Collection[str]) -> str:
    """`slug_of`, with a number after it where another page has that address."""
    slug, number = slug_of(question), 1
    found = slug
    while found in taken or found in RESERVED:
        number += 1
        found = f"{slug}-{number}"
    return found


def _first_words(text: str) -> str:
    line = text.strip().partition("\n")[0]
    if len(line) <= LONGEST_LABEL:
        return line
    return line[:LONGEST_LABEL].rpartition(" ")[0] + " …"


def _says(text: Text, lang: str) -> bool:
    return bool(text.answer.get(lang, "").strip())


def _too_long(text: Text, languages: Sequence[str]) -> list[Reason]:
    halves = ((text.question, LONGEST_QUESTION), (text.answer, LONGEST_ANSWER))
    return [
        reason(CODES, FaqCode.TOO_LONG, longest=longest)
        for half, longest in halves
        if any(len(half.get(lang, "")) > longest for lang in languages)
    ]
