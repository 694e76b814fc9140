"""Handing files out: by their own id, to those who may see them, and only ever as a download.
Who fetched one is on record.

What people brought is never shown by the portal's own pages: it comes as an attachment whose type is
ours, that no browser may guess at, and that may do nothing if one opens it all the same.
"""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, request, send_file
from werkzeug.http import parse_range_header
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.store import blobs
from portal.store.db import atomic, db
from portal.store.events import emit
from portal.store.files import File
from portal.store.scope import visible_to
from portal.web.guards import actor, requires

bp = Blueprint("files", __name__, url_prefix="/files")

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex",
}


@bp.get("/<file_id>")
@requires(Permission.READ_FILES)
def file(file_id: str) -> Response:
    """The bytes of a file, whole or one range of them (HTTP Range); 404 for whoever may not see it."""
    found = db.session.scalar(visible_to(File, actor()).where(File.id == _key(file_id)))
    if found is None:
        abort(404)
    return hand_out(found, lambda: note(found))


def hand_out(found: File, begun: Callable[[], None]) -> Response:
    """The bytes of `found`, to whoever the caller has found may have them; `begun` puts on record that
    a download began. What it changes is its own transaction: `found` may be stale after it.
    """
    _one_range(request.environ)
    response = send_file(
        blobs.path_of(found.sha256),
        mimetype=found.media_type,
        as_attachment=True,
        # Quotes, line breaks and letters outside ASCII are written as RFC 6266 and 8187 say.
        download_name=found.name,
        conditional=True,
        # Says which file it is, not what it holds: nobody learns that another has the same bytes.
        etag=found.id.hex,
        # Of this row: the blob's own time would say when somebody else brought it.
        last_modified=found.at,
    )
    response.headers.update(HEADERS)
    try:
        if _begins(response):
            begun()
    except BaseException:
        response.close()
        raise
    return response


def _begins(response: Response) -> bool:
    """Whether a download begins with this answer; a part asked for later is the same download."""
    part = response.content_range
    return request.method == "GET" and (
        response.status_code == 200 or (response.status_code == 206 and part.start == 0)
    )


def note(found: File) -> None:
    """That a file was fetched is on record: the one thing that asking for it writes."""
    stream, whose = f"file:{found.id}", (found.partner_id, found.registry_id)
    payload = {"subject": found.subject}
    with atomic() as session:
        emit(
            session,
            stream,
            "file.downloaded",
            actor=actor(),
            at=clock.wall(),
            partner_id=whose[0],
            registry_id=whose[1],
            payload=payload,
        )


def _key(text: str) -> uuid.UUID:
    """The id that `text` is, written as the portal writes it; else nothing is found."""
    try:
        key = uuid.UUID(text)
    except ValueError:
        abort(404)
    if str(key) != text:
        abort(404)
    return key


def _one_range(environ: dict[str, Any]) -> None:
    """Several ranges at once are answered by the whole file, which HTTP allows."""
    asked = parse_range_header(environ.get("HTTP_RANGE"))
    if asked is None or len(asked.ranges) != 1:
        environ.pop("HTTP_RANGE", None)
