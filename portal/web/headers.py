"""The headers of every response, error pages included."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, request

from portal.web.guards import actor

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def install(app: Flask) -> None:
    """Say who may keep a page and in what it varies; one for a signed-in reader, or for whoever holds
    a mailed link, is never stored.
    """

    @app.after_request
    def _headers(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers["Vary"] = "Cookie, Accept-Language, X-Partial"
            theirs = actor().known or "token" in request.args
            stored = "no-store" if theirs else "private, no-cache"
            response.headers.setdefault("Cache-Control", stored)
        if (
            request.endpoint
            and request.endpoint.startswith("site.")
            and request.view_args is not None
        ):
            response.headers.setdefault("Content-Language", request.path[1:3])
        return response


def stand_before(app: Flask) -> None:
    """Put the headers on everything that is answered, static files too; comes last of all."""
    inner = app.wsgi_app

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def begin(status: str, told: list[tuple[str, str]], *more: Any) -> Any:
            there = {name.lower() for name, _ in told}
            added = [pair for pair in HEADERS.items() if pair[0].lower() not in there]
            return start(status, [*told, *added], *more)

        found: Iterable[bytes] = inner(environ, begin)
        return found

    app.wsgi_app = answer  # type: ignore[method-assign, assignment]
