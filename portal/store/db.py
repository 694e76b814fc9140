"""The database: base class, connections, and `atomic()`, the one way to write.

SQLite is the default and PostgreSQL the truth for races; both run the same code. On SQLite the
driver's own transaction control is off: the `begin` listener says BEGIN DEFERRED, and `atomic()`
asks for IMMEDIATE, so that readers never wait for a writer and writers queue instead of failing.
"""

import enum
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, ClassVar, ParamSpec, TypeVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, Engine, Enum, MetaData, String, Uuid, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session, registry

from portal.kernel.localized import Localized
from portal.store import ordering
from portal.store.types import LocalizedType, UtcDateTime

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_MS = 30_000
RETRIES = 5
P = ParamSpec("P")
R = TypeVar("R")


class Base(DeclarativeBase):
    """The base of every table."""

    registry: ClassVar[registry] = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            datetime: UtcDateTime(),
            Localized: LocalizedType(),
            dict[str, Any]: JSON(),
            list[Any]: JSON(),
            uuid.UUID: Uuid(),
            str: String(),
            enum.Enum: Enum(
                enum.Enum,
                native_enum=False,
                length=20,
                values_callable=lambda kind: [member.value for member in kind],
            ),
        },
    )
    metadata = registry.metadata


__all__ = ["Base", "LostRace", "atomic", "db", "retrying"]

db = SQLAlchemy(model_class=Base)


class LostRace(Exception):
    """Somebody else was first: a guard of the database refused what was read a moment before."""


def listen(engine: Engine) -> None:
    """Put the connection rules of this portal on `engine`; nothing to do for PostgreSQL."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MS}",
            "synchronous=FULL",
        ):
            connection.execute(f"PRAGMA {pragma}")
        ordering.teach(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


def end_reads(app: Flask) -> None:
    """Let every request that only read end in COMMIT: at a ROLLBACK, which is what giving back a
    connection is, psycopg forgets the statements that it had the server prepare.

    What was changed outside `atomic()`, or before an error, is dropped as before.
    """

    @app.teardown_appcontext
    def _end(error: BaseException | None) -> None:
        if error is None and db.session.registry.has():
            session = db.session()
            if not (session.new or session.dirty or session.deleted):
                with suppress(SQLAlchemyError):
                    session.commit()


@contextmanager
def atomic() -> Iterator[Session]:
    """One write transaction: all of the block, or nothing.

    Ends the read transaction of the request first, so objects loaded before are stale inside:
    commands take ids. Raises RuntimeError when nested.
    """
    session = db.session()
    if session.info.get("atomic"):
        raise RuntimeError("atomic() does not nest: a command calls rules, not commands")
    session.rollback()
    session.info["atomic"] = True
    try:
        session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("atomic", None)


def retrying(command: Callable[P, R]) -> Callable[P, R]:
    """Run a command again when its transaction lost a race: a guard said so (`LostRace`), or
    PostgreSQL did (40001, 40P01). It looks at everything anew, and may well refuse then.
    """

    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(RETRIES):
            try:
                return command(*args, **kwargs)
            except (DBAPIError, LostRace) as error:
                state = getattr(getattr(error, "orig", None), "sqlstate", None)
                lost = isinstance(error, LostRace) or state in {"40001", "40P01"}
                if not lost or attempt == RETRIES - 1:
                    raise
        raise AssertionError("unreachable")

    run.__doc__, run.__name__ = command.__doc__, command.__name__
    return run
