"""`/healthz` and the front door."""

from flask import Blueprint, jsonify, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from portal.store.db import db
from portal.store.program import LoadedProgram
from portal.web.guards import public
from portal.web.pages import program
from portal.web.site import preferred, url

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """200 once the portal serves: its database answers, and holds this program; else 503."""
    try:
        loaded = db.session.scalar(select(LoadedProgram.slug))
    except DBAPIError:
        return jsonify(status="the database is not ready: run `flask db upgrade`"), 503
    if loaded != program().slug:
        return jsonify(status="another program or none is loaded: run `flask program load`"), 503
    return jsonify(status="ok")


@bp.get("/")
@public
def front_door() -> ResponseReturnValue:
    """To the home page in the reader's language."""
    response = redirect(url("site.home.index", lang=preferred()))
    response.headers["Vary"] = "Cookie, Accept-Language"
    return response
