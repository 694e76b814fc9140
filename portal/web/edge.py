"""The edge: what is no request for this portal is refused before any view sees it (400).

Only names of this portal are answered, and whatever is generated never stands on the name asked.
Text with NUL, lone surrogates or control characters is refused alike, whatever the database.
What another site's page sends is refused before its token is looked at: two walls, not one.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from flask_wtf.csrf import CSRFError

from portal.config import Config
from portal.web.site import LANGUAGES
from portal.web.strict_json import NO_TEXT, StrictJSON

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PORT = re.compile(r":[0-9]{1,5}\Z")
_DEFAULT_PORT = {"http": ":80", "https": ":443"}
MOST_FIELDS = 1_000  # as MAX_FORM_PARTS, which counts the parts of a form with files
# The inputs of files (uploads.py): the one, or one for each language.
FILES = frozenset({"files", *(f"files_{lang}" for lang in LANGUAGES)})
_STRANGE = "portal.strange_host"
Start = Callable[..., Any]


def install(app: Flask) -> None:
    """Refuse before anything else looks at the request; only the log comes earlier."""
    app.json = StrictJSON(app)
    own = _origin(app.extensions["portal.config"].url)

    @app.before_request
    def _refuse() -> None:
        if request.mimetype == "application/x-www-form-urlencoded":
            # Read whole before it is taken apart: the limits of a form's texts and parts are ours.
            request.max_content_length = app.config["MAX_FORM_MEMORY_SIZE"]
            if sum(len(texts) for _, texts in request.form.lists()) > MOST_FIELDS:
                abort(413)
        if request.environ.get(_STRANGE) or any(map(NO_TEXT.search, _texts())):
            abort(400)
        # A form takes a file for the text it asked for; files come where a view takes them.
        takes = getattr(app.view_functions.get(request.endpoint or ""), "body", None)
        if set(request.files) - (FILES if takes else set()):
            abort(400)
        if request.method not in SAFE_METHODS and _foreign(own):
            raise CSRFError("Sent by another site.")

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
    Behind proxies of one's own (`settings.proxies`) REMOTE_ADDR becomes the address of whom the
    outermost had the request from. No other header of theirs is followed.
    """
    inner, bare = app.wsgi_app, Flask.wsgi_app.__get__(app)

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        asked = _PORT.sub("", environ.get("HTTP_HOST", "")).lower()
        environ = {**environ, "REMOTE_ADDR": client(environ, settings.proxies)}
        if asked in settings.hosts:
            found: Iterable[bytes] = inner(environ, start)
            return found
        told = {**environ, "HTTP_HOST": settings.netloc, _STRANGE: True}
        refused: Iterable[bytes] = bare(told, start)
        return refused

    app.wsgi_app = answer  # type: ignore[method-assign, assignment]


def client(environ: dict[str, Any], proxies: int) -> str:
    """The network address of whoever asks, `proxies` hops away; never one a client made up.

    Each proxy adds at the right end of X-Forwarded-For whom it had the request from: what stands
    further left than there are proxies was written by anybody. Too short, or no address where one
    is due: the request did not come that way, and whoever sent it is who is connected.
    """
    peer = str(environ.get("REMOTE_ADDR") or "")
    chain = str(environ.get("HTTP_X_FORWARDED_FOR") or "").split(",")
    if not 0 < proxies <= len(chain):
        return peer
    told = chain[-proxies].strip()
    if told.startswith("["):
        told = told[1:].partition("]")[0]
    elif told.count(":") == 1:
        told = told.partition(":")[0]
    try:
        found = ip_address(told.partition("%")[0])
    except ValueError:
        return peer
    return str((isinstance(found, IPv6Address) and found.ipv4_mapped) or found)


def _foreign(own: str) -> bool:
    """Whether a browser says that this was sent by a page that is not ours."""
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    here = request.environ.get("HTTP_HOST", "")
    secure = _origin(f"https://{here}")
    # Where the portal is reached by https, its own name over http is somebody in between.
    return _origin(origin) not in {own, secure, own if own == secure else _origin(f"http://{here}")}


def _origin(address: str) -> str:
    """Scheme, name and port of an address, as browsers write them in Origin."""
    scheme, _, rest = address.lower().partition("://")
    return f"{scheme}://{rest.partition('/')[0].removesuffix(_DEFAULT_PORT.get(scheme, '/'))}"


def _texts() -> Iterator[str]:
    """Everything of the request that a view may read as text."""
    yield request.path
    for values in (request.args, request.form):
        for key, texts in values.lists():
            yield key
            yield from texts
    for name, value in request.environ.items():
        if name.startswith("HTTP_") or name == "CONTENT_TYPE":
            yield str(value)
