"""The page that says what of all that was promised still holds for a company, as of a day.

It has a lasting address: the day stands in it, and what it says of that day does not change later.
"""

from datetime import date

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from portal.faq import promises
from portal.faq.shelf import shelf_on
from portal.kernel import clock
from portal.kernel.access import PARTNER_ROLES, Permission
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.moment import FIRST, looking_on
from portal.web.site import language, url

bp = Blueprint("promises", __name__, url_prefix="/promises")


@bp.get("/")
@requires(Permission.READ_NOTICES)
def index() -> ResponseReturnValue:
    """The page of the day looked at, or of today."""
    _partners_only()
    on = min(looking_on(), clock.today())
    return redirect(url("site.promises.on_day", day=on.isoformat()))


@bp.get("/<day>")
@requires(Permission.READ_NOTICES)
def on_day(day: str) -> ResponseReturnValue:
    """Each promise on that day. Of days to come nothing is certain: they have no page."""
    _partners_only()
    try:
        on = date.fromisoformat(day)
    except ValueError:
        abort(404)
    if not FIRST <= on <= clock.today() or day != on.isoformat():
        abort(404)
    found = promises.load(db.session(), actor(), shelf_on(on), on, language())
    return render_template("faq/promises.html", found=found, on=on)


def _partners_only() -> None:
    if actor().role not in PARTNER_ROLES:
        abort(404)
