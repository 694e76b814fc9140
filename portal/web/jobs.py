"""Work outside the request: a worker with a timetable.

Truth is in the portal's own rows; Huey only wakes the worker. A periodic body runs once per slot
whatever the number of workers: it first takes the row (name, slot), and who fails to take it stops.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import structlog
from flask import Flask, current_app
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from portal.config import Config
from portal.kernel import clock
from portal.store.db import Base, atomic
from portal.store.scope import internal
from portal.web.commands import Commands

Body = Callable[[datetime], Any]
KEPT = timedelta(days=30)


class JobRun(Base):
    """That a periodic job ran in a slot (a minute of wall time)."""

    __tablename__ = "job_run"
    name: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]


internal(JobRun)


@dataclass(frozen=True)
class Periodic:
    """A job of the timetable: when (crontab fields, UTC) and what."""

    when: dict[str, str]
    body: Body


TIMETABLE: dict[str, Periodic] = {}


def every(name: str, **when: str) -> Callable[[Body], Body]:
    """Put a job on the timetable: `@every("name", minute="0", hour="3")`."""

    def declare(body: Body) -> Body:
        TIMETABLE[name] = Periodic(when, body)
        return body

    return declare


def run_once(name: str, now: datetime) -> bool:
    """Run the job of this slot unless another worker took it; whether it ran here."""
    try:
        with atomic() as session:
            session.execute(delete(JobRun).where(JobRun.started_at < now - KEPT))
            session.add(JobRun(name=name, slot=now.strftime("%Y-%m-%dT%H:%MZ"), started_at=now))
    except IntegrityError:
        return False
    TIMETABLE[name].body(now)
    return True


def wake(name: str) -> None:
    """Have the worker run a job of the timetable now, too. Costs one row in its queue.

    Where no worker runs, or the queue cannot be written, the job's next slot does the work.
    """
    try:
        _queue(current_app._get_current_object())[1](name)  # type: ignore[attr-defined]
    except Exception as error:
        structlog.get_logger().warning("worker.not_woken", job=name, error=type(error).__name__)


@every("heartbeat", minute="*")
def _heartbeat(now: datetime) -> None:
    structlog.get_logger().info("worker", alive=now.isoformat())


def install(app: Flask, settings: Config) -> None:
    """Keep where the worker's queue is; nothing is opened before somebody wakes it or it runs."""
    app.extensions["portal.queue"] = settings.data / "jobs.sqlite3"
    if settings.smtp is not None:
        # Read now: the first request that posts a mail should not wait for it.
        import_module("huey")


def _queue(app: Flask) -> tuple[Any, Callable[[str], object]]:
    """The worker's queue, and the task in it that runs a job by its name; opened when first used."""
    if "portal.huey" not in app.extensions:
        from huey import SqliteHuey

        huey = SqliteHuey("portal", filename=str(app.extensions["portal.queue"]), utc=True)

        def run_now(name: str) -> None:
            with app.app_context():
                TIMETABLE[name].body(clock.wall())

        app.extensions["portal.huey"] = huey, huey.task()(run_now)
    found: tuple[Any, Callable[[str], object]] = app.extensions["portal.huey"]
    return found


worker = Commands("worker", help="The worker beside the web server.")


@worker.command("run")
def run() -> None:
    """Run the timetable until stopped."""
    from huey import crontab

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    huey, _wake = _queue(app)

    def scheduled(name: str) -> Callable[[], bool]:
        def task() -> bool:
            with app.app_context():
                return run_once(name, clock.wall())

        task.__name__ = name
        return task

    for name, job in TIMETABLE.items():
        huey.periodic_task(crontab(**job.when))(scheduled(name))
    huey.create_consumer(workers=1, periodic=True).run()
