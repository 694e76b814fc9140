"""One line per event on standard error: JSON for machines, readable on a terminal.

What people send is logged as a path, never as a query, a form or a cookie; a path that is itself a
secret is not told.
"""

import logging
import sys
import uuid
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

SECRET_PATHS = "/feeds/"


def path() -> str:
    """The path asked for, as it may stand in a log."""
    before, secret, _ = request.path.partition(SECRET_PATHS)
    return f"{before}{secret}…" if secret else before


def one_line(_log: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Control characters and line breaks in what people sent are written, not obeyed.

    A traceback is ours and keeps its lines.
    """
    for name, value in event.items():
        if isinstance(value, str) and name != "exception" and not value.isprintable():
            event[name] = repr(value)[1:-1]
    return event


def install(app: Flask) -> None:
    """Log each request once, with an id that error pages show too."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            one_line,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.WARNING if app.testing else logging.INFO
        ),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    log = structlog.get_logger()

    @app.before_request
    def _begin() -> None:
        g.request_id = uuid.uuid4().hex[:12]

    @app.after_request
    def _end(response: Response) -> Response:
        if request.path != "/healthz":
            log.info(
                "request",
                id=g.get("request_id"),
                method=request.method,
                path=path(),
                status=response.status_code,
            )
        return response
