"""Sales materials as their pages show them, on a date: what is offered, announced, and who has what.

Loaded in a fixed number of queries, scoped to the reader.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, select, tuple_
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.kernel.access import Actor
from portal.kernel.localized import Localized
from portal.library.facts import SHOWN
from portal.library.models import (
    Material,
    MaterialDownload,
    MaterialFile,
    MaterialShown,
    MaterialVersion,
)
from portal.library.queries import NOTHING, dated_facts, edited_by
from portal.library.rules import MaterialKind
from portal.registry.models import Partner, Registry
from portal.registry.standing import Dated
from portal.store.facts import in_period
from portal.store.files import File
from portal.store.scope import visible_to

PAGE = 30


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; None narrows nothing. `registry` 0: what is of all."""

    registry: int | None = None
    kind: MaterialKind | None = None
    language: str | None = None


@dataclass(frozen=True)
class Sheet:
    """A file of a version, in one language; `open`: the reader may fetch it today."""

    id: int
    language: str
    name: str
    size: int
    media_type: str
    open: bool


@dataclass(frozen=True)
class Version:
    """A version of a material with its files."""

    id: int
    number: int
    made_at: datetime
    sheets: tuple[Sheet, ...] = ()


@dataclass(frozen=True)
class Listed:
    """A material on a date: `shown` holds ids of versions, which `versions` tells of.

    `registry` None: of all portfolios. `edits`: the reader keeps it.
    """

    id: int
    slug: str
    kind: MaterialKind
    title: Localized
    about: Localized
    registry_id: int | None
    registry: str | None
    thread: int | None
    edits: bool
    shown: Dated = NOTHING
    versions: dict[int, Version] = field(default_factory=dict)

    @property
    def offered(self) -> Version | None:
        """The version offered on the date."""
        return self.versions.get(self.shown.now.value) if self.shown.now else None

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which it is offered on the date."""
        return tuple(sheet.language for sheet in self.offered.sheets) if self.offered else ()

    def number(self, version_id: int | None) -> int | None:
        """The number of a version, None for none."""
        found = self.versions.get(version_id) if version_id is not None else None
        return found.number if found else None


@dataclass(frozen=True)
class Holder:
    """Somebody who fetched a material: the last version they have, and when they fetched it."""

    person_id: int
    person: str
    partner_id: int | None
    partner: str | None
    number: int
    at: datetime


def listed(
    session: Session, actor: Actor, on: date, filters: Filters, before: int | None = None
) -> tuple[list[Listed], int | None]:
    """A page of the materials, newest first, and the key before which there are more."""
    query = _materials(actor)
    if filters.registry is not None:
        query = query.where(
            Material.registry_id == filters.registry
            if filters.registry
            else Material.registry_id.is_(None)
        )
    if filters.kind is not None:
        query = query.where(Material.kind == filters.kind)
    if filters.language is not None:
        in_language = exists().where(
            MaterialShown.material_id == Material.id,
            in_period(MaterialShown, on),
            MaterialFile.version_id == MaterialShown.version_id,
            MaterialFile.language == filters.language,
        )
        query = query.where(in_language)
    if before is not None:
        query = query.where(Material.id < before)
    rows = session.execute(query.order_by(Material.id.desc()).limit(PAGE + 1)).all()
    found = _with_versions(session, actor, on, rows[:PAGE])
    return found, rows[PAGE - 1].id if len(rows) > PAGE else None


def one(session: Session, actor: Actor, on: date, material_id: int) -> Listed | None:
    """One material, or None when the actor does not see it."""
    rows = session.execute(_materials(actor).where(Material.id == material_id)).all()
    return next(iter(_with_versions(session, actor, on, rows)), None)


def file_of(session: Session, actor: Actor, material_file_id: int) -> File | None:
    """The file of a version, or None when the actor may not fetch it."""
    seen = visible_to(MaterialFile, actor).with_only_columns(MaterialFile.file_id)
    return session.scalar(
        select(File).where(File.id.in_(seen.where(MaterialFile.id == material_file_id)))
    )


def _materials(actor: Actor) -> Any:
    return (
        visible_to(Material, actor)
        .with_only_columns(
            *(Material.id, Material.slug, Material.kind, Material.title, Material.about),
            *(Material.registry_id, Registry.name.label("registry"), Registry.thread),
            edited_by(actor).label("edits"),
        )
        .outerjoin(Registry, Registry.id == Material.registry_id)
    )


def _with_versions(session: Session, actor: Actor, on: date, rows: Iterable[Any]) -> list[Listed]:
    """The materials with their dated facts and versions. Three queries."""
    rows = list(rows)
    keys = [row.id for row in rows]
    shown = dated_facts(session, SHOWN, on, keys)
    announced = {
        held.value
        for fact in shown.values()
        for held in (*fact.before, *((fact.now,) if fact.now else ()), *fact.coming)
        if held.value is not None
    }
    seen = visible_to(MaterialVersion, actor).with_only_columns(MaterialVersion.id)
    kept = session.execute(
        select(MaterialVersion)
        .where(MaterialVersion.material_id.in_(keys))
        .where(MaterialVersion.id.in_(seen) | MaterialVersion.id.in_(announced))
        .order_by(MaterialVersion.number)
        .with_only_columns(
            *(MaterialVersion.id, MaterialVersion.material_id),
            *(MaterialVersion.number, MaterialVersion.made_at),
        )
    ).all()
    sheets = _sheets(session, actor, [row.id for row in kept])
    versions: dict[int, dict[int, Version]] = {}
    for row in kept:
        made = Version(row.id, row.number, row.made_at, tuple(sheets.get(row.id, ())))
        versions.setdefault(row.material_id, {})[row.id] = made
    return [
        Listed(
            *(row.id, row.slug, row.kind, row.title, row.about, row.registry_id),
            *(row.registry, row.thread, bool(row.edits)),
            shown.get(row.id, NOTHING),
            versions.get(row.id, {}),
        )
        for row in rows
    ]


def _sheets(session: Session, actor: Actor, versions: list[int]) -> dict[int, list[Sheet]]:
    seen = visible_to(MaterialFile, actor).with_only_columns(MaterialFile.id)
    rows = session.execute(
        select(
            *(MaterialFile.version_id, MaterialFile.id, MaterialFile.language),
            *(File.name, File.size, File.media_type, MaterialFile.id.in_(seen).label("open")),
        )
        .join(File, File.id == MaterialFile.file_id)
        .where(MaterialFile.version_id.in_(versions))
        .order_by(MaterialFile.language.desc())
    )
    found: dict[int, list[Sheet]] = {}
    for row in rows:
        sheet = Sheet(row.id, row.language, row.name, row.size, row.media_type, bool(row.open))
        found.setdefault(row.version_id, []).append(sheet)
    return found


def holders(
    session: Session,
    actor: Actor,
    material_id: int,
    *,
    older_than: int | None = None,
    after: tuple[int, int] | None = None,
) -> tuple[list[Holder], tuple[int, int] | None]:
    """A page of who fetched the material, each with the last version they have; with `older_than`
    only those who have none of that number or later. One query.
    """
    company = func.coalesce(MaterialDownload.partner_id, 0)
    last = func.max(MaterialVersion.number)
    query: Any = (
        visible_to(MaterialDownload, actor)
        .with_only_columns(
            *(MaterialDownload.person_id, Person.name.label("person")),
            *(MaterialDownload.partner_id, Partner.name.label("partner")),
            *(last.label("number"), func.max(MaterialDownload.at).label("at")),
        )
        .join(MaterialFile, MaterialFile.id == MaterialDownload.material_file_id)
        .join(MaterialVersion, MaterialVersion.id == MaterialFile.version_id)
        .join(Person, Person.id == MaterialDownload.person_id)
        .outerjoin(Partner, Partner.id == MaterialDownload.partner_id)
        .where(MaterialVersion.material_id == material_id)
        .group_by(
            *(MaterialDownload.person_id, Person.name, MaterialDownload.partner_id, Partner.name)
        )
        .order_by(MaterialDownload.person_id, company)
    )
    if older_than is not None:
        query = query.having(last < older_than)
    if after is not None:
        query = query.where(tuple_(MaterialDownload.person_id, company) > after)
    rows = [Holder(*row) for row in session.execute(query.limit(PAGE + 1))]
    more = rows[PAGE - 1] if len(rows) > PAGE else None
    return rows[:PAGE], (more.person_id, more.partner_id or 0) if more else None
