"""What a notice does to the library, without the notice: the one writer, on a notice's warrant."""

import io
from datetime import date
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from portal.kernel import clock
from portal.kernel.access import SYSTEM
from portal.library import commands, demo
from portal.library.commands import drawer
from portal.library.models import Material, MaterialVersion
from portal.store.db import atomic, db
from portal.store.facts import GatedFact, WarrantKind, warrant
from portal.store.periods import take_effect
from portal.web.uploads import take
from tests.companies.cast import actor

MARCH = date(2018, 3, 1)


def announce(fact: GatedFact, key: int, value: Any, on: date = MARCH) -> None:
    """Let `fact` of a subject be `value` from `on`, as if a notice had taken effect."""
    with atomic() as session:
        stands = warrant(
            session, WarrantKind.NOTICE, reason="N-TEST", actor=SYSTEM, at=clock.wall()
        )
        take_effect(session, fact, {key: value}, on=on, warrant_id=stands.id)


def id_of(model: Any, slug: str) -> int:
    """The id of a row of the library."""
    found = db.session.scalar(select(model.id).where(model.slug == slug))
    db.session.rollback()
    assert found is not None, slug
    return int(found)


def version(slug: str, number: int) -> int:
    """The id of a version of a material."""
    query = select(MaterialVersion.id).join(Material, Material.id == MaterialVersion.material_id)
    found = db.session.scalar(query.where(Material.slug == slug, MaterialVersion.number == number))
    db.session.rollback()
    assert found is not None, (slug, number)
    return int(found)


def prepare(material_id: int, email: str, *languages: str) -> commands.Prepared | None:
    """Prepare a version as somebody, with a file in each of the languages."""
    who = actor(email)
    drawers = {lang: drawer(material_id, lang) for lang in languages}
    for lang, subject in drawers.items():
        sent = FileStorage(io.BytesIO(demo.paper(f"x {lang}")), filename=f"x-{lang}.pdf")
        take([sent], subject=subject, partner_id=None, registry_id=who.registry_id,
             actor=who, now=clock.wall())  # fmt: skip
    return commands.prepare(material_id, drawers, actor=who, now=clock.wall(), today=clock.today())
