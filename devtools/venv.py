"""The project's own `.venv`, filled from a lock file whose every package is proved by its hash."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devtools.settings import Refusal
from devtools.stamps import Stamp, digest

# Run inside the `.venv`: is this a Python we support, with pip, and is every package in it whole?
# An installation that was cut off lacks files of its RECORD, or the RECORD, which pip writes last.
PROBE = """
import sys, importlib.metadata as metadata, pip
assert sys.version_info >= (3, 11) and sys.prefix != sys.base_prefix
for package in metadata.distributions():
    files = package.files
    assert files and package.read_text("RECORD"), package.metadata["Name"]
    for file in files:
        assert file.suffix == ".pyc" or file.locate().exists(), file
"""


@dataclass(frozen=True)
class Venv:
    """A virtual environment in a folder, made and mended by `install`."""

    root: Path
    say: Callable[[str], None] = print

    @property
    def folder(self) -> Path:
        """Where it stands."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def key(self, lock: Path) -> str:
        """What an installation depends on: the lock, the interpreter, and where the folder stands."""
        config = self.folder / "pyvenv.cfg"
        return digest(lock, config, os.path.realpath(self.python), str(self.folder))

    def stamp(self, name: str) -> Stamp:
        """The stamp of a step done inside or beside this environment."""
        return Stamp(self.folder / "stamps" / name)

    def installed(self, lock: Path) -> bool:
        """Whether everything the lock lists is installed here, as a stamp says, and still stands."""
        stamp, names = self.stamp(lock.name), self._names_file(lock)
        if not (self.python.exists() and stamp.fresh(self.key(lock)) and names.is_file()):
            return False
        return set(names.read_text().splitlines()) <= self._names()

    def install(self, lock: Path) -> None:
        """Make, mend or complete the environment until it holds the lock's packages; else Refusal."""
        if self.installed(lock):
            return
        if not self.sound():
            self.make()
        count = sum("==" in line for line in lock.read_text().splitlines())
        self.say(f"Installing {count} packages from {lock.name} (the first time takes a minute) …")
        self._pip(lock)
        if not self.sound():
            # Files were missing under a package that pip takes for installed: only a new start helps.
            self.make()
            self._pip(lock)
        self._names_file(lock).parent.mkdir(exist_ok=True)
        self._names_file(lock).write_text("\n".join(sorted(self._names())))
        self.stamp(lock.name).write(self.key(lock))

    def _names(self) -> set[str]:
        """What lies in the environment's packages: a cheap look that notices what was taken away."""
        return {path.name for path in self.folder.glob("lib/python3*/site-packages/*")}

    def _names_file(self, lock: Path) -> Path:
        return self.stamp(f"{lock.name}.names").path

    def sound(self) -> bool:
        """Whether the environment runs and no package in it is half there."""
        probe = [str(self.python), "-I", "-c", PROBE]
        try:
            return subprocess.run(probe, capture_output=True, check=False).returncode == 0
        except OSError:  # there is no such file, or it cannot be run
            return False

    def make(self) -> None:
        """Build the environment anew, over whatever half of one stands there."""
        if advice := missing_modules():
            raise Refusal(advice)
        self.say(
            "Making .venv anew: what is there is unfinished …"
            if self.folder.exists()
            else "Making .venv …"
        )
        # The interpreter below any environment this runs in: one must not be cleared under itself.
        base = getattr(sys, "_base_executable", None) or sys.executable
        made = subprocess.run(
            [base, "-m", "venv", "--clear", self.folder],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            words = (made.stderr or made.stdout).strip().splitlines()
            raise Refusal(
                f".venv could not be made: {words[-1] if words else made.returncode}. {DEBIAN}"
            )

    def _pip(self, lock: Path) -> None:
        command = [
            str(self.python),
            "-m",
            "pip",
            "install",
            "--require-hashes",
            "--requirement",
            str(lock),
        ]
        quiet = ["-qq", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
        silent = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
        if subprocess.run(
            [*command, *quiet], env=silent, stdin=subprocess.DEVNULL, check=False
        ).returncode:
            raise Refusal(
                f"The packages of {lock.name} could not be installed; pip says why above. "
                "Nothing is lost: once its cause is gone, start again."
            )

    def run(self, *command: str | Path) -> int:
        """Run one of this environment's modules in the checkout: `run("ruff", "check")`."""
        return subprocess.run([self.python, "-m", *command], cwd=self.root, check=False).returncode

    def output(self, *command: str | Path) -> tuple[int, str]:
        """The same, quietly: its exit code and everything it said."""
        return self._quietly("-m", *command)

    def script(self, code: str) -> tuple[int, str]:
        """A line of Python, quietly, in this environment."""
        return self._quietly("-c", code)

    def _quietly(self, *arguments: str | Path) -> tuple[int, str]:
        done = subprocess.run(
            [self.python, *arguments],
            cwd=self.root, text=True, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.returncode, done.stdout


DEBIAN = "On Debian or Ubuntu, as root: apt install python3-venv; then start again."


def missing_modules(find: Callable[[str], object] = importlib.util.find_spec) -> str:
    """What this Python lacks to make an environment, as advice; empty when it lacks nothing."""
    lacks = [name for name in ("venv", "ensurepip") if find(name) is None]
    return (
        f"This Python ({sys.executable}) comes without {' and '.join(lacks)}. {DEBIAN}"
        if lacks
        else ""
    )
