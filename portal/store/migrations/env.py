"""Run Alembic's migrations on the portal's own engine, on either database."""

from alembic import context
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from portal.store.db import Base, db

config = context.config


def run() -> None:
    """Migrate in one transaction; SQLite alters tables by copying them, foreign keys off meanwhile
    and looked through before anything is kept.

    Raises CommandError, one line, when the database cannot be reached or a key would hang loose.
    """
    try:
        connected = db.engine.connect()
    except OperationalError as error:
        text = str(error.orig).strip().partition("\n")[0]
        raise CommandError(f"PORTAL_DATABASE_URL: the database does not answer: {text}") from None
    with connected as connection:
        copies = connection.dialect.name == "sqlite"
        if copies:
            connection = connection.execution_options(sqlite_begin="IMMEDIATE")
            _foreign_keys(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=copies,
            compare_type=True,
            user_module_prefix="portal.store.types.",
        )
        with context.begin_transaction():
            context.run_migrations()
            if copies:
                _refuse_loose_keys(connection)
        if copies:
            _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, value: str) -> None:
    """Past SQLAlchemy: inside a transaction, which it would begin, the switch does nothing."""
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.execute(f"PRAGMA foreign_keys={value}")


def _refuse_loose_keys(connection: Connection) -> None:
    loose = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if loose:
        raise CommandError(f"rows would refer to nothing, nothing was changed: {loose[:5]}")


with current_app.app_context():
    run()
