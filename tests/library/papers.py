"""What the library of the demo holds, for the matrix: who may see what of it, by hand."""

import tomllib
from typing import Any

from sqlalchemy import delete, select, update

from portal.accounts.models import Person
from portal.library import demo
from portal.library.models import (
    BrandAsset,
    Material,
    MaterialDownload,
    MaterialFile,
    MaterialShown,
    MaterialVersion,
)
from portal.mdf.claim_models import Document
from portal.registry.models import Registry
from portal.store import blobs, pack
from portal.store.db import atomic, db
from portal.store.files import File, FileRoom
from portal.web.paper import paper
from tests import people
from tests.surface.rivals import Thing, World

READERS = (
    *(people.NORTE, people.NORTE_ADMIN, people.SUR, people.SUR_ADMIN),
    *(people.CHANNEL, people.CHANNEL_L3, people.LEAD, people.LEAD_L3),
    *(people.ACCOUNT, people.ACCOUNT_L3),
)
OFFERED = 1  # the demo offers the first version of each material, and no later one
USABLE = {"level3-partner-program"}  # the one logo that has a file
# The demo's people bring papers, those of the tests plain texts.
brought_by_hand = File.name.like("%.txt")
of_the_library = File.subject.like("material:%") | File.subject.like("brand:%")


def shelf(world: World, peers: dict[str, tuple[str, ...]]) -> None:
    """Put everything of the library into `world`; `peers`: the channel people of each registry."""
    session = db.session()
    slugs = {row.id: row.slug for row in session.scalars(select(Registry))}
    everyone = tuple(each for group in peers.values() for each in group)

    def keepers(registry_id: int | None) -> tuple[str, ...]:
        return everyone if registry_id is None else peers[slugs[registry_id]]

    def thing(kind: str, key: Any, *seen_by: str) -> None:
        world.things.append(Thing(kind, str(key), "", frozenset(), frozenset(seen_by)))

    for material in session.scalars(select(Material)):
        thing("material_id", material.id, *READERS)
        thing("edited_id", material.id, *keepers(material.registry_id))
    for key, number, registry_id in session.execute(
        select(MaterialFile.id, MaterialVersion.number, Material.registry_id)
        .join(MaterialVersion, MaterialVersion.id == MaterialFile.version_id)
        .join(Material, Material.id == MaterialVersion.material_id)
    ):
        readers = READERS if number == OFFERED else keepers(registry_id)
        thing("material_file_id", key, *readers)
    for asset in session.scalars(select(BrandAsset).order_by(BrandAsset.id)):
        thing("asset_id", asset.id, *(READERS if asset.slug in USABLE else ()))
        thing("logo_id", asset.id, *keepers(asset.registry_id))
    for file in session.scalars(select(File).where(of_the_library)):
        thing("file_id", file.id, *keepers(file.registry_id))
    for name, registry_id in session.execute(
        select(Person.name, Material.registry_id)
        .join(MaterialDownload, MaterialDownload.person_id == Person.id)
        .join(MaterialFile, MaterialFile.id == MaterialDownload.material_file_id)
        .join(MaterialVersion, MaterialVersion.id == MaterialFile.version_id)
        .join(Material, Material.id == MaterialVersion.material_id)
    ):
        for email in keepers(registry_id):
            world.allowed.setdefault(email, set()).add(name)
    lay_out()


def clear() -> None:
    """Take the files of the demo away, and all that stands on them."""
    with atomic() as session:
        session.execute(delete(MaterialShown).where(MaterialShown.version_id.is_not(None)))
        session.execute(update(BrandAsset).values(file_id=None))
        for model in (MaterialDownload, MaterialFile, MaterialVersion, Document, File, FileRoom):
            session.execute(delete(model))


def lay_out() -> None:
    """The files of the demo themselves: their folder is swept by other tests, rows alone come back."""
    slug = pack.default_slug()
    for record in pack.load_records(slug, demo.RECORDS):
        if record.kind == "logos":
            blobs.write(paper(record.id))
            continue
        made = record.value
        for lang, title in made.draft.title.items():
            for number in range(1, made.versions + 1):
                blobs.write(paper(f"{title} / {number} / {lang}"))
    story = tomllib.loads((pack.demo_path(slug) / "mdf.toml").read_text("utf-8"))
    for row in story["requests"]:
        for claim in row.get("claims", ()):
            lines = [f"{row['title']} / {proof}" for proof in claim["proofs"]]
            lines += [f"{bill['issuer']} / {bill['number']}" for bill in claim["invoices"]]
            for line in lines:
                blobs.write(paper(line))
