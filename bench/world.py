"""What the measurements stand on: a portal of their own in a temporary folder, and processor time."""

import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from datetime import date
from pathlib import Path
from statistics import median

from flask import Flask
from flask_migrate import upgrade

from portal.config import Config
from portal.factory import create_app

TODAY = date(2017, 12, 1)
ROUND_MS = 40  # about what one side of a round takes


def machine() -> str:
    """The kind of machine this is: what the figures may be compared with."""
    cores = f"{os.cpu_count()} cores"
    return f"{platform.machine()}, {cores}, {platform.system()}, Python {platform.python_version()}"


def settings(folder: Path) -> Config:
    """The settings of a portal on SQLite in `folder`, on the demo's date."""
    return Config(
        data=folder,
        host="127.0.0.1",
        port=8000,
        url="http://127.0.0.1:8000",
        database_url=f"sqlite:///{folder / 'bench.sqlite3'}",
        program=None,
        starts_on=TODAY,
        secret_key="bench",
    )


@contextmanager
def portal(*, demo: bool) -> Iterator[Flask]:
    """A portal with the pack loaded and, with `demo`, the demo world; its log goes nowhere."""
    with (
        tempfile.TemporaryDirectory() as name,
        Path(os.devnull).open("w") as nowhere,
        redirect_stderr(nowhere),
    ):
        app = create_app(settings(Path(name)))
        with app.app_context():
            upgrade()
        for words in (["program", "load"], *([["seed", "demo"]] if demo else [])):
            done = app.test_cli_runner().invoke(args=words)
            assert done.exit_code == 0, done.output
        yield app


def cpu(work: Callable[[], object], times: int, rounds: int = 5) -> float:
    """Processor milliseconds of one `work()`: the best of some rounds of `times` each."""
    work()
    return min(_round(work, times) for _ in range(rounds))


def beside(
    ours: Callable[[], object], limit: Callable[[], object], rounds: int = 7
) -> tuple[float, float, float]:
    """Processor milliseconds of `ours` and of its limit (the best of each), and their ratio.

    They take turns and the ratio is the median of the rounds', so that what else the machine does
    weighs on both alike.
    """
    of = [max(2, int(ROUND_MS / max(cpu(work, 2, 1), 0.001))) for work in (ours, limit)]
    found = [(_round(ours, of[0]), _round(limit, of[1])) for _ in range(rounds)]
    ratio = median(one / other for one, other in found)
    return min(one for one, _ in found), min(other for _, other in found), ratio


def _round(work: Callable[[], object], times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times * 1000
