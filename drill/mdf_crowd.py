"""Processes that do things with the same money at the same moment, each with a portal of its own.

They live as long as the crowd, so that many rounds cost no more starts than one.
"""

import multiprocessing
import os
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from queue import Empty
from typing import Any, NamedTuple

from drill import mdf_deeds
from portal.config import Config
from portal.factory import create_app
from portal.store.db import db

FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["drill.mdf_crowd"])
PATIENCE = 100  # seconds


class Job(NamedTuple):
    """A deed of `mdf_deeds` by its name, and what it is called with."""

    deed: str
    arguments: tuple[Any, ...]


class Crowd:
    """So many processes that wait for work."""

    def __init__(self, settings: Config, size: int) -> None:
        self.gate, self.answers = FORK.Barrier(size), FORK.Queue()
        self.inboxes = [FORK.Queue() for _ in range(size)]
        self.members = [
            FORK.Process(
                target=_serve, args=(settings, self.gate, inbox, self.answers), daemon=True
            )
            for inbox in self.inboxes
        ]
        for member in self.members:
            member.start()

    def at_once(self, jobs: Sequence[Job]) -> list[str]:
        """What became of `jobs`, dealt out in turn, all members beginning together."""
        hands: list[list[Job]] = [[] for _ in self.inboxes]
        for at, job in enumerate(jobs):
            hands[at % len(hands)].append(job)
        db.session.remove()
        for inbox, hand in zip(self.inboxes, hands, strict=True):
            inbox.put(hand)
        found: list[str] = []
        for _ in hands:
            found += self._answer()
        return found

    def _answer(self) -> list[str]:
        try:
            said: list[str] = self.answers.get(timeout=PATIENCE)
        except Empty as error:
            raise RuntimeError("a process of the crowd does not answer") from error
        return said

    def close(self) -> None:
        """Send everybody home."""
        for inbox in self.inboxes:
            inbox.put(None)
        for member in self.members:
            member.join(timeout=PATIENCE)


@contextmanager
def crowd(settings: Config, size: int) -> Iterator[Crowd]:
    """A crowd for the time of the block."""
    found = Crowd(settings, size)
    try:
        yield found
    finally:
        found.close()


def _serve(settings: Config, gate: Any, inbox: Any, answers: Any) -> None:
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
        app = create_app(settings)
    with app.app_context():
        while (hand := inbox.get()) is not None:
            gate.wait(timeout=PATIENCE)
            answers.put([_done(job) for job in hand])
            db.session.remove()


def _done(job: Job) -> str:
    """What the deed says, or the error it ended with."""
    try:
        said: str = getattr(mdf_deeds, job.deed)(*job.arguments)
        return said
    except Exception as error:
        line = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} ({error}) at {line.name}"
