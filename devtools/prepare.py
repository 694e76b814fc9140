"""What must be done once before the portal serves; each step is stamped and skipped when done."""

import json
import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from devtools.settings import Refusal, Settings
from devtools.stamps import Stamp, digest, tree
from devtools.venv import Venv

SIGN_INS_FILE = "demo.json"  # in PORTAL_DATA, written by `flask seed demo`


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
        schema = tree([root / "portal/store/migrations"], (".py",))
        pack = tree([root / "portal/programs"])
        program = self.environment.get("PORTAL_PROGRAM", "")
        password = self.environment.get("PORTAL_DEMO_PASSWORD", "")
        self._step("Migrating the database", "db upgrade", self.migrated, schema)
        # Said aloud: a pack that changed is reported, not loaded over what was edited.
        said = self._step("Loading the program", "program load", self.identity, [program, *pack])
        if said:
            self.venv.say(said.rstrip())
        self._step("Making the demo world", "seed demo", self.identity, [password])

    def identity(self) -> str:
        """Which database this is, so that another one, or a new file, is not taken for it."""
        file = self.settings.sqlite_file
        if file is None:
            return digest(self.settings.database)
        return f"{file}:{file.stat().st_ino}" if file.is_file() else "absent"

    def migrated(self) -> str:
        """The same, and the migration it stands at: an older copy put back is migrated again."""
        file = self.settings.sqlite_file
        return self.identity() + (revision(file) if file else "")

    def sign_ins(self) -> tuple[str, list[dict[str, str]]]:
        """The demo people's one password, and each one's address and role, as the seeding kept them."""
        try:
            kept = json.loads((self.settings.data / SIGN_INS_FILE).read_text("utf-8"))
        except FileNotFoundError:
            return "", []
        return kept["password"], kept["people"]

    def _step(
        self, title: str, command: str, state: Callable[[], str], inputs: Sequence[str | Path]
    ) -> str:
        """Run one flask command unless its stamp is fresh; what it said. Refusal when it fails.

        `state` is asked again afterwards: the step itself may move it, and the stamp is of the end.
        """
        stamp = Stamp(self.settings.data / "stamps" / command.replace(" ", "-"))
        if stamp.fresh(digest(state(), *inputs)):
            return ""
        self.venv.say(f"{title} …")
        done = subprocess.run(
            [self.venv.python, "-m", "flask", *command.split()],
            cwd=self.venv.root, env=self.environment, text=True, check=False,
            stdin=subprocess.DEVNULL, capture_output=True,
        )  # fmt: skip
        if done.returncode:
            *before, last = (done.stdout + done.stderr).strip().splitlines() or ["it said nothing"]
            for line in before:
                self.venv.say(line)
            raise Refusal(f"`flask {command}` failed: {last}")
        stamp.write(digest(state(), *inputs))
        return done.stdout


def revision(file: Path) -> str:
    """The migration a SQLite file stands at; empty when it tells none."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            return ",".join(sorted(row[0] for row in rows))
    except sqlite3.Error:
        return ""


def prepare(venv: Venv, settings: Settings) -> Database:
    """Everything before serving, in order."""
    venv.install(venv.root / "requirements.lock")
    compile_catalogues(venv)
    database = Database(venv, settings)
    database.prepare()
    return database
