"""The edge: what is no request for this portal is refused before any view sees it (400).

Only names of this portal are answered, and whatever is generated never stands on the name asked.
Text with NUL, lone surrogates or control characters is refused alike, whatever the database.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from portal.config import Config

# What no text contains; tabs, line breaks and the breaks that word processors paste are text.
NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_PORT = re.compile(r":[0-9]{1,5}\Z")
_STRANGE = "portal.strange_host"
Start = Callable[..., Any]


def install(app: Flask) -> None:
    """Refuse before anything else looks at the request; only the log comes earlier."""

    @app.before_request
    def _refuse() -> None:
        if request.environ.get(_STRANGE) or any(map(NO_TEXT.search, _texts())):
            abort(400)

    @app.after_request
    def _stay(response: Response) -> Response:
        # The routing redirects to whole addresses; every redirect of this portal is to a path of it.
        meant = urlsplit(response.headers.get("Location", ""))
        if meant.netloc:
            path = "/" + meant.path.lstrip("/\\")
            response.headers["Location"] = f"{path}?{meant.query}" if meant.query else path
        return response


def stand_before(app: Flask, settings: Config) -> None:
    """Let only names of this portal through; comes after all else that wraps `app.wsgi_app`.

    A request under another name becomes one under ours that the app refuses with its page.
    """
    inner, bare = app.wsgi_app, Flask.wsgi_app.__get__(app)

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        asked = _PORT.sub("", environ.get("HTTP_HOST", "")).lower()
        if asked in settings.hosts:
            found: Iterable[bytes] = inner(environ, start)
            return found
        told = {**environ, "HTTP_HOST": settings.netloc, _STRANGE: True}
        refused: Iterable[bytes] = bare(told, start)
        return refused

    app.wsgi_app = answer  # type: ignore[method-assign, assignment]


def _texts() -> Iterator[str]:
    """Everything of the request that a view may read as text."""
    yield request.path
    for values in (request.args, request.form):
        for key, texts in values.lists():
            yield key
            yield from texts
