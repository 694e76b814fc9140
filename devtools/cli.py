"""The commands of `./dev`: what each promises is said in USAGE."""

import os
import signal
import sys
from collections.abc import Callable

from devtools.checks import run_checks
from devtools.locks import relock
from devtools.prepare import Database, prepare
from devtools.serve import Pair, serve
from devtools.settings import ROOT, Refusal, listen, read_settings
from devtools.stamps import alone
from devtools.testing import run_tests
from devtools.venv import Venv

USAGE = """\
usage: ./dev COMMAND

  run                  prepare what is not prepared yet, then serve the portal until Ctrl-C
  test [--long] [...]  run the tests; further words go to pytest
  check                format, lint, types, imports, catalogues, templates, locks, sizes
  format               put the code into its format
  messages             bring the catalogues' lists of messages up to date with the code
  bench [NAME] [...]   measure: bench/NAME.py, or every one
  drill [NAME] [...]   break something on purpose: drill/NAME.py, or every one
  lock [--upgrade]     write both lock files from pyproject.toml, with newer versions only on asking

Settings of `run` come from the environment: see README.md.
"""


def main(arguments: list[str]) -> int:
    """Run one command; its exit code. What stands in the way is told in one line (exit code 1)."""
    commands: dict[str, Callable[[list[str]], int]] = {
        "run": run,
        "test": lambda rest: run_tests(prepared(), rest, os.environ),
        "check": lambda rest: run_checks(prepared()),
        "format": format_code,
        "messages": lambda rest: prepared().run("devtools.catalogues", "update"),
        "bench": lambda rest: scripts("bench", rest),
        "drill": lambda rest: scripts("drill", rest),
        "lock": lambda rest: relock(Venv(ROOT, say), upgrade="--upgrade" in rest),
    }
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if name not in commands:
        asked = name in ("", "help", "-h", "--help")
        print(
            USAGE if asked else f"dev: there is no command {name!r}\n\n{USAGE}",
            file=sys.stdout if asked else sys.stderr,
        )
        return 0 if asked else 2
    # As Ctrl-C: the step in hand is ended too, instead of going on alone.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return commands[name](rest)
    except Refusal as line:
        print(f"dev: {line}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def say(line: str) -> None:
    """Tell a person what is being done, at once."""
    print(line, flush=True)


def prepared() -> Venv:
    """The environment with the development tools in it."""
    venv = Venv(ROOT, say)
    with alone(ROOT / "build" / "prepare.lock", say):
        venv.install(ROOT / "requirements-dev.lock")
    return venv


def run(rest: list[str]) -> int:
    """Prepare and serve. The port is tried first, and taken for good before the lock is let go."""
    if rest:
        raise Refusal(
            f"run takes no words ({' '.join(rest)}): its settings come from the environment, see README.md."
        )
    settings = read_settings(os.environ)
    listen(settings.host, settings.port).close()
    venv = Venv(ROOT, say)
    with alone(ROOT / "build" / "prepare.lock", say):
        database = prepare(venv, settings)
        listener = listen(settings.host, settings.port)
    pair = Pair(venv, settings, dict(database.environment))
    return serve(pair, listener, lambda: greet(database))


def greet(database: Database) -> None:
    """The address, and who can sign in."""
    url = database.settings.url
    say(f"\nThe portal is ready: {url}\n")
    password, people = database.sign_ins()
    if people:
        say(f"Demo sign-ins at {url}/en/sign-in, by one click, or with the password {password}")
        say("and, where there is one, a code of the secret beside the role (TOTP):")
        for person in people:
            secret = person.get("totp_secret", "")
            say(f"  {person['email']:32} {person['role']:16} {secret}".rstrip())
    say("\nStop with Ctrl-C.")


def format_code(_rest: list[str]) -> int:
    """Format, and mend what the linter can mend by itself."""
    venv = prepared()
    return venv.run("ruff", "check", "--quiet", "--fix", ".") | venv.run("ruff", "format", ".")


def scripts(folder: str, rest: list[str]) -> int:
    """Run one script of a folder, or all; the first failure's exit code."""
    names = sorted(
        path.stem for path in (ROOT / folder).glob("*.py") if "__main__" in path.read_text()
    )
    if rest and rest[0] not in names:
        raise Refusal(
            f"there is no {folder}/{rest[0]}.py; there is: {', '.join(names) or 'nothing yet'}."
        )
    venv = prepared()
    failures = []
    for name in rest[:1] or names:
        say(f"== {folder} {name}")
        failures.append(venv.run(f"{folder}.{name}", *rest[1:]))
    return next(filter(None, failures), 0)
