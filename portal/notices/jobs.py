"""What the worker does for notices, every minute: publish, write to readers, serve, let take effect."""

from datetime import datetime

from portal.kernel import clock
from portal.notices import fanout, watch
from portal.web.jobs import every

JOB = "notices"


@every(JOB, minute="*")
def look_after_notices(now: datetime) -> None:
    """Run the watch at the program's moment; `now`, the worker's, is wall time."""
    moment = clock.business()
    watch.work(moment)
    fanout.fan_out(moment, now)
