"""A file's rows beside what stands: few queries, a comparison in memory, bulk writes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.registry.problems import Held, Problem
from portal.registry.rows import Row
from portal.registry.rules import ImportCode
from portal.registry.spans import Fresh
from portal.store.db import Base
from portal.store.facts import WarrantKind, warrant
from portal.store.periods import chunked

Values = dict[str, Any]


@dataclass
class Warrants:
    """The warrants of one import, written when the first period needs them."""

    session: Session
    origin: str
    correction: str | None
    actor: Actor
    at: datetime
    _made: dict[WarrantKind, int] = field(default_factory=dict)

    def id(self, stands_on: int | Fresh) -> int:
        """The warrant of a period: its own, or the one of this import."""
        if not isinstance(stands_on, Fresh):
            return stands_on
        corrects = stands_on is Fresh.CORRECTION
        kind = WarrantKind.CORRECTION if corrects else WarrantKind.ORIGIN
        if kind not in self._made:
            reason = (self.correction if corrects else None) or self.origin
            row = warrant(self.session, kind, reason=reason, actor=self.actor, at=self.at)
            self._made[kind] = row.id
        return self._made[kind]


@dataclass
class Plan:
    """What a file would do: counts, faults, held and corrected facts, and the writes in order."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    corrected: list[Held] = field(default_factory=list)
    writes: list[Callable[[Warrants], None]] = field(default_factory=list)


@dataclass(frozen=True)
class Stage:
    """What every kind is staged with: the transaction, registries by slug, the business date.

    `correct` says that the file is a marked correction.
    """

    session: Session
    registries: Mapping[str, int]
    today: date
    correct: bool

    def slug(self, registry_id: int) -> str:
        """The slug of a registry."""
        return next(slug for slug, each in self.registries.items() if each == registry_id)


def fetch(
    session: Session, columns: Sequence[Any], where: Any, among: Iterable[Any]
) -> Iterator[Any]:
    """The rows of `columns` whose `where` is one of `among`."""
    for chunk in chunked(dict.fromkeys(among)):
        yield from session.execute(select(*columns).where(where.in_(chunk)))


class Lookup:
    """Ids by code, over all registries, so that a code of the other one can be told."""

    def __init__(
        self, stage: Stage, model: Any, code: str, codes: Iterable[str], *more: str
    ) -> None:
        self._stage = stage
        attrs = [getattr(model, name) for name in ("id", code, *more)]
        registry = getattr(model, "registry_id", None)
        self._shared = registry is None
        columns = attrs if registry is None else [*attrs, registry]
        self._found: dict[str, dict[int, Any]] = {}
        for row in fetch(stage.session, columns, getattr(model, code), codes):
            self._found.setdefault(row[1], {})[0 if registry is None else row[-1]] = row

    def get(self, code: str, registry_id: int = 0) -> Any:
        """The row of `code` in that registry."""
        return self._found.get(code, {}).get(0 if self._shared else registry_id)

    def resolve(self, row: Row, column: str, registry_id: int, problems: list[Problem]) -> Any:
        """What the row's cell refers to; None when it is blank, at fault, or (a fault) unknown."""
        code = row.values.get(column)
        if not code:
            return None
        found = self.get(code, registry_id)
        if found is None:
            elsewhere = self._found.get(code, {})
            if elsewhere:
                there = ", ".join(sorted(map(self._stage.slug, elsewhere)))
                fault = row.problem(ImportCode.REFERENCE_OTHER_REGISTRY, column, registry=there)
            else:
                fault = row.problem(ImportCode.REFERENCE_UNKNOWN, column)
            problems.append(fault)
        return found


def cells(rows: Iterable[Row], column: str) -> set[str]:
    """The values that occur in a column."""
    return {row.values[column] for row in rows if row.values.get(column)}


@dataclass
class Compared:
    """The rows that are new, and those that differ with their full new values, by row."""

    new: list[tuple[Row, Values]] = field(default_factory=list)
    different: list[tuple[Row, Values]] = field(default_factory=list)
    same: list[Row] = field(default_factory=list)
    ids: dict[int, int] = field(default_factory=dict)

    def write(self, session: Session, model: type[Base]) -> None:
        """One INSERT and one UPDATE, whatever their number."""
        if self.new:
            session.execute(insert(model), [values for _, values in self.new])
        if self.different:
            session.execute(update(model), [values for _, values in self.different])


def compare(
    stage: Stage,
    model: Any,
    key: tuple[str, ...],
    attrs: tuple[str, ...],
    rows: Iterable[tuple[Row, Values]],
) -> Compared:
    """`rows` (with their stated values, key included) against what stands in `model`.

    `attrs` are all attributes an import may write. What a new row does not state is None.
    `ids` gives the id of each row that stands, by line.
    """
    rows = list(rows)
    columns = [getattr(model, name) for name in ("id", *attrs)]
    among = [values[key[-1]] for _, values in rows]
    standing = {}
    for found in fetch(stage.session, columns, getattr(model, key[-1]), among):
        old = dict(zip(("id", *attrs), found, strict=True))
        standing[tuple(old[name] for name in key)] = old
    out = Compared()
    blank = dict.fromkeys(attrs)
    for row, values in rows:
        known = standing.get(tuple(values[name] for name in key))
        if known is None:
            out.new.append((row, {**blank, **values}))
            continue
        out.ids[row.line] = known["id"]
        if any(known[name] != value for name, value in values.items()):
            out.different.append((row, {**known, **values}))
        else:
            out.same.append(row)
    return out
