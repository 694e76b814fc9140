"""`/healthz` and the front door."""

from flask import Blueprint, jsonify, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from portal.store.db import db
from portal.web.guards import public
from portal.web.site import preferred, url

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """200 once the portal serves and its database answers."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")


@bp.get("/")
@public
def front_door() -> ResponseReturnValue:
    """To the home page in the reader's language."""
    response = redirect(url("site.home.index", lang=preferred()))
    response.headers["Vary"] = "Cookie, Accept-Language"
    return response
