"""Events of before lose names and addresses when they are brought up, and get what can be known."""

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Uuid, column, insert, select, table, text
from sqlalchemy.types import JSON, String

from portal.accounts.models import Person
from portal.store.db import db
from portal.store.events import Event
from portal.store.types import uuid7
from tests.people import NORTE

OLD = table(
    "event",
    column("id", Uuid()),
    *(column(name) for name in ("stream", "version", "verb", "actor", "person_id", "partner_id")),
    column("at", String()),
    column("payload", JSON()),
)
AT = "2026-01-01 10:00:00.000000"


def test_events_of_before_come_up_without_names_and_go_down_again(demo: Flask) -> None:
    norte = db.session.scalar(select(Person.id).where(Person.email == NORTE))
    db.session.remove()
    downgrade(revision="0005")
    rows = (
        ("a", "person.signed_in", NORTE, norte, {}),
        ("b", "registry.imported", "system", None,
         {"kind": "teams", "file": "ana.csv", "correction": "Ana said so", "held": []}),
        ("c", "person.signed_in", "somebody", None, {}),
    )  # fmt: skip
    at = text(f"TIMESTAMPTZ '{AT}+00'") if db.engine.dialect.name == "postgresql" else AT
    with db.engine.begin() as connection:
        for stream, verb, actor, person, payload in rows:
            connection.execute(
                insert(OLD).values(
                    id=uuid7(), stream=stream, version=1, verb=verb, actor=actor, person_id=person,
                    partner_id=None, at=at, payload=payload,
                )
            )  # fmt: skip
    upgrade()
    found = {
        e.stream: e
        for e in db.session.scalars(select(Event).where(Event.stream.in_(("a", "b", "c"))))
    }
    told = {stream: (e.actor, e.role, e.origin, e.payload) for stream, e in found.items()}
    assert told == {
        "a": (f"person:{norte}", "partner_user", "", {}),
        "b": ("system", "", "command line", {"kind": "teams", "correction": True, "held": []}),
        "c": ("visitor", "", "", {}),
    }
    db.session.remove()
    downgrade(revision="0005")
    with db.engine.connect() as connection:
        actors = connection.scalars(text("SELECT actor FROM event WHERE stream IN ('a', 'b', 'c')"))
        assert set(actors) == {NORTE, "system", "visitor"}
    upgrade()
