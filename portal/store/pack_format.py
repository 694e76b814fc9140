"""How the files of a program pack are read: TOML tables and documents, each fault with its line.

A document is TOML between two `+++` lines, then a section `=== <language> ===` per language with
Markdown. Readers collect faults instead of stopping at the first, so that an author sees them all.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from portal.kernel.localized import Localized

FENCE = "+++"
SECTION = re.compile(r"=== (\S+) ===\s*")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)")
V = TypeVar("V")


class Fault(NamedTuple):
    """One thing wrong with a pack: the file (from the packs' folder), its line from 1, and what."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class PackError(Exception):
    """A pack that cannot be used; `faults` are all that was found, in order of file and line."""

    def __init__(self, faults: Collection[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass
class Source:
    """A file being read, and the list its faults go to."""

    file: str
    faults: list[Fault]

    def fault(self, line: int, message: str) -> None:
        """Note that `message` is wrong at `line`."""
        self.faults.append(Fault(self.file, line, message))

    def read(self, path: Path) -> str | None:
        """The text of `path`; None, and a fault, when there is none or it is not UTF-8."""
        try:
            return path.read_text("utf-8")
        except FileNotFoundError:
            self.fault(1, "this file is missing")
        except UnicodeDecodeError:
            self.fault(1, "this file is not UTF-8")
        return None

    def table(self, text: str, first_line: int = 1) -> "Table | None":
        """The TOML of `text`, which begins at `first_line`; None, and a fault, if it is not TOML."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            at = _AT_LINE.search(str(error))
            line = int(at[1]) if at else len(text.splitlines())
            self.fault(first_line + line - 1, f"not TOML: {_AT_LINE.sub('', str(error))}")
            return None
        return Table(self, data, text.splitlines(), first_line)


@dataclass
class Table:
    """A TOML table whose values are asked for by type; what is missing or odd becomes a fault."""

    source: Source
    data: Mapping[str, object]
    lines: list[str]
    first_line: int = 1
    asked: set[str] = field(default_factory=set)

    def line(self, key: str) -> int:
        """The line `key` stands on, else the first line of the table."""
        stands = re.compile(rf"\s*(\[+\s*)?{re.escape(key)}\s*[\].=]")
        at = (n for n, line in enumerate(self.lines) if stands.match(line))
        return self.first_line + next(at, 0)

    def fault(self, key: str, message: str) -> None:
        """Note that `message` is wrong with `key`."""
        self.source.fault(self.line(key), f"{key}: {message}")

    def value(self, key: str, kind: type[V], called: str, default: V | None = None) -> V | None:
        """The value of `key` if it is of `kind`; `default` where absent, a fault without one."""
        self.asked.add(key)
        value = self.data.get(key)
        if value is None:
            if default is None:
                self.source.fault(self.first_line, f"{key} is missing")
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fault(key, f"must be {called}")
            return default
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """A text; one that is required may not be blank."""
        value = self.value(key, str, "a text", default)
        if value is not None and not value.strip() and default is None:
            self.fault(key, "is blank")
        return value or ""

    def slug(self, key: str) -> str:
        """A text of lower-case letters, digits and single hyphens."""
        value = self.text(key)
        if value and not SLUG.fullmatch(value):
            self.fault(key, f"{value!r} may hold only a-z, 0-9 and single hyphens")
        return value

    def number(self, key: str) -> int:
        """A whole number, not negative."""
        value = self.value(key, int, "a whole number")
        if value is not None and value < 0:
            self.fault(key, "must not be negative")
        return value or 0

    def flag(self, key: str) -> bool:
        """True or false; false where absent."""
        return bool(self.value(key, bool, "true or false", False))

    def day(self, key: str, required: bool = True) -> date | None:
        """A date, written without quotes."""
        if not required and key not in self.data:
            self.asked.add(key)
            return None
        value = self.value(key, date, "a date, as 2017-12-01")
        if isinstance(value, datetime):
            self.fault(key, "must be a date without a time")
        return value

    def strings(self, key: str, default: list[object] | None = None) -> tuple[str, ...]:
        """A list of texts, none twice."""
        found = self.value(key, list, "a list of texts", default)
        texts = tuple(item for item in found or () if isinstance(item, str) and item.strip())
        if len(texts) != len(found or ()):
            self.fault(key, "must be a list of texts")
        if len(set(texts)) != len(texts):
            self.fault(key, "says the same twice")
        return texts

    def localized(self, key: str, languages: Collection[str]) -> Localized:
        """A text in each of `languages` and in no other."""
        inner = self.inner(key)
        texts = {lang: text for lang, text in inner.data.items() if isinstance(text, str)}
        found = Localized(texts)
        if key in self.data:
            for lang in found.missing(languages):
                self.fault(key, f"says nothing in {lang}")
            for lang in sorted(set(inner.data) - set(languages)):
                self.fault(key, f"{lang} is not a language of this pack")
        return found

    def inner(self, key: str, default: dict[str, object] | None = None) -> "Table":
        """The table under `key`; an empty one, and a fault, where there is none."""
        found = self.value(key, dict, "a table", default)
        start = self.line(key)
        return Table(self.source, found or {}, self.lines[start - self.first_line :], start)

    def each(self, key: str) -> list["Table"]:
        """The tables of the array `[[key]]`, each with its own lines; at least one."""
        found = self.value(key, list, "an array of tables")
        starts = [n for n, line in enumerate(self.lines) if line.strip().startswith(f"[[{key}]]")]
        if not found or len(starts) != len(found):
            if found is not None:
                self.fault(key, f"write one [[{key}]] or more")
            return []
        ends = [*starts[1:], len(self.lines)]
        return [
            Table(self.source, data, self.lines[start:end], self.first_line + start)
            for data, start, end in zip(found, starts, ends, strict=True)
            if isinstance(data, dict)
        ]

    def done(self) -> None:
        """Nothing more is asked for: whatever is left over is a fault."""
        for key in self.data:
            if key not in self.asked:
                self.fault(key, "is not a key that is read here")


@dataclass(frozen=True)
class Section:
    """The Markdown of one language: the `# heading`, if any, the rest, and its first line."""

    line: int
    title: str
    body: str


def split_document(source: Source, text: str) -> tuple[Table | None, dict[str, Section]]:
    """The front matter and the sections of a document; `(None, {})`, and a fault, without them."""
    lines = text.splitlines()
    close = lines.index(FENCE, 1) if FENCE in lines[1:] else 0
    if not close or lines[0] != FENCE:
        source.fault(1, f"begin with the front matter between two {FENCE} lines")
        return None, {}
    front = source.table("\n".join(lines[1:close]), 2)
    starts = [n for n, line in enumerate(lines) if n > close and SECTION.fullmatch(line)]
    for n in range(close + 1, min([*starts, len(lines)])):
        if lines[n].strip():
            source.fault(n + 1, "text before the first === language === line")
            break
    sections: dict[str, Section] = {}
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        match = SECTION.fullmatch(lines[start])
        language = match[1] if match else ""
        if language in sections:
            source.fault(start + 1, f"a second section in {language}")
        sections[language] = _section(start + 1, lines[start + 1 : end])
    return front, sections


def _section(line: int, lines: list[str]) -> Section:
    text = "\n".join(lines).strip()
    head, _, rest = text.partition("\n")
    if head.startswith("# "):
        return Section(line, head[2:].strip(), rest.strip())
    return Section(line, "", text)
