"""Profiles: how one source's files become rows of the portal's kinds (TOML). Pure but for reading.

A profile has one table per kind it can make, `[kinds.contracts]` and so on, in which:

- `columns.customer_id = "Client no."` takes a column of the file under the portal's name; a
  column of the portal's own name needs no mention, every other column of the file is ignored;
- `compose.contract_number = "{operator|slug}-{city|slug}"` joins columns of the file; the filters
  are slug, upper, lower and digits; a blank part leaves the whole blank;
- `constants.status = "active"` is the same in every row;
- `values.registry = { "Old name" = "slug" }` replaces values, compared without case, accents and
  repeated spaces; what it does not name stays;
- `dates = ["%d/%m/%Y"]` names date formats beside ISO;
- `skip_if_blank = ["reference"]`, `skip_if_partial_date = ["base_date"]` (only a year or a month)
  and `skip_if = { event = ["withdrawn"] }` pass over rows by columns of the file; each is listed.

Rows that become equal count once; rows that share a key and differ are an error.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.registry.kinds import KINDS, Kind
from portal.registry.problems import Problem, Refused, problem
from portal.registry.reading import RawRow
from portal.registry.rows import Record
from portal.registry.rules import ImportCode

_FIELD = re.compile(r"\{([^{}|]+)(?:\|(\w+))?\}")
_PARTIAL = re.compile(r"\d{4}(-\d{1,2})?|\d{1,2}/\d{4}", re.ASCII)


def folded(text: str) -> str:
    """Without case, accents and repeated spaces: how values of a source compare."""
    split = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in split if not unicodedata.combining(char))
    return " ".join(bare.casefold().split())


def slug(text: str) -> str:
    """Lower-case letters and digits joined by hyphens."""
    return "-".join(re.findall(r"[a-z0-9]+", folded(text)))


FILTERS: dict[str, Callable[[str], str]] = {
    "slug": slug,
    "upper": str.upper,
    "lower": str.lower,
    "digits": lambda text: "".join(filter(str.isdigit, text)),
}


@dataclass(frozen=True)
class Profile:
    """How one source's file becomes rows of one kind; the fields are those of the module's text."""

    columns: dict[str, str] = field(default_factory=dict)
    compose: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    dates: list[str] = field(default_factory=list)
    skip_if_blank: list[str] = field(default_factory=list)
    skip_if_partial_date: list[str] = field(default_factory=list)
    skip_if: dict[str, list[str]] = field(default_factory=dict)

    def sources(self) -> list[str]:
        """The columns of the file the profile names, in order."""
        composed = (name for form in self.compose.values() for name, _ in _FIELD.findall(form))
        skips = (*self.skip_if_blank, *self.skip_if_partial_date, *self.skip_if)
        return list(dict.fromkeys((*self.columns.values(), *composed, *skips)))


def locate(name: str, program_folder: Path) -> Path:
    """The file of a profile: a path when it looks like one, else one of the program's own."""
    if name.endswith(".toml") or "/" in name:
        return Path(name)
    return program_folder / "profiles" / f"{name}.toml"


def load(path: Path, kind: Kind) -> Profile:
    """The profile at `path` for files of `kind`. Raises Refused with everything wrong in it."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise _refused(path, [f"cannot be read: {error.strerror}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _refused(path, [str(error)]) from None
    kinds = data.get("kinds")
    faults = [f"unknown table {name!r}" for name in data if name not in {"kinds", "about"}]
    if not isinstance(kinds, dict):
        raise _refused(path, [*faults, "has no [kinds.…] table"])
    faults += [f"unknown kind {name!r}" for name in kinds if name not in KINDS]
    table = kinds.get(kind.name)
    if not isinstance(table, dict):
        makes = ", ".join(sorted(kinds)) or "nothing"
        raise _refused(path, [*faults, f"makes {makes}, not {kind.name}"])
    faults += _faults(table, kind)
    if faults:
        raise _refused(path, faults)
    return Profile(**table)


def _refused(path: Path, faults: list[str]) -> Refused:
    code = ImportCode.PROFILE_INVALID
    return Refused(*(problem(code, profile=path.name, detail=detail) for detail in faults))


def _faults(table: dict[str, Any], kind: Kind) -> Iterable[str]:
    shapes: dict[str, Callable[[Any], bool]] = {
        **dict.fromkeys(("columns", "compose", "constants"), _texts),
        "values": lambda value: isinstance(value, dict) and all(map(_texts, value.values())),
        **dict.fromkeys(("dates", "skip_if_blank", "skip_if_partial_date"), _list),
        "skip_if": lambda value: isinstance(value, dict) and all(map(_list, value.values())),
    }
    for name, value in table.items():
        if name not in shapes:
            yield f"{kind.name}: unknown setting {name!r}"
        elif not shapes[name](value):
            yield f"{kind.name}.{name}: texts are expected here"
        elif name in {"columns", "compose", "constants", "values"}:
            unknown = (target for target in value if target not in kind.names)
            yield from (f"{kind.name}.{name}: no column {target!r}" for target in unknown)
    made = [table.get(name) or {} for name in ("columns", "compose", "constants")]
    given = [target for part in made if isinstance(part, dict) for target in part]
    for target in sorted({target for target in given if given.count(target) > 1}):
        yield f"{kind.name}: {target!r} is given twice"
    forms = table.get("compose")
    for target, form in forms.items() if isinstance(forms, dict) and _texts(forms) else ():
        if re.search(r"[{}]", _FIELD.sub("", form)) or not _FIELD.search(form):
            yield f"{kind.name}.compose.{target}: {form!r} is not made of {{column}} parts"
        for _, name in _FIELD.findall(form):
            if name and name not in FILTERS:
                yield f"{kind.name}.compose.{target}: no filter {name!r}"


def _texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def apply(
    profile: Profile, kind: Kind, headers: tuple[str, ...], rows: list[RawRow]
) -> tuple[list[Record], list[Problem]]:
    """The rows as records of `kind`, and the rows passed over by a condition of the profile."""
    made = {**profile.columns, **profile.compose, **profile.constants}
    same = [name for name in kind.names if name not in made and name in headers]
    swaps = {
        target: {folded(old): new for old, new in table.items()}
        for target, table in profile.values.items()
    }
    unwanted = {name: {folded(text) for text in texts} for name, texts in profile.skip_if.items()}
    records, skipped = [], []
    for row in rows:
        if skip := _skip(profile, unwanted, row):
            skipped.append(skip)
            continue
        cells = {name: row.cells[name] for name in same}
        cells |= {target: row.cells[source] for target, source in profile.columns.items()}
        cells |= {target: _composed(form, row) for target, form in profile.compose.items()}
        cells |= profile.constants
        for target, table in swaps.items():
            if target in cells:
                cells[target] = table.get(folded(cells[target]), cells[target])
        records.append(Record(row.line, cells, profile.columns))
    return records, skipped


def _skip(profile: Profile, unwanted: dict[str, set[str]], row: RawRow) -> Problem | None:
    for name in profile.skip_if_blank:
        if not row.cells[name]:
            return problem(ImportCode.SKIP_BLANK, row.line, name, "")
    for name in profile.skip_if_partial_date:
        if _PARTIAL.fullmatch(row.cells[name]):
            return problem(ImportCode.SKIP_PARTIAL_DATE, row.line, name, row.cells[name])
    for name, texts in unwanted.items():
        if folded(row.cells[name]) in texts:
            return problem(ImportCode.SKIP_EQUALS, row.line, name, row.cells[name])
    return None


def _composed(form: str, row: RawRow) -> str:
    blank = False

    def part(found: re.Match[str]) -> str:
        nonlocal blank
        text = row.cells[found[1]]
        text = FILTERS[found[2]](text) if found[2] else text
        blank = blank or not text
        return text

    text = _FIELD.sub(part, form)
    return "" if blank else text
