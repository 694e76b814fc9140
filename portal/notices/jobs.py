"""What the worker does for notices, every minute: publish, serve, let take effect."""

from datetime import datetime

from portal.kernel import clock
from portal.notices import watch
from portal.web.jobs import every


@every("notices", minute="*")
def look_after_notices(now: datetime) -> None:
    """Run the watch at the program's moment; `now`, the worker's, is wall time."""
    watch.work(clock.business())
