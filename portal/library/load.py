"""The library of a program, from the `library.toml` of its pack: first values only (N1).

A record says `since` when its first value holds. A tool without a standing and a brand asset without
a status are announced, not there yet; so is every material, whose versions come as files later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import SYSTEM
from portal.library.facts import LINK, SHOWN, STANDING, STATUS, TEXT
from portal.library.models import BrandAsset, Material, Portal, Process, Tool
from portal.library.rules import AssetKind, Audience, MaterialKind, Purpose, Standing, Status
from portal.registry.models import Registry
from portal.store.facts import GatedFact, WarrantKind, warrant
from portal.store.pack import Program, Record, RecordKind, Said
from portal.store.pack_format import Table
from portal.store.periods import begin
from portal.store.program import Loader

FILE = "library.toml"
NO_VALUE = object()
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Entry:
    """A record as it is taken: the columns of its row, and the first value of its dated fact."""

    registry: str | None
    columns: Mapping[str, Any]
    first: Any
    since: date | None
    successor: str | None = None


def choice(row: Table, key: str, kind: type[E]) -> E:
    """One of the values of `kind`."""
    text = row.text(key)
    if text in set(kind):
        return kind(text)
    row.fault(key, f"must be one of {', '.join(kind)}")
    return next(iter(kind))


def read_portal(row: Table, said: Said) -> Entry:
    """A portal: whose, for whom and for what, where."""
    columns = {
        "audience": choice(row, "audience", Audience),
        "purpose": choice(row, "purpose", Purpose),
        "name": said.localized(row, "name"),
    }
    url = row.text("url")
    if not url.startswith("https://"):
        row.fault("url", "must begin with https://")
    return Entry(said.registry(row), columns, url, row.day("since"))


def read_tool(row: Table, said: Said) -> Entry:
    """A tool, and how it stands; without a standing it is not there yet."""
    columns = {key: said.localized(row, key) for key in ("name", "about")}
    first = choice(row, "standing", Standing) if "standing" in row.data else NO_VALUE
    return Entry(said.registry(row, needed=False), columns, first, row.day("since"))


def read_process(row: Table, said: Said) -> Entry:
    """A process, and what it says."""
    name, text = said.localized(row, "name"), said.localized(row, "text")
    return Entry(said.registry(row, needed=False), {"name": name}, text, row.day("since"))


def read_material(row: Table, said: Said) -> Entry:
    """A material that is announced: nothing of it is offered yet."""
    columns: dict[str, Any] = {key: said.localized(row, key) for key in ("title", "about")}
    columns["kind"] = choice(row, "kind", MaterialKind)
    return Entry(said.registry(row, needed=False), columns, None, row.day("since"))


def read_asset(row: Table, said: Said) -> Entry:
    """A brand asset; without a status it is not given out yet."""
    columns: dict[str, Any] = {key: said.localized(row, key) for key in ("name", "instructions")}
    columns["kind"] = choice(row, "kind", AssetKind)
    first = choice(row, "status", Status) if "status" in row.data else NO_VALUE
    successor = row.text("successor", "") or None
    return Entry(said.registry(row), columns, first, row.day("since"), successor)


def _taking(model: type[Any], fact: GatedFact) -> Loader:
    """How new records of a kind are taken: a row each, and the first value of its fact."""

    def take(session: Session, program: Program, new: list[Record], now: datetime) -> None:
        reason = f"program {program.slug} {fact.name}"
        stands_on = warrant(session, WarrantKind.ORIGIN, reason=reason, actor=SYSTEM, at=now)
        registries = {row.slug: row.id for row in session.scalars(select(Registry))}
        for record in new:
            entry: Entry = record.value
            row = model(
                slug=record.id, registry_id=registries.get(entry.registry or ""), **entry.columns
            )
            _place(row, record.position, now)
            session.add(row)
            session.flush()
            if entry.first is not NO_VALUE and entry.since is not None:
                begin(session, fact, row.id, entry.first, on=entry.since, warrant_id=stands_on.id)
        if model is BrandAsset:
            _succeed(session, new)

    return take


def _place(row: Any, position: int, now: datetime) -> None:
    if isinstance(row, Material):
        row.made_at = now
    else:
        row.position = position


def _succeed(session: Session, new: list[Record]) -> None:
    """Let each new asset name what takes its place, which the pack has checked to be there."""
    assets = {asset.slug: asset for asset in session.scalars(select(BrandAsset))}
    for record in new:
        if record.value.successor:
            assets[record.id].successor_id = assets[record.value.successor].id


RECORDS = (
    RecordKind(FILE, "portals", read_portal),
    RecordKind(FILE, "tools", read_tool),
    RecordKind(FILE, "processes", read_process),
    RecordKind(FILE, "materials", read_material),
    RecordKind(FILE, "brand", read_asset, {"successor": "brand"}),
)
LOADERS: dict[str, Loader] = {
    "portals": _taking(Portal, LINK),
    "tools": _taking(Tool, STANDING),
    "processes": _taking(Process, TEXT),
    "materials": _taking(Material, SHOWN),
    "brand": _taking(BrandAsset, STATUS),
}
