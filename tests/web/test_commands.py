"""The flask command tells what a person can mend in one line, and asks for what it was not given."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from portal.config import ROOT


def flask(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A run of the command in a process and a folder of its own, as a person starts it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return subprocess.run(
        [sys.executable, "-m", "flask", *arguments],
        cwd=ROOT,
        env={**kept, "PORTAL_DATA": str(folder), **settings},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("command", ["program load", "seed demo", "registry export teams"])
def test_a_database_that_was_not_migrated_is_told_in_one_line(tmp_path: Path, command: str) -> None:
    done = flask(tmp_path, *command.split())
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "flask db upgrade" in done.stderr


def test_a_database_that_cannot_be_reached_is_told_without_a_traceback(tmp_path: Path) -> None:
    nowhere = "postgresql://nobody:x@127.0.0.1:1/none"
    for command in ("db upgrade", "program load"):
        done = flask(tmp_path, *command.split(), PORTAL_DATABASE_URL=nowhere)
        assert done.returncode == 1, command
        assert "the database does not answer" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "typed"),
    [(["boss@x.example"], ""), (["--email", "boss@x.example"], ""), ([], "boss@x.example\n")],
)
def test_an_administrator_is_created_by_argument_option_or_answer(
    app: Flask, arguments: list[str], typed: str
) -> None:
    password = "long enough password"
    command = ["accounts", "create-admin", *arguments]
    done = app.test_cli_runner().invoke(args=command, input=f"{password}\n{password}\n{typed}")
    assert "boss@x.example can now sign in as portal administrator." in done.output
