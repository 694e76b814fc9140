"""The documents of a program pack: blocks (standing promises), FAQ answers, rules.

A block is included in an answer by a line `[[P2]]` of its own, never copied. What documents say of
one another (an answer's rules, a rule's answers, the blocks embedded) must agree both ways.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from portal.kernel.localized import Localized
from portal.store.pack_format import SLUG, Fault, Section, Source, Table, split_document

INCLUDE = re.compile(r"^\[\[(\w+)\]\]$", re.MULTILINE)
SITUATIONS = frozenset(
    {
        *("", "teams", "customer_teams", "portfolio", "route", "terms", "schedule"),
        *("council", "portals", "materials", "brand", "mdf"),
    }
)


class Kind(StrEnum):
    """What a document is; the value is its folder."""

    BLOCK = "blocks"
    FAQ = "faq"
    RULE = "rules"


@dataclass(frozen=True)
class Document:
    """One document in every language of its pack.

    `title` is the `# heading` (a block has none), `body` Markdown that may hold `[[P2]]` lines. A
    block or an answer holds from `in_force_since` on. FAQ only: `rules` behind the answer,
    `situation` it shows ("" for none), `promises` it embeds in their order, `slug` per language,
    `keywords` per language (search only, never shown). FAQ and blocks: `claims`, the names of the
    dated facts of which they say that they stay as they are. Rules only: `faq`, the answers it stands
    behind, the nearest first. `lines` tells where in `file` each key and section stands.
    """

    kind: Kind
    id: str
    position: int
    title: Localized
    body: Localized
    file: str
    sha256: str
    rules: tuple[str, ...] = ()
    situation: str = ""
    promises: tuple[str, ...] = ()
    in_force_since: date | None = None
    slug: Localized = field(default_factory=Localized)
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    faq: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict, hash=False, compare=False)

    def blocks(self, language: str) -> tuple[str, ...]:
        """The ids of the blocks the text in `language` includes, in their order."""
        return tuple(INCLUDE.findall(self.body.get(language, "")))


def read_documents(
    folder: Path, languages: Sequence[str], faults: list[Fault]
) -> tuple[Document, ...]:
    """All documents of the pack in `folder`, by kind and position; what is wrong goes to `faults`."""
    found: list[Document] = []
    for kind in Kind:
        paths = sorted((folder / kind).glob("*.md"))
        if not paths:
            faults.append(Fault(f"{folder.name}/{kind}", 1, "there is no document here"))
        read = [_document(path, kind, languages, faults) for path in paths]
        found += sorted((doc for doc in read if doc), key=lambda doc: doc.position)
    _check_unique(found, languages, faults)
    _check_references(found, languages, faults)
    return tuple(found)


def _document(
    path: Path, kind: Kind, languages: Sequence[str], faults: list[Fault]
) -> Document | None:
    source = Source(f"{path.parent.parent.name}/{kind}/{path.name}", faults)
    text = source.read(path)
    if text is None:
        return None
    front, sections = split_document(source, text)
    if front is None:
        return None
    _check_sections(source, front, sections, kind, languages)
    document = Document(
        kind=kind,
        id=front.text("id"),
        position=front.number("position"),
        title=Localized({lang: section.title for lang, section in sections.items()}),
        body=Localized({lang: section.body for lang, section in sections.items()}),
        file=source.file,
        sha256=sha256(text.encode()).hexdigest(),
        lines={key: front.line(key) for key in front.data}
        | {lang: section.line for lang, section in sections.items()},
    )
    document = _COMPLETE[kind](document, front, languages)
    front.done()
    return document


def _answer(document: Document, front: Table, languages: Sequence[str]) -> Document:
    situation = front.text("situation", "")
    if "situation" not in front.data:
        front.source.fault(front.first_line, "situation is missing")
    if situation not in SITUATIONS:
        front.fault("situation", f"{situation!r} is none of {', '.join(sorted(SITUATIONS))[2:]}")
    slug = front.localized("slug", languages)
    for text in slug.values():
        if not SLUG.fullmatch(text):
            front.fault("slug", f"{text!r} may hold only a-z, 0-9 and single hyphens")
    words = front.inner("keywords", {})
    keywords = {lang: words.strings(lang, []) for lang in languages}
    words.done()
    return replace(
        document,
        rules=front.strings("rules"),
        situation=situation,
        promises=front.strings("promises"),
        in_force_since=front.day("in_force_since"),
        slug=slug,
        claims=front.strings("claims", []),
        keywords=MappingProxyType(keywords),
    )


def _rule(document: Document, front: Table, languages: Sequence[str]) -> Document:
    return replace(document, faq=front.strings("faq"))


def _block(document: Document, front: Table, languages: Sequence[str]) -> Document:
    claims = front.strings("claims", [])
    return replace(document, in_force_since=front.day("in_force_since"), claims=claims)


_COMPLETE = {Kind.BLOCK: _block, Kind.FAQ: _answer, Kind.RULE: _rule}


def _check_sections(
    source: Source,
    front: Table,
    sections: Mapping[str, Section],
    kind: Kind,
    languages: Sequence[str],
) -> None:
    for language in languages:
        if language not in sections:
            source.fault(front.first_line, f"there is no === {language} === section")
    for language, section in sections.items():
        if language not in languages:
            source.fault(section.line, f"{language} is not a language of this pack")
        if not section.body:
            source.fault(section.line, f"the section in {language} says nothing")
        if (kind is Kind.BLOCK) == bool(section.title):
            wanted = "no heading" if kind is Kind.BLOCK else "a `# heading` on its first line"
            source.fault(section.line, f"the section in {language} must have {wanted}")
        if "[[" in INCLUDE.sub("", section.body):
            source.fault(section.line, f"a [[block]] needs a line of its own ({language})")


def _check_unique(found: Iterable[Document], languages: Iterable[str], faults: list[Fault]) -> None:
    seen: dict[tuple[str, ...], Document] = {}
    for doc in found:
        keys = {"id": ("id", doc.id), "position": ("position", doc.kind, str(doc.position))}
        keys |= {f"slug {lang}": ("slug", lang, doc.slug.get(lang, "")) for lang in languages}
        for key, value in keys.items():
            first = seen.setdefault(value, doc) if value[-1] else doc
            if first is not doc:
                line = doc.lines.get(key.split()[0], 1)
                faults.append(Fault(doc.file, line, f"{key} {value[-1]!r} is {first.file}'s too"))


def _check_references(
    found: Sequence[Document], languages: Sequence[str], faults: list[Fault]
) -> None:
    """Blocks, rules and answers name each other truly, and nothing is named in vain."""
    by_kind = {kind: {doc.id: doc for doc in found if doc.kind is kind} for kind in Kind}
    blocks, answers, rules = by_kind[Kind.BLOCK], by_kind[Kind.FAQ], by_kind[Kind.RULE]

    def fault(doc: Document, key: str, message: str) -> None:
        faults.append(Fault(doc.file, doc.lines.get(key, 1), message))

    for doc in found:
        for language in languages:
            for block in doc.blocks(language):
                if block not in blocks:
                    fault(doc, language, f"there is no block [[{block}]] ({language})")
            if doc.kind is not Kind.FAQ and doc.blocks(language):
                fault(doc, language, "only an answer includes blocks")
            elif doc.kind is Kind.FAQ and doc.blocks(language) != doc.promises:
                said = ", ".join(doc.blocks(language)) or "none"
                fault(doc, "promises", f"the text in {language} includes {said}")
        for rule in doc.rules:
            if rule not in rules:
                fault(doc, "rules", f"there is no rule {rule}")
            elif doc.id not in rules[rule].faq:
                fault(doc, "rules", f"{rules[rule].file} does not name {doc.id}")
        for answer in doc.faq:
            if answer not in answers:
                fault(doc, "faq", f"there is no answer {answer}")
            elif doc.id not in answers[answer].rules:
                fault(doc, "faq", f"{answers[answer].file} does not name {doc.id}")
    used = {block for doc in found for language in languages for block in doc.blocks(language)}
    for doc in blocks.values():
        if doc.id not in used:
            fault(doc, "id", f"no answer includes [[{doc.id}]]")
