"""Run Alembic's migrations on the portal's own engine, on either database."""

from alembic import context
from flask import current_app

from portal.store.db import Base, db

config = context.config


def run() -> None:
    """Migrate in one transaction; SQLite alters tables by copying them."""
    with db.engine.connect() as connection:
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
