"""One line per event on standard error: JSON for machines, readable on a terminal."""

import logging
import sys
import uuid
from typing import Any

import structlog
from flask import Flask, Response, g, request


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
                path=request.path,
                status=response.status_code,
            )
        return response
