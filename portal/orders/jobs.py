"""What the worker does nightly: the last day's decisions of every kind are decided again (R7)."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from portal.store.db import db
from portal.store.decisions import KINDS, StoredDecision, replay
from portal.web.jobs import every

SPAN = timedelta(days=1)
AT_ONCE = 200


@every("recheck-decisions", hour="3", minute="15")
def recheck(now: datetime) -> None:
    """Log each decision of the last day that its own facts would answer differently now.

    `now` is wall time. Nothing is changed: a decision stands as it was made.
    """
    log = structlog.get_logger()
    query = (
        select(StoredDecision)
        .where(StoredDecision.kind.in_(KINDS), StoredDecision.recorded_at > now - SPAN)
        .order_by(StoredDecision.id)
        .execution_options(yield_per=AT_ONCE)
    )
    read = differing = 0
    for stored in db.session().scalars(query):
        found = replay(stored)
        read += 1
        if not found.same:
            differing += 1
            log.error("decision.differs", ref=stored.ref, then=found.then, now=found.now)
    log.info("decisions.rechecked", read=read, differing=differing)
