"""Which program this database serves, and what of its pack was loaded.

Pack files are the origin only: the first load fills the database, which is the truth from then on.
A later load adds what is new, reports what changed in the pack, and touches nothing that stands.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.store.db import Base, atomic
from portal.store.pack import Document, Program, Record
from portal.store.scope import internal


class LoadedProgram(Base):
    """The one program of this database."""

    __tablename__ = "loaded_program"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    loaded_at: Mapped[datetime]


class LoadedPart(Base):
    """One document or record of the pack as it was when it was loaded."""

    __tablename__ = "loaded_part"
    key: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    loaded_at: Mapped[datetime]


internal(LoadedProgram, LoadedPart)

# How a slice takes new documents or records of a kind (or "program": the pack's own table); the moment
# is wall time.
Loader = Callable[[Session, Program, list[Any], datetime], None]


class OtherProgram(Exception):
    """The database serves another program than the one asked for."""


@dataclass(frozen=True)
class LoadReport:
    """What a load did: keys of documents and records that are new, that changed in the pack, that stand."""

    slug: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    gone: tuple[str, ...]


def load(
    program: Program,
    found: Sequence[Document | Record],
    loaders: Mapping[str, Loader],
    *,
    now: datetime,
    dry_run: bool = False,
) -> LoadReport:
    """Load what the database does not have yet, each kind by its loader; all of it or nothing.

    `now` is wall time. Raises OtherProgram when the database serves another program.
    """
    with atomic() as session:
        served = session.scalar(select(LoadedProgram.slug))
        if served not in (None, program.slug):
            raise OtherProgram(f"this database serves {served}, not {program.slug}")
        known = {row.key: row.sha256 for row in session.scalars(select(LoadedPart))}
        parts = {f"{part.kind}/{part.id}": part for part in found}
        hashes = {key: part.sha256 for key, part in parts.items()}
        hashes["program"] = program.sha256
        report = LoadReport(
            slug=program.slug,
            added=tuple(sorted(key for key in hashes if key not in known)),
            changed=tuple(sorted(k for k, sha in hashes.items() if known.get(k, sha) != sha)),
            unchanged=tuple(sorted(k for k, sha in hashes.items() if known.get(k) == sha)),
            gone=tuple(sorted(key for key in known if key not in hashes)),
        )
        if dry_run:
            return report
        if served is None:
            session.add(LoadedProgram(slug=program.slug, loaded_at=now))
        for kind, loader in loaders.items():
            new = [parts[key] for key in report.added if key.startswith(f"{kind}/")]
            if new or (kind == "program" and "program" in report.added):
                loader(session, program, new, now)
        session.add_all(
            LoadedPart(key=key, sha256=hashes[key], loaded_at=now) for key in report.added
        )
    return report
