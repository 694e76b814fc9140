"""What the worker does for MDF every hour: remind, let expire, close (M4, M5)."""

from datetime import datetime

from portal.kernel import clock
from portal.mdf import time
from portal.web.jobs import every


@every("mdf-time", minute="5")
def let_time_pass(now: datetime) -> None:
    """Do what is due at the program's moment; `now`, the worker's, is wall time."""
    time.work(clock.business())
