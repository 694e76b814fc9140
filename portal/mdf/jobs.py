"""What the worker does for MDF every hour, at the program's moment; the `now` it gives is wall time."""

from datetime import datetime

from portal.kernel import clock
from portal.mdf import time
from portal.mdf.closing_funds import close_funds
from portal.web.jobs import every


@every("mdf-time", minute="5")
def let_time_pass(now: datetime) -> None:
    """Remind, let expire, close what is due (M4, M5)."""
    time.work(clock.business())


@every("mdf_close", minute="17")
def close_what_is_past(now: datetime) -> None:
    """Close each fund after its hard close, whoever is there or not."""
    close_funds(clock.business())
