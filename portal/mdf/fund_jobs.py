"""What the worker does for funds: after its hard close a fund is closed, whoever is there or not."""

from datetime import datetime

from portal.kernel import clock
from portal.mdf.closing_funds import close_funds
from portal.web.jobs import every


@every("mdf_close", minute="17")
def close_what_is_past(now: datetime) -> None:
    """Look at the program's moment, every hour; `now`, the worker's, is wall time."""
    close_funds(clock.business())
