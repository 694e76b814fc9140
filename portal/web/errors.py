"""Error pages in the reader's language (JSON under /api): what happened, what was kept, what to do."""

import structlog
from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from portal.store.db import db

TEXTS = {
    400: (
        _l("We could not read that request"),
        _l("Nothing was changed. Go back, check what you typed and send it again."),
    ),
    403: (
        _l("Your role does not include this page"),
        _l("Nothing was changed. If you need it for your work, ask your administrator."),
    ),
    404: (
        _l("There is nothing at this address"),
        _l("Check the address, or start again from the questions or the search."),
    ),
    405: (
        _l("This page cannot be used that way"),
        _l("Nothing was changed. Open the page again from the menu."),
    ),
    409: (
        _l("Nothing can be done on another date"),
        _l("You are looking at the portal on another date. Go back to today, then do it."),
    ),
    413: (
        _l("That is too large for us to take"),
        _l("Nothing was stored. Send less text or a smaller file."),
    ),
    500: (
        _l("Something went wrong on our side"),
        _l(
            "Nothing half-done was stored. Try again; if it happens again, give us the number below."
        ),
    ),
}
EXPIRED = (
    _l("This form is no longer valid"),
    _l("Nothing was changed. Open the page again and send it once more."),
)


def install(app: Flask) -> None:
    """Answer every error of `app` with a page or a JSON object of ours."""
    log = structlog.get_logger()

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if error.response is not None or status < 400:
            return error
        texts = EXPIRED if isinstance(error, CSRFError) else TEXTS.get(status, TEXTS[400])
        return answer(status, texts)

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> ResponseReturnValue:
        db.session.rollback()
        log.exception("unexpected", id=g.get("request_id"), path=request.path)
        return answer(500, TEXTS[500])


def answer(status: int, texts: tuple[object, object]) -> ResponseReturnValue:
    """The error response of `status` for the path asked."""
    title, advice = str(texts[0]), str(texts[1])
    if request.path.startswith("/api/"):
        return jsonify(error=title, advice=advice, status=status), status
    page = render_template(
        "error.html", status=status, title=title, advice=advice, request_id=g.get("request_id", "")
    )
    return page, status
