"""The one way by which files come in: looked at, kept, or refused with what to do about it.

A page with files:

- marks its view: `@bp.post(…)`, `@requires(…)`, `@takes_files`, so that larger bodies are let in;
- opens its form with `form_open(…, files=true)` and draws `upload(…)` of components/upload.html
  with `asked(kept, refused)` (`upload_words.py`): it names the input `files`, lists those kept
  earlier and offers to take each away (`remove`);
- on POST, before it judges the rest of the form, calls

      taken = take(request.files.getlist("files"), request.form.getlist("remove"),
                   subject="draft:…", partner_id=…, registry_id=None, actor=actor(), now=clock.wall())

  What was fit is kept under the draft's subject even when the form fails, so nothing is sent twice.
  `taken.refused` goes to `asked()`, and `taken.status` (422, or 507 when it is our fault) to the answer;
- when the form is right, inside its own `atomic()`: `files.move(session, actor, "draft:…",
  "application:12", registry_id=…)`; from then on that registry's channel people see them. To show
  them: `files.files_of(session, actor, subject)`, each linked by `url("site.files.file", file_id=…)`.

Nothing is unpacked to disk and nothing is looked up by a name people gave. Viruses are not searched
for: a file is kept and handed out, never opened.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict, TypeVar

import structlog
from flask import Flask, request, session
from werkzeug.datastructures import FileStorage

from portal.kernel.access import Actor
from portal.store import blobs, files
from portal.store.db import atomic, db
from portal.store.events import emit
from portal.store.files import LARGEST, MB, Fault, File, Refused, Upload
from portal.web.upload_kinds import KINDS
from portal.web.upload_names import Unfit, clean, shown

V = TypeVar("V", bound=Callable[..., Any])
AT_ONCE = 10
# Three of the largest and the rest of the form. Two larger files are told on the form; more than
# this is refused unread.
BODY = 32 * MB


class _Whose(TypedDict):
    partner_id: int | None
    registry_id: int | None
    actor: Actor


def takes_files(view: V) -> V:
    """`view` may be sent files: bodies up to `BODY` bytes by whoever has a session."""
    view.body = BODY  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Let larger bodies in where a view takes files; comes before whatever reads the form."""

    @app.before_request
    def _let_in() -> None:
        view = app.view_functions.get(request.endpoint or "")
        body = getattr(view, "body", None)
        # Whose session it is, the guard will ask; without any, nothing large is even received.
        if body is not None and "_user_id" in session:
            request.max_content_length = body


@dataclass(frozen=True)
class Taken:
    """What became of the files of one form: those kept now, and those refused."""

    kept: list[File] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The status to answer with when the form is shown again."""
        return 507 if any(no.code is Fault.NOT_STORED for no in self.refused) else 422


def receive(storage: FileStorage) -> Upload | Refused:
    """Look at one file and, when it is fit, lay its bytes into the folder. Touches no database.

    It is read once, into memory, and never more of it than `LARGEST`.
    """
    given = storage.filename or ""
    content = storage.stream.read(LARGEST + 1)
    try:
        name = clean(given)
        kind = KINDS.get(name.rpartition(".")[2].lower())
        if kind is None:
            raise Unfit(Fault.KIND)
        if not content:
            raise Unfit(Fault.EMPTY)
        if len(content) > LARGEST:
            raise Unfit(Fault.TOO_LARGE, megabytes=LARGEST // MB)
        blob = blobs.write(kind.fit(content))
    except Unfit as unfit:
        return Refused(shown(given), unfit.code, unfit.facts)
    except OSError as error:
        structlog.get_logger().error("file.not_stored", errno=error.errno)
        return Refused(shown(given), Fault.NOT_STORED)
    return Upload(name, kind.media_type, blob.sha256, blob.size)


def take(
    storages: Iterable[FileStorage],
    removed: Iterable[str] = (),
    *,
    subject: str,
    partner_id: int | None,
    registry_id: int | None,
    actor: Actor,
    now: datetime,
) -> Taken:
    """Keep the fit files of a form for `subject`, and take away the `removed` ones (their ids).

    One event each, that names no one and no file. `now` is wall time. A file that its owner's quota
    has no room for is refused before it is read, when that can be told.
    """
    sent = [storage for storage in storages if storage.filename]
    gone = [key for key in map(_key, removed) if key is not None]
    # Who takes files away makes room that is not there yet.
    room = BODY if gone else files.room_left(db.session(), partner_id, actor)
    uploads, refused = _received(sent, room)
    kept: list[File] = []
    if not uploads and not gone:
        return Taken(kept, refused)
    facts = {"subject": subject}
    whose: _Whose = {"partner_id": partner_id, "registry_id": registry_id, "actor": actor}
    with atomic() as tx:
        for key in files.remove(tx, actor, subject, gone, now=now):
            emit(tx, f"file:{key}", "file.removed", at=now, payload=facts, **whose)
        for upload in uploads:
            found = files.keep(tx, upload, subject=subject, now=now, **whose)
            if isinstance(found, Refused):
                refused.append(found)
                continue
            kept.append(found)
            about = {**facts, "media_type": found.media_type, "size": found.size}
            emit(tx, f"file:{found.id}", "file.uploaded", at=now, payload=about, **whose)
    return Taken(kept, refused)


def _received(sent: list[FileStorage], room: int) -> tuple[list[Upload], list[Refused]]:
    uploads: list[Upload] = []
    refused: list[Refused] = []
    for number, storage in enumerate(sent):
        if number >= AT_ONCE:
            refused.append(_no(storage, Fault.TOO_MANY, at_once=AT_ONCE))
        elif room <= 0:
            refused.append(_no(storage, Fault.QUOTA, left=0))
        else:
            found = receive(storage)
            if isinstance(found, Upload):
                uploads.append(found)
                room -= found.size
            else:
                refused.append(found)
    return uploads, refused


def _no(storage: FileStorage, code: Fault, **facts: Any) -> Refused:
    return Refused(shown(storage.filename or ""), code, facts)


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
