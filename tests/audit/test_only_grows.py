"""The database itself refuses to change or remove an event or a seal, whoever asks (B23)."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from portal.audit import proof
from portal.store import seals
from portal.store.append_only import names
from portal.store.db import atomic, db
from tests.audit.tampering import NOW, ago, happen, postgres

CHANGES = (
    "UPDATE event SET verb = 'nothing'",
    "DELETE FROM event",
    "UPDATE seal SET hash = 'x'",
    "DELETE FROM sealed_event",
    "DELETE FROM seal",
)


@pytest.fixture
def sealed(app: Flask) -> Flask:
    happen(ago(hours=2))
    assert seals.seal(NOW) is not None
    return app


def do(statement: str) -> None:
    with atomic() as session:
        session.execute(text(statement))


@pytest.mark.parametrize("statement", CHANGES)
def test_neither_events_nor_seals_change(sealed: Flask, statement: str) -> None:
    with pytest.raises(DBAPIError, match="only grows"):
        do(statement)


def test_no_row_is_written_over_and_no_table_emptied(sealed: Flask) -> None:
    """REPLACE and upserts on SQLite, TRUNCATE on PostgreSQL."""
    if postgres():
        with pytest.raises(DBAPIError, match="only grows"):
            do("TRUNCATE event CASCADE")
    else:
        copy = "SELECT id, stream, version, 'x', actor, role, 1, 1, 1, '', at, '{}' FROM event"
        columns = "id, stream, version, verb, actor, role, person_id, partner_id, registry_id, origin, at, payload"
        with pytest.raises(IntegrityError, match="only grows"):
            do(f"INSERT OR REPLACE INTO event ({columns}) {copy}")
        other = copy.replace("SELECT id", "SELECT 'f' || substr(id, 2)")
        with pytest.raises(IntegrityError, match="only grows"):
            do(f"INSERT OR REPLACE INTO event ({columns}) {other}")


@pytest.mark.parametrize("statement", CHANGES[:2])
def test_without_its_trigger_an_event_is_changed(sealed: Flask, statement: str) -> None:
    """The control, and that the doctor sees it; what a transaction drops it puts back."""
    with atomic() as session:
        assert list(proof.unguarded(session)) == []
        for table in ("event", "sealed_event") if postgres() else ("event",):
            on = f" ON {table}" if postgres() else ""
            for name in names(session.get_bind().dialect.name, table):
                session.execute(text(f"DROP TRIGGER {name}{on}"))
        session.execute(text("DELETE FROM sealed_event" if postgres() else "SELECT 1"))
        if "UPDATE" in statement:
            assert session.execute(text(statement)).rowcount > 0  # type: ignore[attr-defined]
        assert "event can be changed" in " ".join(f.said for f in proof.unguarded(session))
        session.rollback()
    assert list(proof.unguarded(db.session())) == []
