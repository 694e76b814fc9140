"""Adding materials, preparing their versions, noting who fetched one. `now` is wall time.

None of these changes what is offered once anything is: the first version of a new material is offered
at once (N1), every later one, and the first of one that is announced, only by notice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.decision import JSON
from portal.kernel.localized import Localized
from portal.library.facts import SHOWN
from portal.library.models import (
    BrandAsset,
    Material,
    MaterialDownload,
    MaterialFile,
    MaterialShown,
    MaterialVersion,
)
from portal.library.queries import edited_by
from portal.library.rules import MaterialKind
from portal.store import files
from portal.store.db import atomic, retrying
from portal.store.events import emit
from portal.store.facts import WarrantKind, warrant
from portal.store.periods import begin
from portal.store.scope import visible_to
from portal.store.types import new_ref


class Unseen(Exception):
    """Nothing that the actor may see, or keeps, has this id."""


@dataclass(frozen=True)
class Draft:
    """A material as somebody describes it; `of_all`: of all portfolios, not of their own registry's.
    Without a `slug` it gets one.
    """

    kind: MaterialKind
    title: Localized
    about: Localized
    of_all: bool
    slug: str = ""


@dataclass(frozen=True)
class Prepared:
    """A version that was made; `offered`: it is the first value, and so offered at once."""

    number: int
    offered: bool


def drawer(material_id: int, language: str) -> str:
    """Under which subject the file of a version to come is kept, until it is made."""
    return f"draft:material:{material_id}:{language}"


def add(draft: Draft, *, actor: Actor, now: datetime) -> int:
    """Add a material without any version, of the actor's registry or of all; its id."""
    if actor.registry_id is None or not actor.may(Permission.EDIT_LIBRARY):
        raise Unseen
    with atomic() as session:
        row = Material(
            slug=draft.slug or f"m-{new_ref().lower()}",
            registry_id=None if draft.of_all else actor.registry_id,
            kind=draft.kind,
            title=draft.title,
            about=draft.about,
            made_at=now,
        )
        session.add(row)
        session.flush()
        _emit(session, row, "material.added", actor, now, kind=row.kind.value)
        return row.id


@retrying
def prepare(
    material_id: int,
    drawers: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    today: date,
) -> Prepared | None:
    """Make the next version of a material from what the actor laid into `drawers` (subjects by
    language); None where they are empty. `today` is the business date. Raises Unseen.
    """
    with atomic() as session:
        material = session.scalar(
            select(Material).where(Material.id == material_id, edited_by(actor)).with_for_update()
        )
        if material is None:
            raise Unseen
        moved = {
            language: files.move(
                *(session, actor, subject, f"material:{material_id}:{language}"),
                registry_id=material.registry_id,
            )
            for language, subject in drawers.items()
        }
        if not any(moved.values()):
            return None
        last = select(func.max(MaterialVersion.number))
        number = session.scalar(last.where(MaterialVersion.material_id == material_id)) or 0
        version = MaterialVersion(
            material_id=material_id, number=number + 1, made_by=actor.person_id, made_at=now
        )
        session.add(version)
        session.flush()
        session.add_all(
            MaterialFile(version_id=version.id, language=language, file_id=kept[-1].id)
            for language, kept in moved.items()
            if kept
        )
        offered = _offer_first(session, material, version, actor, now, today)
        said: dict[str, JSON] = {"version": version.number, "offered": offered}
        _emit(session, material, "material.prepared", actor, now, **said)
        return Prepared(version.number, offered)


def spoken_of(session: Session, material_id: int) -> bool:
    """Whether anything was ever said of what is offered of a material."""
    said = exists().where(MaterialShown.material_id == material_id)
    return bool(session.scalar(select(said)))


def _offer_first(
    session: Session,
    material: Material,
    version: MaterialVersion,
    actor: Actor,
    now: datetime,
    today: date,
) -> bool:
    """Offer the first version of a material of which nothing was ever said; whether it was."""
    if spoken_of(session, material.id):
        return False
    reason = f"material:{material.id} version {version.number}"
    stands_on = warrant(session, WarrantKind.ORIGIN, reason=reason, actor=actor, at=now)
    begin(session, SHOWN, material.id, version.id, on=today, warrant_id=stands_on.id)
    return True


@retrying
def note_download(material_file_id: int, *, actor: Actor, now: datetime) -> None:
    """Put on record that the actor fetched the file of a version. Raises Unseen."""
    with atomic() as session:
        query = visible_to(MaterialFile, actor).where(MaterialFile.id == material_file_id)
        found = session.scalar(query)
        if found is None or actor.person_id is None:
            raise Unseen
        version = session.get_one(MaterialVersion, found.version_id)
        material = session.get_one(Material, version.material_id)
        session.add(
            MaterialDownload(
                material_file_id=found.id,
                person_id=actor.person_id,
                partner_id=actor.partner_id,
                at=now,
            )
        )
        said: dict[str, JSON] = {"version": version.number, "language": found.language}
        emit(
            *(session, f"material:{material.id}", "material.downloaded"),
            actor=actor,
            at=now,
            partner_id=actor.partner_id,
            # Everybody reads every portfolio: a company's downloads stand in its own trail alone,
            # and its registries see theirs on the material's page.
            registry_id=None if actor.partner_id else material.registry_id,
            payload=said,
        )


@retrying
def give_logo(asset_id: int, subject: str, *, actor: Actor, now: datetime) -> bool:
    """Give a brand asset of the actor's registry its file from the drawer `subject`: once, for
    another file is another asset (N1). Whether it has it now. Raises Unseen.
    """
    with atomic() as session:
        asset = session.scalar(
            select(BrandAsset)
            .where(BrandAsset.id == asset_id, BrandAsset.registry_id == actor.registry_id)
            .with_for_update()
        )
        if asset is None or not actor.may(Permission.EDIT_LIBRARY):
            raise Unseen
        if asset.file_id is not None:
            return False
        kept = files.move(
            *(session, actor, subject, f"brand:{asset_id}"), registry_id=asset.registry_id
        )
        if not kept:
            return False
        asset.file_id = kept[-1].id
        emit(
            *(session, f"brand:{asset_id}", "brand.file_given"),
            actor=actor,
            at=now,
            registry_id=asset.registry_id,
        )
        return True


def _emit(
    session: Session, material: Material, verb: str, actor: Actor, now: datetime, **said: JSON
) -> None:
    emit(
        *(session, f"material:{material.id}", verb),
        actor=actor,
        at=now,
        partner_id=actor.partner_id,
        registry_id=material.registry_id,
        payload=said,
    )
