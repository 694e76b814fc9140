"""`./dev` on a small checkout of its own: real processes and a real port, nothing from the network.

The checkout's `.venv` borrows this environment's packages, so that its lock file can be empty.
"""

import ast
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.checks import lock_problems
from devtools.settings import ROOT, Refusal, listen, read_settings
from devtools.stamps import Stamp, alone, digest
from devtools.venv import Venv, missing_modules

APP = """
import os, pathlib, sys, time
from flask import Flask
from flask.cli import AppGroup

app = Flask(__name__)
data = pathlib.Path(os.environ["PORTAL_DATA"])
app.get("/healthz")(lambda: "ok")

def command(group, name, body):
    found = app.cli.commands.get(group) or AppGroup(group)
    app.cli.add_command(found)
    found.command(name)(body)

def migrate():
    (data / "portal.sqlite3").touch()

def seed():
    if os.environ.get("SEED_FAILS"):
        sys.exit("no rows today")
    (data / "demo.json").write_text('{"password": "pw", "people": [{"email": "a@b.example", "role": "admin"}]}')

def work():
    while not os.environ.get("WORKER_ENDS"):
        time.sleep(0.1)
    sys.exit(3)

command("db", "upgrade", migrate)
command("program", "load", lambda: print("1 added"))
command("seed", "demo", seed)
command("worker", "run", work)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Checkout:
    """A copy of `dev` beside an application that answers /healthz and does nothing else."""

    def __init__(self, root: Path) -> None:
        self.root, self.port = root, free_port()
        shutil.copy(ROOT / "dev", root / "dev")
        shutil.copytree(
            ROOT / "devtools", root / "devtools", ignore=shutil.ignore_patterns("__pycache__")
        )
        (root / "app.py").write_text(APP)
        (root / "requirements.lock").write_text("# nothing is needed\n")
        catalogue = root / "translations/es/LC_MESSAGES/messages.po"
        catalogue.parent.mkdir(parents=True)
        catalogue.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n')
        self.pack = root / "portal/programs/any/program.toml"
        self.pack.parent.mkdir(parents=True)
        self.pack.write_text("a = 1\n")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / ".venv"], check=True)
        packages = next((root / ".venv").glob("lib/python3*/site-packages"))
        (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))

    def start(self, **environment: str) -> "subprocess.Popen[str]":
        inherited = {
            name: text for name, text in os.environ.items() if not name.startswith("PORTAL_")
        }
        return subprocess.Popen(
            [sys.executable, "dev", "run"],
            cwd=self.root,
            env={**inherited, "PORTAL_PORT": str(self.port), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, stop: bool = True, **environment: str) -> tuple[int, list[str]]:
        """Start, ask it to stop once it is ready, and give its exit code and what it said."""
        with self.start(**environment) as process:
            assert process.stdout
            lines = []
            for line in process.stdout:
                lines.append(line.rstrip())
                if stop and line.startswith("Stop with"):
                    process.send_signal(signal.SIGTERM)
            return process.wait(), lines


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def test_an_old_python_is_told_in_one_line() -> None:
    ast.parse((ROOT / "dev").read_text(), feature_version=(3, 6))
    old = "import runpy, sys; sys.version_info = (3, 6, 9); sys.argv = ['dev', 'help']; runpy.run_path('dev', run_name='__main__')"
    told = subprocess.run(
        [sys.executable, "-c", old], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr.count("\n") == 1
    assert "needs Python 3.11 or newer" in told.stderr


def test_a_first_start_prepares_and_a_second_finds_it_done(checkout: Checkout) -> None:
    code, first = checkout.run()
    assert code == 0
    assert [line for line in first if line.endswith("…")] == [
        "Installing 0 packages from requirements.lock (the first time takes a minute) …",
        "Compiling the catalogues of translations …",
        "Migrating the database …",
        "Loading the program …",
        "Making the demo world …",
    ]
    assert f"The portal is ready: http://127.0.0.1:{checkout.port}" in first
    assert any(line.split() == ["a@b.example", "admin"] for line in first)
    assert first[-1] == "Stopped."

    code, second = checkout.run()
    assert code == 0
    assert not [line for line in second if line.endswith("…")]

    # Only the step whose input changed is done again.
    checkout.pack.write_text("a = 2\n")
    _, third = checkout.run()
    assert [line for line in third if line.endswith("…")] == ["Loading the program …"]

    # A new database is a first run again, whatever the stamps of the old one say.
    (checkout.root / "var/portal.sqlite3").rename(checkout.root / "var/kept.sqlite3")
    _, fourth = checkout.run()
    assert len([line for line in fourth if line.endswith("…")]) == 3


def test_a_step_that_fails_is_not_taken_for_done(checkout: Checkout) -> None:
    code, told = checkout.run(SEED_FAILS="1")
    assert code == 1
    assert told[-1] == "dev: `flask seed demo` failed: no rows today"
    code, again = checkout.run()
    assert code == 0
    assert [line for line in again if line.endswith("…")] == ["Making the demo world …"]


def test_when_the_worker_ends_the_web_is_stopped_and_it_is_said(checkout: Checkout) -> None:
    code, told = checkout.run(stop=False, WORKER_ENDS="1")
    assert code == 1
    assert (
        "dev: The worker ended by itself (exit code 3); the web is stopped too. What it said is above."
        in told
    )
    listen("127.0.0.1", checkout.port).close()


def test_a_busy_port_is_told_in_one_line_before_anything_is_done(
    checkout: Checkout, taken_port: int
) -> None:
    code, told = checkout.run(PORTAL_PORT=str(taken_port))
    assert code == 1
    assert len(told) == 1
    assert told[0].startswith(f"dev: Port {taken_port} on 127.0.0.1 is taken.")
    assert "PORTAL_PORT=" in told[0]
    assert not (checkout.root / "var").exists()


def test_a_second_start_at_once_waits_and_then_finds_the_port_taken(checkout: Checkout) -> None:
    with alone(checkout.root / "build/prepare.lock", print):
        second = checkout.start()
        assert second.stdout
        assert second.stdout.readline() == "Another start is preparing; waiting for it …\n"
        port = listen("127.0.0.1", checkout.port)
    with port, second:
        told = second.stdout.readlines()
        assert second.wait() == 1
    # It prepares what the first has not (here: everything), then sees the port taken.
    assert told[-1].startswith(f"dev: Port {checkout.port} on 127.0.0.1 is taken.")


@pytest.mark.parametrize("text", ["x", "0", "65536", "-1", "٣"])
def test_a_port_that_is_none_is_told(text: str) -> None:
    with pytest.raises(Refusal, match="give a number from 1 to 65535"):
        read_settings({"PORTAL_PORT": text})


def test_a_half_made_environment_is_made_whole(tmp_path: Path) -> None:
    said: list[str] = []
    venv = Venv(tmp_path, said.append)
    lock = tmp_path / "requirements.lock"
    lock.write_text("# nothing\n")
    (venv.folder / "bin").mkdir(parents=True)
    (venv.folder / "bin/python").touch()
    venv.install(lock)
    assert said[0].startswith("Making .venv anew")
    assert venv.sound()
    assert venv.installed(lock)

    said.clear()
    venv.install(lock)
    assert said == []

    # A package cut off in the middle: pip would take it for installed.
    half = next(venv.folder.glob("lib/python3*/site-packages")) / "half-1.0.dist-info"
    half.mkdir()
    (half / "METADATA").write_text("Metadata-Version: 2.1\nName: half\nVersion: 1.0\n")
    assert not venv.sound()


def test_a_stamp_is_of_its_input_and_written_whole(tmp_path: Path) -> None:
    stamp, file = Stamp(tmp_path / "stamps/step"), tmp_path / "input"
    file.write_text("one")
    before = digest(file)
    stamp.write(before)
    assert stamp.fresh(before)
    file.write_text("two")
    assert not stamp.fresh(digest(file))
    assert digest("ab", "c") != digest("a", "bc")


def test_a_python_without_venv_is_told_what_to_install() -> None:
    assert missing_modules() == ""
    assert "apt install python3-venv" in missing_modules(lambda name: None)


def test_the_locks_hold_what_is_asked_and_name_no_address(tmp_path: Path) -> None:
    assert lock_problems(ROOT) == []
    for name in ("pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    lock = tmp_path / "requirements.lock"
    whole = lock.read_text()
    lock.write_text("--index-url https://index.example/simple\n" + whole)
    assert any("names an address" in line for line in lock_problems(tmp_path))
    lock.write_text(whole.replace("flask==", "flusk=="))
    assert any("flask is missing" in line for line in lock_problems(tmp_path))
    lock.write_text("\n".join(line for line in whole.splitlines() if "--hash" not in line))
    assert any("has no hash" in line for line in lock_problems(tmp_path))
