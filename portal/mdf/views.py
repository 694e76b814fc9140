"""The pages of MDF that everybody lands on: what one has to do with, and one request whole."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from portal.kernel.access import Permission
from portal.mdf import queries
from portal.mdf.blueprint import bp
from portal.store.db import db
from portal.web.guards import actor, requires


@bp.get("/")
@requires(Permission.READ_MDF)
def index() -> ResponseReturnValue:
    """What a company asked and claimed; what waits for those of the registry's side."""
    return render_template("mdf/index.html")


@bp.get("/requests/<ref>")
@requires(Permission.READ_MDF)
def request_page(ref: str) -> ResponseReturnValue:
    """One request: what is asked, what it got, and everything that happened, in one timeline (M5)."""
    row = queries.request(db.session(), actor(), ref)
    if row is None:
        abort(404)
    return render_template("mdf/request.html", row=row)
