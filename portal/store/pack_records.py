"""Records of a program pack: TOML tables of which each is a part of its own, such as a portal or a council.

A slice declares its tables (`RecordKind`) in its `load.py`, as `RECORDS`, and how it takes new ones
in `LOADERS`, under the table's name; `portal/home/parts.py` lists both. A file that is absent holds
no records. Every record is known by its `id` and has its own sha256: the pages of the portal never
follow a record that changed in the pack, the load reports it (N1).
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

from portal.kernel.localized import Localized
from portal.store.pack_format import Fault, Source, Table


@dataclass(frozen=True)
class Said:
    """What a pack says of itself that its records may name."""

    languages: tuple[str, ...]
    registries: frozenset[str]

    def localized(self, row: Table, key: str) -> Localized:
        """The text of `key` in every language of the pack."""
        return row.localized(key, self.languages)

    def registry(self, row: Table, key: str = "registry", *, needed: bool = True) -> str | None:
        """The slug of a registry of the pack; None where it is absent and not `needed`."""
        slug = row.text(key, None if needed else "") or None
        if slug is not None and slug not in self.registries:
            row.fault(key, f"{slug!r} is no registry of this pack")
        return slug


# Asks a record for its own keys (its `id` is read already) and gives the slice's own value of it.
Reader = Callable[[Table, Said], Any]


Rows = dict[tuple[str, str], dict[str, Table]]


@dataclass(frozen=True)
class RecordKind:
    """The tables `[[name]]` of the pack's file `file`, and how one is read.

    `refers`: keys whose value, where there is one, is the id of a record of the kind of that name in
    the same file.
    """

    file: str
    name: str
    read: Reader
    refers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """One record. `kind` is the name of its table, `position` its place among its kind, from 1.

    `value` is what the slice's reader made of it; `sha256` is of what it says, not of how it is
    laid out or where it stands.
    """

    kind: str
    id: str
    position: int
    value: Any
    sha256: str


def read_records(
    folder: Path, kinds: Iterable[RecordKind], said: Said, faults: list[Fault]
) -> tuple[Record, ...]:
    """The records of the pack in `folder`, kind by kind in their order; what is wrong goes to `faults`."""
    rows: Rows = {}
    wanted = sorted(kinds, key=lambda kind: kind.file)
    found: list[Record] = []
    for file, group in groupby(wanted, key=lambda kind: kind.file):
        together = list(group)
        if (folder / file).exists():
            found += _file(folder / file, together, said, rows, faults)
    for kind in wanted:
        _check_references(kind, rows)
    return tuple(found)


def _file(
    path: Path,
    kinds: Sequence[RecordKind],
    said: Said,
    rows: Rows,
    faults: list[Fault],
) -> list[Record]:
    source = Source(f"{path.parent.name}/{path.name}", faults)
    text = source.read(path)
    table = source.table(text) if text is not None else None
    if table is None:
        return []
    found: list[Record] = []
    for kind in kinds:
        mine = rows.setdefault((kind.file, kind.name), {})
        for row in table.each(kind.name) if kind.name in table.data else []:
            name = row.slug("id")
            if name in mine:
                row.fault("id", f"{name!r} is the id of another of {kind.name} too")
            mine[name] = row
            value = kind.read(row, said)
            row.done()
            found.append(Record(kind.name, name, len(mine), value, _hash(row)))
    table.done()
    return found


def _hash(row: Table) -> str:
    said = json.dumps(row.data, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(said.encode()).hexdigest()


def _check_references(kind: RecordKind, rows: Rows) -> None:
    for key, other in kind.refers.items():
        for row in rows.get((kind.file, kind.name), {}).values():
            name = row.data.get(key)
            if name is not None and name not in rows.get((kind.file, other), {}):
                row.fault(key, f"there is no {name!r} among {other}")
