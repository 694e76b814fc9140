"""Files to cells: CSV and XLSX as people export them, with the line each row stands on. Pure.

CSV may be UTF-8 or UTF-16 (with or without BOM) or cp1252, and use `;`, `,` or tab. What
cannot be told with certainty is refused rather than guessed.
"""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from portal.registry.problems import Problem, Refused, problem
from portal.registry.rules import ImportCode

MAX_BYTES = 200 * 1024 * 1024
MAX_CELL = 2000
DELIMITERS = ",;\t"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Without BOM: a header begins with a letter, and half of the letter is zero.
_WIDE = ((re.compile(rb"[^\0]\0"), "utf-16-le"), (re.compile(rb"\0[^\0]"), "utf-16-be"))
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# An export puts an apostrophe before what a spreadsheet would run as a formula; one is taken off.
FORMULA = re.compile(r"'*[=+\-@\t\r]")


@dataclass(frozen=True)
class RawRow:
    """The cells of one row by their headers, trimmed, and the line it starts on."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """A file as read: headers in order, the sound rows, how many rows there were, the faults."""

    headers: tuple[str, ...]
    rows: list[RawRow]
    count: int
    problems: list[Problem]


def read(data: bytes, expected: Collection[str]) -> Sheet:
    """The rows of `data`; `expected` names the headers that tell its delimiter.

    Raises Refused when the file as a whole cannot be read.
    """
    if len(data) > MAX_BYTES:
        raise Refused(problem(ImportCode.FILE_TOO_LARGE, limit=MAX_BYTES))
    if data[:4] == b"PK\x03\x04":
        return _sheet(_workbook(data))
    if data.startswith(_OLD_WORKBOOK):
        detail = "it is an old kind of workbook; save it as XLSX or CSV"
        raise Refused(problem(ImportCode.FILE_UNREADABLE, detail=detail))
    return _sheet(_records(_text(data), expected))


def _sheet(records: Iterator[tuple[int, list[str]]]) -> Sheet:
    first = next(records, None)
    if first is None:
        raise Refused(problem(ImportCode.FILE_EMPTY))
    line, cells = first
    headers = tuple(cell.strip() for cell in cells)
    while headers and not headers[-1]:
        headers = headers[:-1]
    _check_headers(line, headers)
    rows, problems, count, width = [], [], 0, len(headers)
    for line, cells in records:
        count += 1
        if len(cells) != width and not _padded(cells, width):
            fault = problem(ImportCode.ROW_CELLS, line, expected=width, found=len(cells))
            problems.append(fault)
            continue
        row = RawRow(line, {name: _plain(cell) for name, cell in zip(headers, cells, strict=False)})
        if faults := [*_faults(row)]:
            problems.extend(faults)
        else:
            rows.append(row)
    return Sheet(headers, rows, count, problems)


def _check_headers(line: int, headers: tuple[str, ...]) -> None:
    faults = []
    for position, name in enumerate(headers):
        if not name:
            detail = f"column {position + 1} has no header"
            faults.append(problem(ImportCode.FILE_MALFORMED, line, detail=detail))
        elif name in headers[:position]:
            faults.append(problem(ImportCode.COLUMN_DUPLICATE, line, name))
    if faults:
        raise Refused(*faults)


def _padded(cells: list[str], width: int) -> bool:
    """Whether a row is only longer by blank cells, as spreadsheets leave them."""
    return len(cells) > width and not any(cell.strip() for cell in cells[width:])


def _plain(cell: str) -> str:
    cell = cell[1:] if cell[:1] == "'" and FORMULA.match(cell) else cell
    return cell.strip()


def _faults(row: RawRow) -> Iterator[Problem]:
    for column, cell in row.cells.items():
        if len(cell) > MAX_CELL:
            yield problem(ImportCode.CELL_TOO_LONG, row.line, column, cell, limit=MAX_CELL)
        elif cell.isascii() and cell.isprintable():
            continue
        elif found := _CONTROL.search(cell):
            code = f"U+{ord(found.group()):04X}"
            yield problem(ImportCode.CELL_CONTROL, row.line, column, cell, character=code)
        elif _SURROGATE.search(cell):
            yield problem(ImportCode.CELL_SURROGATE, row.line, column, cell)


def _text(data: bytes) -> str:
    """The text of a CSV; lone surrogates pass, so that the cell that has one can be named."""
    marked = [(encoding, len(bom)) for bom, encoding in _BOMS if data.startswith(bom)]
    told = marked or [(encoding, 0) for begins, encoding in _WIDE if begins.match(data)]
    if told:
        encoding, start = told[0]
        try:
            return data[start:].decode(encoding, "surrogatepass")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            fault = problem(ImportCode.FILE_ENCODING, line, encoding=encoding.upper())
            raise Refused(fault) from None
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
    # Mostly well-formed UTF-8 with a bad byte is a damaged file, not a cp1252 one.
    wide = [char for char in data.decode("utf-8", "replace") if not char.isascii()]
    sound = sum(char != "\ufffd" for char in wide)
    if sound > len(wide) - sound:
        raise Refused(problem(ImportCode.FILE_ENCODING, line, encoding="UTF-8"))
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Refused(problem(ImportCode.FILE_ENCODING, line, encoding="cp1252")) from None


def _records(text: str, expected: Collection[str]) -> Iterator[tuple[int, list[str]]]:
    """Each record with the physical line it starts on; blank lines are passed over."""
    delimiter = _delimiter(text, expected)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    starts = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield starts, cells
            starts = reader.line_num + 1
    except csv.Error as error:
        raise Refused(problem(ImportCode.FILE_MALFORMED, starts, detail=str(error))) from None


def _delimiter(text: str, expected: Collection[str]) -> str:
    """The delimiter that makes most known names of the header; else most cells; else a comma."""
    known = {name.casefold() for name in expected}

    def score(delimiter: str) -> tuple[int, int]:
        source = io.StringIO(text.lstrip("\r\n"), newline="")
        try:
            cells = next(csv.reader(source, delimiter=delimiter), [])
        except csv.Error:
            return 0, 0
        return sum(cell.strip().casefold() in known for cell in cells), len(cells)

    return max(DELIMITERS, key=score)


def _workbook(data: bytes) -> Iterator[tuple[int, list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        table: list[list[Any]] = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise Refused(problem(ImportCode.FILE_UNREADABLE, detail=str(error))) from None
    for line, values in enumerate(table, 1):
        cells = [_cell(value) for value in values]
        if any(cell.strip() for cell in cells):
            yield line, cells


def _cell(value: object) -> str:
    """A cell as it would be written in a CSV: whole numbers without a fraction, ISO dates."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)
