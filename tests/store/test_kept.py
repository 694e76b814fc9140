"""Before each test the database is as it was kept, whatever was done to it and by whom."""

from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import text

from portal.store.db import db
from tests.conftest import House

Told = dict[str, list[str]]


def told(house: House) -> Told:
    """Every row of every table, as text, and the next number of each sequence."""
    assert house.kept
    with psycopg.connect(house.kept.url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        found = {}
        for (table,) in tables:
            rows = connection.execute(f'SELECT t::text FROM public."{table}" t'.encode())
            found[table] = sorted(row[0] for row in rows)
        numbers = "SELECT schemaname || sequencename || start_value || coalesce(last_value, 0)"
        found[""] = [row[0] for row in connection.execute(f"{numbers} FROM pg_sequences".encode())]
    return found


def through(*statements: str) -> Callable[[House], None]:
    """Done past the portal, by a connection of its own: as another process does it."""

    def done(house: House) -> None:
        assert house.kept
        with psycopg.connect(house.kept.url) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement.encode())

    return done


def rolled_back(house: House) -> None:
    """A number is taken, and nothing else."""
    with house.app.app_context():
        db.session.execute(text("INSERT INTO customer (code, name) VALUES ('K', 'K')"))
        db.session.rollback()


DEEDS = {
    "an insert": through("INSERT INTO customer (code, name) VALUES ('K', 'K')"),
    "an update": through("UPDATE customer SET name = name || '!' WHERE id = (SELECT max(id) FROM customer)"),
    "an update that changes nothing": through("UPDATE customer SET name = name"),
    "a delete": through("DELETE FROM team_member WHERE id = (SELECT min(id) FROM team_member)"),
    "a row for a row": through(
        "DELETE FROM customer WHERE id = (SELECT max(id) FROM customer)",
        "INSERT INTO customer (code, name) VALUES ('K', 'K')",
    ),
    "everything gone": through("TRUNCATE person CASCADE"),
    "a number taken": rolled_back,
    "another state": lambda house: house.state("loaded"),
    "nothing": lambda house: None,
}  # fmt: skip


@pytest.mark.parametrize("deed", DEEDS)
def test_whatever_was_done_is_undone(postgres_house: House, deed: str) -> None:
    postgres_house.state("demo")
    before = told(postgres_house)
    DEEDS[deed](postgres_house)
    assert (told(postgres_house) == before) is (
        deed in ("nothing", "an update that changes nothing")
    )
    postgres_house.state("demo")
    assert told(postgres_house) == before


def test_only_what_was_changed_is_written_again(postgres_house: House) -> None:
    assert postgres_house.kept
    postgres_house.state("demo")
    before = list(postgres_house.kept.writers)
    DEEDS["an insert"](postgres_house)
    postgres_house.state("demo")
    pairs = zip(before, postgres_house.kept.writers, strict=True)
    assert len([1 for old, new in pairs if old != new]) == 1
