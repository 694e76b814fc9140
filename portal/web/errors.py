"""Error pages in the reader's language (JSON under /api): what happened, what was kept, what to do."""

import contextlib

import structlog
from flask import Flask, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from portal.store.db import db
from portal.web.logs import path
from portal.web.site import language

TEXTS = {
    400: (
        _l("We could not read that request"),
        _l("Nothing was changed. Go back, check what you typed and send it again."),
    ),
    401: (
        _l("Sign in first"),
        _l("Nothing was changed. This is only for people who have signed in."),
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
        _l("Nothing was stored. Go back, and send less text or a smaller file."),
    ),
    415: (
        _l("We do not read that kind of content"),
        _l("Nothing was changed. Send it as the page or the documentation says."),
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

# What is said when even the page of an error fails.
BARE = Markup(
    '<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title>'
    "<h1>{title}</h1><p>{advice}</p><p>{number}</p></html>"
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
        response = make_response(answer(status, texts))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> ResponseReturnValue:
        log.exception("unexpected", id=g.get("request_id"), path=path())
        with contextlib.suppress(DBAPIError):
            db.session.rollback()
        return answer(500, TEXTS[500])


def answer(status: int, texts: tuple[object, object]) -> ResponseReturnValue:
    """The error response of `status` for the path asked."""
    title, advice = str(texts[0]), str(texts[1])
    if request.path.startswith("/api/"):
        return jsonify(error=title, advice=advice, status=status), status
    number = g.get("request_id", "")
    try:
        page = render_template(
            "error.html",
            status=status,
            title=title,
            advice=advice,
            # Only what went wrong here is looked up by its number; the other pages stay the
            # same for an unknown object and for somebody else's.
            request_id=number if status >= 500 else "",
        )
    except Exception:
        structlog.get_logger().exception("error page", id=number)
        page = BARE.format(lang=language(), title=title, advice=advice, number=number)
    return page, status
