"""Names stand in one order on both databases, whatever their capitals and accents."""

from flask import Flask
from sqlalchemy import select

from portal.registry.models import Partner
from portal.store.db import atomic, db
from portal.store.ordering import by_name

NAMES = ["álamo", "Beta", "Éxito", "exito", "Ñandú", "Óscar", "Tomás", "Łódź", "Zeta", "Жар"]
ORDER = ["álamo", "Beta", "Éxito", "exito", "Łódź", "Ñandú", "Óscar", "Tomás", "Zeta", "Жар"]


def partners(*order: object) -> list[str]:
    """The names of all partners in an order."""
    found = list(db.session.scalars(select(Partner.name).order_by(*order)))
    db.session.rollback()
    return found


def test_names_stand_in_the_order_people_read_them(app: Flask) -> None:
    """On SQLite and on PostgreSQL alike; equal ones in the order they came."""
    with atomic() as session:
        session.add_all(Partner(code=f"P{at}", name=name) for at, name in enumerate(NAMES))
    assert partners(by_name(Partner.name), Partner.id) == ORDER


def test_pages_by_name_lose_nobody_between_them(app: Flask) -> None:
    """A page begins after a name and a key: names that are the same to the eye too."""
    with atomic() as session:
        session.add_all(Partner(code=f"P{at}", name=name) for at, name in enumerate(NAMES))
    mine, seen = by_name(Partner.name), list[str]()
    last: int | None = None
    for _ in NAMES:
        query = select(Partner.id, Partner.name).order_by(mine, Partner.id).limit(1)
        if last is not None:
            name = by_name(select(Partner.name).where(Partner.id == last).scalar_subquery())
            query = query.where((mine > name) | ((mine == name) & (Partner.id > last)))
        last, told = db.session.execute(query).one()
        seen.append(told)
    db.session.rollback()
    assert seen == ORDER


def test_without_it_the_order_would_be_that_of_bytes(app: Flask) -> None:
    """The control: what SQLite does by itself."""
    with atomic() as session:
        session.add_all(Partner(code=name, name=name) for name in ("Tomás", "Óscar"))
    if db.engine.dialect.name == "sqlite":
        assert partners(Partner.name) == ["Tomás", "Óscar"]
    assert partners(by_name(Partner.name)) == ["Óscar", "Tomás"]
