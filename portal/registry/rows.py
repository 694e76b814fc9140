"""Cells to values: every column checked, every fault collected, repeated keys told apart. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from portal.registry.kinds import Column, Kind
from portal.registry.problems import Problem, problem
from portal.registry.rules import ImportCode, normal

MAX_KEY = 100
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
Key = tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """One row under the names of its kind's columns, as text; absent columns are not stated.

    `sources` names the file's own column behind a name, where a profile renames.
    """

    line: int
    cells: Mapping[str, str]
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One row with typed values. A value at fault is absent, its fault is in the problems."""

    line: int
    key: Key
    values: Mapping[str, Any]
    record: Record

    def problem(self, code: ImportCode, column: str, **facts: Any) -> Problem:
        """A fault of this row's cell in `column`."""
        source = self.record.sources.get(column, column)
        return problem(code, self.line, source, self.record.cells.get(column), **facts)


@dataclass
class Parsed:
    """The rows of a file by key, how many only repeated another, and the faults."""

    rows: list[Row]
    repeated: int
    problems: list[Problem]


def parse(
    kind: Kind,
    records: Sequence[Record],
    *,
    registries: Mapping[str, Any],
    registry: str | None = None,
    formats: Sequence[str] = (),
    collapse: bool = False,
) -> Parsed:
    """Typed rows of `records`, or every fault there is.

    `registry` fills the column of that name and no cell may contradict it; `formats` are the date
    formats a profile names beside ISO; with `collapse` a row equal to an earlier one is dropped.
    """
    parsers = {column.name: _parser(column, registries, formats) for column in kind.columns}
    if not kind.has_registry:
        registry = None
    out = Parsed([], 0, [])
    seen: dict[Key, Row] = {}
    for record in records:
        row = _row(kind, record, parsers, registry, out.problems)
        if row is None:
            continue
        first = seen.setdefault(row.key, row)
        if first is row:
            out.rows.append(row)
        elif first.values == row.values and collapse:
            out.repeated += 1
        else:
            same = first.values == row.values
            code = ImportCode.ROW_DUPLICATE if same else ImportCode.ROW_CONFLICT
            out.problems.append(row.problem(code, kind.key[-1], first=first.line))
    return out


Parser = Callable[[str], tuple[Any, tuple[ImportCode, dict[str, Any]] | None]]


def _row(
    kind: Kind,
    record: Record,
    parsers: Mapping[str, Parser],
    registry: str | None,
    problems: list[Problem],
) -> Row | None:
    """One row; None when its key cannot be told."""
    values: dict[str, Any] = {}
    draft = Row(record.line, (), values, record)
    for column in kind.columns:
        name = column.name
        cell = record.cells.get(name)
        if column.shape == "registry" and registry is not None:
            if cell and cell != registry:
                fault = draft.problem(ImportCode.REGISTRY_CONTRADICTS, name, registry=registry)
                problems.append(fault)
            cell = registry
        if cell is None and not column.required:
            continue
        if not cell:
            if column.required:
                problems.append(draft.problem(ImportCode.CELL_REQUIRED, name))
            else:
                values[name] = [] if column.shape == "list" else column.blank
            continue
        value, fault_of = parsers[name](cell)
        if fault_of is None:
            values[name] = value
        else:
            problems.append(draft.problem(fault_of[0], name, **fault_of[1]))
    if kind.any_of and not any(values.get(name) for name in kind.any_of):
        problems.append(draft.problem(ImportCode.CELL_REQUIRED, kind.any_of[-1]))
    _check_order(draft, problems)
    if any(name not in values for name in kind.key):
        return None
    return Row(record.line, tuple(values[name] for name in kind.key), values, record)


def _check_order(row: Row, problems: list[Problem]) -> None:
    starts, ends = row.values.get("starts_on"), row.values.get("ends_on")
    if starts is not None and ends is not None and ends < starts:
        fault = row.problem(ImportCode.DATES_ORDER, "ends_on", starts_on=starts.isoformat())
        problems.append(fault)


def _parser(column: Column, registries: Mapping[str, Any], formats: Sequence[str]) -> Parser:
    if column.shape == "registry":
        allowed = sorted(registries)
        unknown = (ImportCode.REGISTRY_UNKNOWN, {"allowed": ", ".join(allowed)})
        return lambda cell: (cell, None if cell in registries else unknown)
    if column.shape == "choice":
        assert column.choices is not None
        choices = {member.value: member for member in column.choices}
        wrong = (ImportCode.CELL_CHOICE, {"allowed": ", ".join(choices)})
        return lambda cell: (choices.get(cell), None if cell in choices else wrong)
    if column.shape == "date":
        return lambda cell: _date(cell, formats)
    if column.shape == "email":
        bad = (ImportCode.CELL_EMAIL, dict[str, Any]())
        return lambda cell: (cell.lower(), None if EMAIL.fullmatch(cell) else bad)
    if column.shape == "key":
        return lambda cell: (cell, _key_fault(cell))
    if column.shape == "list":
        return _numbers
    return lambda cell: (cell, None)


def _numbers(cell: str) -> tuple[Any, tuple[ImportCode, dict[str, Any]] | None]:
    numbers = list(dict.fromkeys(part.strip() for part in cell.split(";") if part.strip()))
    return numbers, next(filter(None, map(_key_fault, numbers)), None)


def _key_fault(cell: str) -> tuple[ImportCode, dict[str, Any]] | None:
    """A key is one short line, has a letter or digit, and no `;` (which parts lists of keys)."""
    if len(cell) > MAX_KEY:
        return ImportCode.CELL_TOO_LONG, {"limit": MAX_KEY}
    if not cell.isprintable() or ";" in cell or not normal(cell):
        return ImportCode.CELL_KEY, {}
    return None


def _date(
    cell: str, formats: Sequence[str]
) -> tuple[date | None, tuple[ImportCode, dict[str, Any]] | None]:
    if _ISO.fullmatch(cell):
        try:
            return date.fromisoformat(cell), None
        except ValueError:
            pass
    for form in formats:
        try:
            return datetime.strptime(cell, form).date(), None  # noqa: DTZ007 (a date has no zone)
        except ValueError:
            continue
    return None, (ImportCode.CELL_DATE, {"formats": ", ".join(["YYYY-MM-DD", *formats])})
