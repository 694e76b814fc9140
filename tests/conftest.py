"""Every test that asks for `app` runs on SQLite and on PostgreSQL, real and freshly migrated.

Per database kind one application lives for the whole session; before each test its database is put
back to a prepared state: `app` has the pack loaded, `demo` the demo world too.
"""

import gc
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask_migrate import upgrade
from hypothesis import settings

from portal.accounts import passwords
from portal.config import Config
from portal.factory import create_app
from portal.store.db import db
from tests.explained import unexplained
from tests.kept import Kept
from tests.people import Browser
from tests.postgres import postgres_url

settings.register_profile("suite", max_examples=100, stateful_step_count=40, deadline=None)
settings.register_profile("long", max_examples=3_000, stateful_step_count=40, deadline=None)
settings.load_profile("long" if os.environ.get("PORTAL_TEST_LONG") else "suite")

# Every test that signs in would pay for a password as an attacker should; what the portal itself
# asks for is held by tests/surface/test_passwords.py.
passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
passwords.NOBODY = passwords.HASHER.hash("nobody")

# What is imported stays to the end: looking through it for garbage, over and over, finds none.
gc.set_threshold(50_000, 20, 20)

TODAY = date(2017, 12, 1)
PASSWORD = "correct horse battery"


@dataclass
class House:
    """One application on one kind of database, and the states its database can be put back to.

    `used` since the ledger was gone through last; `proven` marks the ledgers that were.
    """

    open: ClassVar[list["House"]] = []
    kind: str
    folder: Path
    server: str | None
    app: Flask = field(init=False)
    states: set[str] = field(default_factory=set)
    kept: Kept | None = None
    used: bool = False
    proven: set[tuple[Any, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.server:
            plain = self.server.replace("postgresql+psycopg://", "postgresql://", 1)
            with psycopg.connect(plain, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{self._name()}"'.encode())
            self.kept = Kept(self._url())
        self.app = create_app(
            Config(
                data=self.folder,
                host="127.0.0.1",
                port=8000,
                url="https://portal.test",
                database_url=self._url(),
                program=None,
                starts_on=TODAY,
                secret_key="tests",
                demo_password=PASSWORD,
                testing=True,
            )
        )
        with self.app.app_context():
            upgrade()
        self._run("program", "load")
        self.keep("loaded")
        self.open.append(self)

    def state(self, name: str) -> None:
        """Put the database back to `name`: "loaded" or "demo"."""
        self.used = True
        if name not in self.states:
            self.state("loaded")
            self._run("seed", "demo")
            self.keep(name)
        self._restore(name)

    def keep(self, name: str) -> None:
        """Remember the database as it is now under `name`."""
        self._keep(name)
        self.states.add(name)

    def close(self) -> None:
        """Let go of the database."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        if self.kept:
            self.kept.close()

    def _run(self, *arguments: str) -> None:
        result = self.app.test_cli_runner().invoke(args=list(arguments))
        assert result.exit_code == 0, result.output

    def _name(self) -> str:
        return f"p{os.getpid()}"  # the workers of a run share one server

    def _url(self) -> str:
        if self.server is None:
            return f"sqlite:///{self.folder / 'work.sqlite3'}"
        head, separator, query = self.server.partition("?")
        return f"{head.rpartition('/')[0]}/{self._name()}{separator}{query}"

    def _keep(self, name: str) -> None:
        if self.kept:
            self.kept.keep(name)
        else:
            self._copy("work", name)

    def _restore(self, name: str) -> None:
        if not self.kept:
            self._copy(name, "work")
            return
        with self.app.app_context():
            db.session.remove()
        self.kept.restore(name)

    def _copy(self, source: str, target: str) -> None:
        self.close()
        for suffix in ("-wal", "-shm"):
            (self.folder / f"{target}.sqlite3{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self.folder / f"{source}.sqlite3", self.folder / f"{target}.sqlite3")


@pytest.fixture(scope="session")
def sqlite_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = House("sqlite", tmp_path_factory.mktemp("sqlite"), None)
    yield found
    found.close()


@pytest.fixture(scope="session")
def postgres_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with postgres_url() as server:
        found = House("postgres", tmp_path_factory.mktemp("postgres"), server)
        yield found
        found.close()


@pytest.fixture(params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest) -> House:
    """The application and its database, of each kind in turn."""
    found: House = request.getfixturevalue(f"{request.param}_house")
    return found


@pytest.fixture(autouse=True)
def _ledger_explains_all() -> Iterator[None]:
    """M2, after every test that used a database, whatever the test was about."""
    yield
    for house in House.open:
        if house.used:
            house.used = False
            assert unexplained(house.app, house.proven) == [], house.kind


@pytest.fixture
def app(house: House) -> Iterator[Flask]:
    """A portal with the pack loaded and nobody in it, inside its application context."""
    house.state("loaded")
    with house.app.app_context():
        yield house.app


@pytest.fixture
def demo(house: House) -> Iterator[Flask]:
    """A portal with the demo world in it, inside its application context."""
    house.state("demo")
    with house.app.app_context():
        yield house.app


@pytest.fixture
def visitor(demo: Flask) -> Browser:
    """Somebody who has not signed in, in the demo world; `.as_("user@norte.example")` signs in."""
    return Browser(demo)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Take what the imports left behind out of the collector's sight."""
    gc.collect()
    gc.freeze()
