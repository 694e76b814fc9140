"""Run Alembic's migrations on the portal's own engine, on either database."""

from alembic import context
from alembic.util import CommandError
from flask import current_app
from sqlalchemy.exc import OperationalError

from portal.store.db import Base, db

config = context.config


def run() -> None:
    """Migrate in one transaction; SQLite alters tables by copying them.

    Raises CommandError, one line, when the database cannot be reached.
    """
    try:
        connected = db.engine.connect()
    except OperationalError as error:
        text = str(error.orig).strip().partition("\n")[0]
        raise CommandError(f"PORTAL_DATABASE_URL: the database does not answer: {text}") from None
    with connected as connection:
        if connection.dialect.name == "sqlite":
            connection = connection.execution_options(sqlite_begin="IMMEDIATE")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            user_module_prefix="portal.store.types.",
        )
        with context.begin_transaction():
            context.run_migrations()


with current_app.app_context():
    run()
