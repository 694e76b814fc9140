"""One turn of the worker for notices, in a process of its own that ends itself where it is told to.

The points are put around the portal's functions from outside: the portal knows nothing of drills.
"""

import os
import signal
from collections.abc import Callable
from contextlib import redirect_stderr
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import update

from portal.config import Config
from portal.factory import create_app
from portal.kernel import clock
from portal.notices import fanout, watch
from portal.notices.jobs import look_after_notices
from portal.store import sending
from portal.store.db import atomic
from portal.store.outbox import Mail, MailState
from portal.web import mail

STEPS = 5
# Where the process ends itself; at "sending" and "accepted" the mail server ends it.
POINTS = ("readers", "posting", "posted", "sending", "accepted")


def turn(settings: Config, stop: str, step: int, late: bool, careless: bool) -> None:
    """Publish, write to readers and send, as the worker does each minute, until nothing is due.

    `late`: after every lease is over. `careless`, the control: what was being sent is sent again.
    """
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
        _take(create_app(settings), stop, step, late, careless)


def _take(app: Flask, stop: str, step: int, late: bool, careless: bool) -> None:
    fanout.STEP = step
    if stop == "readers":
        watch.publish_due = _then_die(watch.publish_due)
    elif stop == "posting":
        fanout.post_many = _then_die(fanout.post_many, STEPS // 2 + 1)
    elif stop == "posted":
        fanout.fan_out = _then_die(fanout.fan_out)
    if careless:
        sending.settle = _put_back
    ahead = sending.LEASE + timedelta(seconds=1) if late else timedelta(0)
    with app.app_context():
        look_after_notices(clock.wall())
        mail.send_due(lambda: clock.wall() + ahead)


def _then_die(work: Callable[..., Any], at: int = 1) -> Callable[..., Any]:
    """`work`, killed as soon as its call number `at` has been answered."""
    calls = 0

    def done(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        found = work(*arguments, **named)
        calls += 1
        if calls == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    return done


def _put_back(_now: datetime) -> int:
    """What a queue does that calls an ended lease a failure."""
    with atomic() as session:
        stuck = update(Mail).where(Mail.state == MailState.SENDING)
        session.execute(stuck.values(state=MailState.WAITING, lease_until=None))
    return 0
