"""The brand assets on a date: as the rule reads them, and as pages show them."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.localized import Localized
from portal.library.facts import STATUS
from portal.library.models import BrandAsset
from portal.library.queries import NOTHING, dated_facts
from portal.library.rules import Asset, AssetKind, Spell, Status
from portal.registry.models import Registry
from portal.registry.standing import Dated
from portal.store.scope import visible_to


@dataclass(frozen=True)
class Logo:
    """A brand asset: what it is, how it stands, and `asset`, the same as the rule reads it."""

    id: int
    slug: str
    kind: AssetKind
    name: Localized
    instructions: Localized
    registry_id: int
    registry: str
    thread: int
    file_id: uuid.UUID | None
    status: Dated
    successor: str | None
    edits: bool
    asset: Asset


def logos(session: Session, actor: Actor, on: date) -> dict[str, Logo]:
    """Every brand asset by its slug, by registry and place. Three queries."""
    rows = session.execute(
        visible_to(BrandAsset, actor)
        .with_only_columns(
            *(BrandAsset.id, BrandAsset.slug, BrandAsset.kind, BrandAsset.name),
            *(BrandAsset.instructions, BrandAsset.registry_id, Registry.name.label("registry")),
            *(Registry.thread, BrandAsset.file_id, BrandAsset.successor_id),
            Registry.slug.label("at"),
        )
        .join(Registry, Registry.id == BrandAsset.registry_id)
        .order_by(Registry.position, BrandAsset.position, BrandAsset.id)
    ).all()
    slugs = {row.id: row.slug for row in rows}
    found = dated_facts(session, STATUS, on, slugs)
    edits = actor.may(Permission.EDIT_LIBRARY)
    made = {}
    for row in rows:
        status = found.get(row.id, NOTHING)
        successor = slugs.get(row.successor_id)
        asset = Asset(row.slug, row.at, row.kind, successor, spells(status))
        made[row.slug] = Logo(
            *(row.id, row.slug, row.kind, row.name, row.instructions, row.registry_id),
            *(row.registry, row.thread, row.file_id, status, successor),
            edits and row.registry_id == actor.registry_id,
            asset,
        )
    return made


def spells(status: Dated) -> tuple[Spell, ...]:
    """All periods of a status, oldest first, as the rule reads them."""
    now = (status.now,) if status.now else ()
    held = (*status.before, *now, *status.coming)
    return tuple(Spell(Status(each.value), each.since, each.until) for each in held)
