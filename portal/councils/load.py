"""The councils of the program pack, and where the members of each sit at first (N1: a first value)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.councils.facts import SITS_IN
from portal.councils.models import Council
from portal.kernel.access import SYSTEM
from portal.kernel.localized import Localized
from portal.registry.models import Registry
from portal.store.facts import WarrantKind, warrant
from portal.store.pack import Program, RecordKind, Said
from portal.store.pack_format import Table
from portal.store.periods import begin
from portal.store.program import Loader


@dataclass(frozen=True)
class PackCouncil:
    """A council of a pack: a registry's, whose members sit in it `since` that day; or one of no
    registry, for others to merge into.
    """

    name: Localized
    registry: str | None
    since: date | None


def read_council(row: Table, said: Said) -> PackCouncil:
    """A council; one of a registry says since when, and no other does."""
    registry = said.registry(row, needed=False)
    since = row.day("since", required=registry is not None)
    if registry is None and since is not None:
        row.fault("since", "only a council of a registry sits from the beginning")
    return PackCouncil(said.localized(row, "name"), registry, since)


def load_councils(session: Session, program: Program, new: list[Any], now: datetime) -> None:
    """Add the councils; `now` is wall time."""
    registries = {row.slug: row.id for row in session.execute(select(Registry.slug, Registry.id))}
    origin = warrant(
        *(session, WarrantKind.ORIGIN), reason=f"pack:{program.slug}", actor=SYSTEM, at=now
    )
    for record in new:
        said: PackCouncil = record.value
        council = Council(
            slug=record.id,
            registry_id=registries[said.registry] if said.registry else None,
            name=said.name,
            position=record.position,
        )
        session.add(council)
        session.flush()
        if said.since is not None:
            begin(session, SITS_IN, council.id, council.id, on=said.since, warrant_id=origin.id)


RECORDS: tuple[RecordKind, ...] = (RecordKind("councils.toml", "councils", read_council),)
LOADERS: dict[str, Loader] = {"councils": load_councils}
