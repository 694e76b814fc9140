"""Sales materials and logo files of the demo world: made here, and brought in as people do."""

import io
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from portal.accounts.demo import acting
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.library import commands
from portal.library.commands import Draft, drawer
from portal.library.load import choice
from portal.library.models import BrandAsset, Material, MaterialFile, MaterialVersion
from portal.library.rules import MaterialKind
from portal.store import pack
from portal.store.db import db
from portal.store.pack import Program, RecordKind, Said
from portal.store.pack_format import Table
from portal.web.paper import paper
from portal.web.uploads import take

FILE = "demo/library.toml"


@dataclass(frozen=True)
class Made:
    """A material of the demo; `by` and `fetched_by` are addresses of its people."""

    by: str
    draft: Draft
    versions: int
    since: date | None
    fetched_by: tuple[str, ...]


def read_material(row: Table, said: Said) -> Made:
    """A material, who brings it, how many versions, and who has the first."""
    title, about = said.localized(row, "title"), said.localized(row, "about")
    kind = choice(row, "kind", MaterialKind)
    draft = Draft(kind, title, about, row.flag("of_all"), row.text("id"))
    fetched = row.strings("fetched_by", [])
    return Made(row.text("by"), draft, row.number("versions"), row.day("since"), fetched)


def read_logo(row: Table, said: Said) -> str:
    """Who gives a logo its file."""
    return row.text("by")


RECORDS = (RecordKind(FILE, "materials", read_material), RecordKind(FILE, "logos", read_logo))


def seed(program: Program) -> int:
    """Bring in what is not there yet; how many materials and logo files were."""
    made = 0
    for record in pack.load_records(program.slug, RECORDS):
        if record.kind == "logos":
            made += _logo(record.id, acting(record.value))
        elif not _stands(record.id):
            _material(record.value, program.languages)
            made += 1
    return made


def _material(made: Made, languages: Collection[str]) -> None:
    who = acting(made.by)
    key = commands.add(made.draft, actor=who, now=clock.wall())
    for number in range(1, made.versions + 1):
        drawers = {lang: drawer(key, lang) for lang in languages}
        for lang, subject in drawers.items():
            title = made.draft.title.pick(lang)
            content = paper(f"{title} / {number} / {lang}")
            _bring(content, f"{made.draft.slug}-{number}-{lang}.pdf", subject, who)
        today = made.since or clock.today()
        commands.prepare(key, drawers, actor=who, now=clock.wall(), today=today)
        for address in made.fetched_by if number == 1 else ():
            commands.note_download(_first_file(key), actor=acting(address), now=clock.wall())


def _logo(slug: str, who: Actor) -> bool:
    key = _scalar(
        select(BrandAsset.id).where(BrandAsset.slug == slug, BrandAsset.file_id.is_(None))
    )
    if key is None:
        return False
    subject = f"draft:brand:{key}"
    _bring(paper(slug), f"{slug}.pdf", subject, who)
    return commands.give_logo(key, subject, actor=who, now=clock.wall())


def _bring(content: bytes, name: str, subject: str, who: Actor) -> None:
    taken = take(
        [FileStorage(io.BytesIO(content), filename=name)],
        subject=subject,
        partner_id=None,
        registry_id=who.registry_id,
        actor=who,
        now=clock.wall(),
    )
    assert taken.kept and not taken.refused, "the files made here are fit to be kept"


def _first_file(material_id: int) -> int:
    query = select(MaterialFile.id).join(
        MaterialVersion, MaterialVersion.id == MaterialFile.version_id
    )
    found = _scalar(
        query.where(MaterialVersion.material_id == material_id).order_by(MaterialFile.id)
    )
    assert found is not None
    return found


def _stands(slug: str) -> bool:
    session: Session = db.session()
    return bool(session.scalar(select(exists().where(Material.slug == slug))))


def _scalar(query: Any) -> int | None:
    found: int | None = db.session().scalars(query).first()
    return found
