"""What the worker does for files: nightly, bytes that belong to no file are deleted."""

from datetime import datetime

import structlog

from portal.store.db import db
from portal.store.file_care import problems, sweep
from portal.web.jobs import every


@every("sweep-files", hour="3", minute="40")
def sweep_files(now: datetime) -> None:
    """Delete what no file has, and log what is not right. `now` is wall time."""
    log = structlog.get_logger()
    log.info("files.swept", blobs=sweep(db.session(), now))
    for problem in problems(db.session(), now):
        log.error("files.problem", kind=problem.kind, what=problem.what)
