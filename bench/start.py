"""What starting costs: the processor time before the portal can answer, beside Flask alone.

    python -m bench.start

Each row is a process of its own (user and system time, of the process and what it waited for); the
limit imports Flask and makes an empty application. `./dev run` of a prepared portal does the first
three once: its own steps, then web and worker, each of which makes the portal.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.world import machine
from devtools.settings import ROOT

ROUNDS = 3
MAKE = "from portal.factory import create_app; create_app()"
STEPS = """
import os
from devtools.prepare import prepare
from devtools.settings import ROOT, read_settings
from devtools.venv import Venv
prepare(Venv(ROOT, lambda line: None), read_settings(os.environ))
"""
ROWS = (
    ("Flask alone (limit)", "from flask import Flask; Flask('bare')"),
    ("importing the portal", "import portal.factory"),
    ("making the portal", MAKE),
    ("… and its first page", f"{MAKE}.test_client().get('/es/').text"),
    ("steps of a second run", STEPS),
)


def spent(code: str, environment: dict[str, str]) -> float:
    """Processor milliseconds of a Python that runs `code`: the best of some."""
    found = []
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found) * 1000


def main() -> None:
    """Print each start beside the limit; the steps are run once before, so that none is left."""
    print(f"{machine()}; processor time of one process, best of {ROUNDS}")
    print(f"\n{'':24}{'ms':>8}{'/ Flask alone':>15}")
    with tempfile.TemporaryDirectory() as name:
        environment = {**os.environ, "PORTAL_DATA": str(Path(name) / "var"), "FLASK_APP": "app.py"}
        subprocess.run([sys.executable, "-c", STEPS], cwd=ROOT, env=environment, check=True)
        limit = 0.0
        for what, code in ROWS:
            took = spent(code, environment)
            limit = limit or took
            print(f"{what:24}{took:8.0f}{took / limit:15.1f}")


if __name__ == "__main__":
    main()
