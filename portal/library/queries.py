"""Who sees what of the library, and how its portals, tools and processes stand on a date.

Everybody who reads the library reads all portfolios (Q16). A version that is only prepared is seen by
those who may offer it; its file, by everyone else while it is offered.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import and_, exists, false, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.localized import Localized
from portal.library.facts import LINK, STANDING, TEXT
from portal.library.models import (
    BrandAsset,
    BrandStatus,
    Material,
    MaterialDownload,
    MaterialFile,
    MaterialShown,
    MaterialVersion,
    Portal,
    PortalLink,
    Process,
    ProcessText,
    Tool,
    ToolStanding,
)
from portal.library.rules import Audience, Purpose
from portal.registry.models import Partner, Registry
from portal.registry.standing import DAY, Dated, Held, dated
from portal.store.announced import Announced, announced
from portal.store.facts import GatedFact, Warrant, WarrantKind, in_period
from portal.store.scope import open_to_all, scope, visible, visible_to

open_to_all(Portal, PortalLink, Tool, ToolStanding, Process, ProcessText, MaterialShown)
open_to_all(BrandAsset, BrandStatus)


def edited_by(actor: Actor) -> ColumnElement[bool]:
    """The materials an actor keeps: those of the own registry, and those of all."""
    if not actor.may(Permission.EDIT_LIBRARY):
        return false()
    return or_(Material.registry_id.is_(None), Material.registry_id == actor.registry_id)


@scope(Material)
def materials(actor: Actor) -> ColumnElement[bool] | None:
    """What is or was offered, or is announced; one's own also before that."""
    return or_(edited_by(actor), exists().where(MaterialShown.material_id == Material.id))


@scope(MaterialVersion)
def versions(actor: Actor) -> ColumnElement[bool] | None:
    """What is or was offered; of one's own materials also what is only prepared."""
    kept = select(Material.id).where(edited_by(actor))
    begun = select(MaterialShown.version_id).where(
        MaterialShown.version_id.is_not(None), MaterialShown.valid_from <= clock.today()
    )
    return or_(MaterialVersion.material_id.in_(kept), MaterialVersion.id.in_(begun))


@scope(MaterialFile)
def material_files(actor: Actor) -> ColumnElement[bool] | None:
    """The files of what is offered today; of one's own materials, of every version."""
    kept = (
        select(MaterialVersion.id)
        .join(Material, Material.id == MaterialVersion.material_id)
        .where(edited_by(actor))
    )
    offered = select(MaterialShown.version_id).where(
        MaterialShown.version_id.is_not(None), in_period(MaterialShown, clock.today())
    )
    return or_(MaterialFile.version_id.in_(kept), MaterialFile.version_id.in_(offered))


@scope(MaterialDownload)
def downloads(actor: Actor) -> ColumnElement[bool] | None:
    """Of one's own materials, those of the companies one sees, and of colleagues."""
    if not actor.may(Permission.EDIT_LIBRARY):
        return false()
    kept = (
        select(MaterialFile.id)
        .join(MaterialVersion, MaterialVersion.id == MaterialFile.version_id)
        .join(Material, Material.id == MaterialVersion.material_id)
        .where(edited_by(actor))
    )
    seen = visible(Partner, actor)
    company = select(Partner.id) if seen is None else select(Partner.id).where(seen)
    whose = or_(MaterialDownload.partner_id.is_(None), MaterialDownload.partner_id.in_(company))
    return and_(MaterialDownload.material_file_id.in_(kept), whose)


@dataclass(frozen=True)
class Card:
    """A portal, tool or process on a date; `registry` None: of all, `fact`: its dated fact."""

    id: int
    slug: str
    registry_id: int | None
    registry: str | None
    thread: int | None
    name: Localized
    fact: Dated
    about: Localized | None = None
    audience: Audience | None = None
    purpose: Purpose | None = None


def dated_facts(
    session: Session, fact: GatedFact, on: date, keys: Iterable[int]
) -> dict[int, Dated]:
    """How `fact` of each of the subjects `keys` reads on `on`, with what a notice announces of it
    before that holds. Two queries.
    """
    asked, model = list(keys), fact.model
    subject = getattr(model, fact.subject)
    query: Any = (
        select(
            *(subject, getattr(model, fact.value), model.valid_from, model.valid_to),
            *(Warrant.kind, Warrant.reason),
        )
        .join(Warrant, Warrant.id == model.warrant_id)
        .where(subject.in_(asked))
        .order_by(model.valid_from)
    )
    found: dict[int, list[Held]] = {}
    for row in session.execute(query):
        found.setdefault(row[0], []).append(Held(*row[1:]))
    soon = {int(key): each for key, each in announced(session, fact, asked, on).items()}
    return {
        key: _with_announced(dated(found.get(key, []), on), fact, soon.get(key))
        for key in found.keys() | soon.keys()
    }


def _with_announced(told: Dated, fact: GatedFact, soon: Announced | None) -> Dated:
    """`told`, and what a notice announces: what holds now ends the day before."""
    if soon is None or any(held.since == soon.on for held in told.coming):
        return told
    coming = Held(fact.stored(soon.value), soon.on, None, WarrantKind.NOTICE, soon.ref)
    now = told.now
    if now is not None and (now.until is None or now.until >= soon.on):
        now = replace(now, until=soon.on - DAY)
    later = sorted((*told.coming, coming), key=lambda held: held.since)
    return replace(told, now=now, coming=tuple(later))


NOTHING = Dated(None, None, (), ())


def portals(session: Session, actor: Actor, on: date) -> list[Card]:
    """Every portal, by registry, audience and place. Three queries."""
    return _cards(session, actor, on, Portal, LINK, (Portal.audience, Portal.purpose))


def tools(session: Session, actor: Actor, on: date) -> list[Card]:
    """Every tool, by registry and place, those of all last. Three queries."""
    return _cards(session, actor, on, Tool, STANDING, (Tool.about,))


def processes(session: Session, actor: Actor, on: date) -> list[Card]:
    """Every process, by registry and place, those of all last. Three queries."""
    return _cards(session, actor, on, Process, TEXT, ())


def _cards(
    session: Session,
    actor: Actor,
    on: date,
    model: type[Any],
    fact: GatedFact,
    more: tuple[Any, ...],
) -> list[Card]:
    rows = session.execute(
        visible_to(model, actor)
        .with_only_columns(
            *(model.id, model.slug, model.registry_id),
            *(Registry.name.label("registry"), Registry.thread, model.name, *more),
        )
        .outerjoin(Registry, Registry.id == model.registry_id)
        .order_by(Registry.position.is_(None), Registry.position, model.position, model.id)
    ).all()
    found = dated_facts(session, fact, on, [row.id for row in rows])
    names = [column.key for column in more]
    return [
        Card(
            *(row.id, row.slug, row.registry_id, row.registry, row.thread, row.name),
            found.get(row.id, NOTHING),
            **{name: getattr(row, name) for name in names},
        )
        for row in rows
    ]
