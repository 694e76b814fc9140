"""Decisions about money by processes that are killed with -9: nothing acknowledged is lost, nothing done twice.

Each process works off a list of deeds, each with its key, and writes down the key of what was answered
in a file: its word to the outside. It is killed at a named point, or at random; the next one goes on
with what is not in the file, with the same keys. In the end everything is sent once more.
"""

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

from portal.config import Config
from portal.factory import create_app
from portal.kernel import clock
from portal.mdf import book
from portal.mdf.transitions import Verb
from tests.companies.cast import actor
from tests.mdf.deeds import Deed, take

# Before the ledger is written; after it, before the commit; after the commit, before anybody is told.
POINTS = ("ledger", "moved", "committed")
WORDS = {
    "ledger": "before the ledger is written",
    "moved": "after it, before the commit",
    "committed": "committed, nobody told yet",
    "": "at random",
}


class Task(NamedTuple):
    """A step by somebody, on a request or a claim, under a key."""

    verb: Verb
    request: str
    claim: str
    email: str
    key: str
    amount: int | None = None


def toil(settings: Config, tasks: Sequence[Task], told: Path, point: str, at: int) -> None:
    """Do `tasks` in their order; killed at the `at`-th time that it comes to `point`, if ever."""
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
        app = create_app(settings)
    with app.app_context():
        if point == "ledger":
            book.transfer = _die(book.transfer, at, before=True)
        elif point == "moved":
            book.transfer = _die(book.transfer, at)
        work = _die(do, at) if point == "committed" else do
        with told.open("ab", buffering=0) as file:
            file.write(b"begun\n")
            for task in tasks:
                answer = work(task)
                file.write(f"{task.key} {answer}\n".encode())


def do(task: Task) -> str:
    """Take the step; what the command says."""
    who, now = actor(task.email), clock.business()
    return take(Deed(task.verb, task.request, task.claim, who, now, task.key, task.amount))


def _die(work: Callable[..., Any], at: int, *, before: bool = False) -> Callable[..., Any]:
    """`work`, the process killed at its call number `at`: before it, or when it has been done."""
    calls = 0

    def and_die(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if before and calls == at:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = work(*args, **kwargs)
        if calls == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return and_die


def acknowledged(told: Path) -> dict[str, str]:
    """What was answered to which key; the last line may be cut off."""
    text = told.read_text("utf-8") if told.exists() else ""
    whole = (line.split(" ", 1) for line in text.splitlines(keepends=True) if line.endswith("\n"))
    return {line[0]: line[1].strip() for line in whole if len(line) == 2}


def start(fork: Any, *arguments: Any) -> BaseProcess:
    """A process that toils."""
    process: BaseProcess = fork.Process(target=toil, args=arguments)
    process.start()
    return process
