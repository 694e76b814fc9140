"""Changing what only grows, as somebody who owns the database can."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from flask import Flask

from portal.kernel.access import Actor, Role, actor_for
from portal.store.append_only import names
from portal.store.db import atomic, db
from portal.store.events import emit

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SOMEBODY = actor_for(Role.ADMIN, person_id=1, origin="203.0.113.9")


def postgres() -> bool:
    return db.engine.dialect.name == "postgresql"


def happen(
    at: datetime = NOW, *, verb: str = "person.signed_in", actor: Actor = SOMEBODY, **more: Any
) -> str:
    """One event in a transaction of its own; its id as the database writes it."""
    with atomic() as session:
        stream = more.pop("stream", "test:1")
        return key(emit(session, stream, verb, actor=actor, at=at, **more))


def key(value: Any) -> str:
    return str(value) if postgres() else value.hex


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def tamper(*statements: str) -> None:
    """Run the statements past every trigger and key."""
    db.session.remove()
    if postgres():
        url = db.engine.url.render_as_string(hide_password=False)
        plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
        with psycopg.connect(plain) as connection:
            connection.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                connection.execute(statement.encode())
        return
    db.engine.dispose()
    lite = sqlite3.connect(str(db.engine.url.database))
    lite.isolation_level = None
    for table in ("event", "seal", "sealed_event"):
        for name in names("sqlite", table):
            lite.execute(f"DROP TRIGGER IF EXISTS {name}")
    for statement in statements:
        lite.execute(statement)
    lite.close()


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    """What a command of `flask audit` ended with, and said."""
    result = app.test_cli_runner().invoke(args=["audit", *arguments])
    return result.exit_code, result.output
