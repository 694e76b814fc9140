"""What must be done once before the portal serves; each step is stamped and skipped when done."""

import json
import secrets
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from devtools.settings import Refusal, Settings
from devtools.stamps import Stamp, digest, tree
from devtools.venv import Venv

PASSWORD_FILE = "demo-password"
SIGN_INS_FILE = "demo-sign-ins.json"


def compile_catalogues(venv: Venv) -> None:
    """Build each `.mo` beside its `.po`, for the portal and for every pack that overlays it."""
    root = venv.root
    folders = [root / "translations", *sorted(root.glob("portal/programs/*/translations"))]
    sources = tree(folders, (".po",))
    key = digest(*map(str, sources), *sources)
    stamp = venv.stamp("catalogues")
    if stamp.fresh(key) and all(source.with_suffix(".mo").is_file() for source in sources):
        return
    for folder in folders:
        if any(folder in source.parents for source in sources):
            venv.say(f"Compiling the catalogues of {folder.relative_to(root)} …")
            code, words = venv.output("babel.messages.frontend", "-q", "compile", "-d", folder)
            if code:
                raise Refusal(f"The catalogues of {folder} do not compile: {words.strip()}")
    stamp.write(key)


class Database:
    """The steps that bring a database up; their stamps lie with the data and name the database."""

    def __init__(self, venv: Venv, settings: Settings) -> None:
        self.venv, self.settings = venv, settings
        self.environment = {**settings.environment, "FLASK_APP": "app.py"}

    def prepare(self) -> None:
        """Migrate, load the pack, and on the first run make the demo world. Raises Refusal."""
        self.settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        root = self.venv.root
        migrations = tree([root / "portal/store/migrations"], (".py",))
        self._step(
            "migrations",
            [self.mark(schema=True), *migrations],
            "Migrating the database",
            "db",
            "upgrade",
        )
        pack = tree([root / "portal/programs"])
        program = self.environment.get("PORTAL_PROGRAM", "")
        self._step("pack", [self.mark(), program, *pack], "Loading the program", "program", "load")
        self.environment["PORTAL_DEMO_PASSWORD"] = self.password()
        said = self._step(
            "demo",
            [self.mark(), self.password()],
            "Making the demo world",
            "seed",
            "demo",
            "--json",
        )
        if said is not None:
            private(self.settings.data / SIGN_INS_FILE, said)

    def mark(self, schema: bool = False) -> str:
        """Which database this is, and on asking at which migration, so that another one is not taken for it."""
        file = self.settings.sqlite_file
        if file is None:
            return digest(self.settings.database)
        if not file.is_file():
            return "absent"
        return f"{file}:{file.stat().st_ino}:{revision(file) if schema else ''}"

    def password(self) -> str:
        """The demo people's password: the one given, else one made up once and kept with the data."""
        if given := self.settings.environment.get("PORTAL_DEMO_PASSWORD"):
            return given
        kept = self.settings.data / PASSWORD_FILE
        if not kept.is_file():
            private(kept, secrets.token_urlsafe(9))
        return kept.read_text().strip()

    def sign_ins(self) -> list[dict[str, Any]]:
        """The demo people as `flask seed demo --json` named them when it made them."""
        file = self.settings.data / SIGN_INS_FILE
        try:
            people = json.loads(file.read_text())["people"]
        except (OSError, ValueError, KeyError, TypeError):
            return []
        return [person for person in people if isinstance(person, dict)]

    def _step(self, name: str, inputs: list[str | Path], title: str, *command: str) -> str | None:
        """Run one flask command unless its stamp is fresh; its output, or None when it was skipped."""
        stamp = Stamp(self.settings.data / "stamps" / name)
        if stamp.fresh(digest(*inputs)):
            return None
        self.venv.say(f"{title} …")
        done = subprocess.run(
            [self.venv.python, "-m", "flask", *command],
            cwd=self.venv.root, env=self.environment, text=True, check=False,
            stdin=subprocess.DEVNULL, capture_output=True,
        )  # fmt: skip
        if done.returncode:
            words = (done.stdout + done.stderr).strip()
            raise Refusal(f"{words}\n`flask {' '.join(command)}` failed; its last words are above.")
        if name == "migrations":
            inputs = [self.mark(schema=True), *inputs[1:]]  # it is this step that moves the mark
        stamp.write(digest(*inputs))
        return done.stdout


def revision(file: Path) -> str:
    """The migration a SQLite file stands at; empty when it tells none."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            return ",".join(
                sorted(
                    row[0] for row in connection.execute("SELECT version_num FROM alembic_version")
                )
            )
    except sqlite3.Error:
        return ""


def private(file: Path, text: str) -> None:
    """Write a file that only its owner reads."""
    file.touch(mode=0o600)
    file.write_text(text)


def prepare(venv: Venv, settings: Settings) -> Database:
    """Everything before serving, in order."""
    venv.install(venv.root / "requirements.lock")
    compile_catalogues(venv)
    database = Database(venv, settings)
    database.prepare()
    return database
