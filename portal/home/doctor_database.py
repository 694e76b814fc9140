"""What the doctor asks of the database as such: it answers, it is of this program, it keeps what it takes."""

from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from portal.store.db import BUSY_MS, db
from portal.store.program import LoadedProgram
from portal.web.checkup import Blocks, Finding, Needs, Place, Words, check, first_line

UPGRADE = "flask db upgrade"
PRAGMAS: dict[str, str | int] = {
    "journal_mode": "wal",
    "foreign_keys": 1,
    "synchronous": 2,  # FULL
    "busy_timeout": BUSY_MS,
}


@check(
    "database",
    Needs.NOTHING,
    {
        "database.missing": Words("there is no database at {file}", UPGRADE),
        "database.silent": Words(
            "the database does not answer: {error}",
            "start it, or mend PORTAL_DATABASE_URL",
        ),
    },
    opens=Needs.DATABASE,
)
def answers(_place: Place) -> Iterator[Finding]:
    """The database is there and answers. Asking makes none."""
    file = db.engine.url.database
    if not on_postgresql() and not (file and Path(file).exists()):
        yield Finding("database.missing", {"file": file})
        return
    try:
        db.session().execute(text("SELECT 1"))
    except DBAPIError as error:
        yield Finding("database.silent", {"error": first_line(error)})
    finally:
        db.session().rollback()


@check(
    "migrations",
    Needs.DATABASE,
    {
        "migrations.behind": Words(
            "the database stands at {at}, this program needs {head}", UPGRADE
        ),
        "migrations.ahead": Words(
            "the database stands at {at}, which this program does not know (its last is {head})",
            "run the newer program that migrated it, or restore a copy from before",
        ),
    },
    opens=Needs.SCHEMA,
)
def migrations(place: Place) -> Iterator[Finding]:
    """The database stands where this program's last migration leaves it."""
    known, head = _revisions(place.app)
    connection = db.session().connection()
    at = None
    if inspect(connection).has_table("alembic_version"):
        at = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if at != head:
        code = "migrations.behind" if at in {None, *known} else "migrations.ahead"
        yield Finding(code, {"at": at or "nothing", "head": head})


def _revisions(app: Flask) -> tuple[set[str], str | None]:
    """Every migration there is, and the last."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(app.extensions["migrate"].migrate.get_config())
    return {each.revision for each in scripts.walk_revisions()}, scripts.get_current_head()


@check(
    "program",
    Needs.SCHEMA,
    {
        "program.none": Words("no program is loaded", "flask program load"),
        "program.other": Words(
            "the database serves {loaded}, this portal {served}",
            "set PORTAL_PROGRAM={loaded}, or give {served} a database of its own",
        ),
    },
)
def program(place: Place) -> Iterator[Finding]:
    """The program loaded is the one served."""
    loaded = db.session().scalar(select(LoadedProgram.slug))
    if loaded is None:
        yield Finding("program.none", {})
    elif loaded != place.program.slug:
        yield Finding("program.other", {"loaded": loaded, "served": place.program.slug})


@check(
    "connections",
    Needs.DATABASE,
    {
        "sqlite.pragma": Words(
            "a connection has {pragma}={value}, not {wanted}",
            "restart the portal; the file must lie on a local disk that other programs leave alone",
        )
    },
)
def connections(_place: Place) -> Iterator[Finding]:
    """On SQLite a connection checks foreign keys, waits its turn and loses nothing it committed."""
    if on_postgresql():
        return
    for pragma, wanted in PRAGMAS.items():
        value = db.session().scalar(text(f"PRAGMA {pragma}"))
        if value != wanted:
            yield Finding("sqlite.pragma", {"pragma": pragma, "value": value, "wanted": wanted})


@check(
    "durability",
    Needs.DATABASE,
    {
        "postgresql.setting": Words(
            "PostgreSQL runs with {setting}={value}: a commit can be lost",
            "set {setting}=on on the server",
            Blocks.DEPLOY,
        )
    },
)
def durability(_place: Place) -> Iterator[Finding]:
    """On PostgreSQL a commit that was answered is on the disk."""
    if on_postgresql():
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            value = db.session().scalar(text(f"SHOW {setting}"))
            if value == "off":
                yield Finding("postgresql.setting", {"setting": setting, "value": value})


@check(
    "pages of the file",
    Needs.DATABASE,
    {
        "database.damaged": Words(
            "the database file is damaged: {error}",
            "stop the portal and restore a copy",
        )
    },
)
def pages_of_the_file(place: Place) -> Iterator[Finding]:
    """Deep, on SQLite: the database file is whole."""
    if place.deep and not on_postgresql():
        try:
            lines = db.session().scalars(text("PRAGMA quick_check(5)")).all()
        except DBAPIError as error:  # so damaged that the look itself gives up
            db.session.rollback()
            lines = [first_line(error)]
        for line in lines:
            if line != "ok":
                yield Finding("database.damaged", {"error": " ".join(line.split())})


def on_postgresql() -> bool:
    """Whether the portal's database is PostgreSQL (else SQLite)."""
    return db.engine.dialect.name == "postgresql"
