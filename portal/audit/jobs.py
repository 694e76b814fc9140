"""What the worker does for the audit: every minute it seals the events that no seal holds."""

from datetime import datetime, timedelta

import structlog

from portal.store.seals import BATCH, SETTLE, Seal, seal
from portal.web.jobs import every

MOST = 100


@every("seal-events", minute="*")
def seal_events(now: datetime) -> None:
    """Seal what is older than a minute, and write the head of the chain to the log: whoever keeps
    the log elsewhere can hold the chain against it. `now` is wall time.
    """
    seal_all(now, window=True)


@every("seal-stragglers", hour="2", minute="40")
def seal_stragglers(now: datetime) -> None:
    """Seal also what appeared among events sealed long ago, so that it changes no more; verifying
    goes on telling of it. `now` is wall time.
    """
    seal_all(now, window=True)
    if found := seal_all(now, window=False):
        structlog.get_logger().warning("audit.stragglers", events=found)


def seal_all(now: datetime, *, window: bool, settle: timedelta = SETTLE) -> int:
    """Seal what there is, at most MOST seals of it; the number of events. `now` is wall time."""
    sealed = 0
    for _ in range(MOST):
        made = seal(now, window=window, settle=settle)
        if made is None:
            break
        sealed += made.count
        _tell(made)
        if made.count < BATCH:
            break
    return sealed


def _tell(made: Seal) -> None:
    structlog.get_logger().info("audit.sealed", seal=made.id, events=made.count, head=made.hash)
