"""Secret addresses of feeds: their page, and the feeds they open.

A feed is read by programs without a session: who asks is who the address was made for, whatever
cookie comes with it, in that person's language. No answer lets the address travel on.
"""

import uuid
from collections.abc import Callable

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.accounts import feed_keys
from portal.accounts.labels import acting_as
from portal.accounts.models import FeedKind
from portal.accounts.own_queries import feed_addresses
from portal.accounts.own_views import bp
from portal.accounts.queries import FeedReader
from portal.accounts.throttle import Later
from portal.config import Config
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.store.db import db
from portal.web import feeds as drawn
from portal.web.guards import actor, public, requires
from portal.web.pages import program
from portal.web.site import LANGUAGES, url

feeds = Blueprint("feeds", __name__, url_prefix="/feeds")
ENDINGS = {FeedKind.ATOM: "atom", FeedKind.CALENDAR: "ics"}
KINDS = {
    FeedKind.ATOM: (_l("Feed (Atom)"), _l("For a feed reader: every notice, the newest first.")),
    FeedKind.CALENDAR: (
        _l("Calendar (iCalendar)"),
        _l("For the calendar of your phone or computer: each notice on its effective date."),
    ),
}


@bp.get("/feeds")
@requires(Permission.OWN_ACCOUNT)
def feeds_page() -> ResponseReturnValue:
    """The secret addresses there are, and how to make one."""
    found = feed_addresses(db.session(), actor())
    return render_template("accounts/feeds.html", addresses=found, kinds=KINDS, acting_as=acting_as)


@bp.post("/feeds")
@requires(Permission.OWN_ACCOUNT, recent=True)
def make_feed() -> ResponseReturnValue:
    """A new secret address, shown this once; the one of its kind before works no more."""
    kind = request.form.get("kind", "")
    if kind not in set(FeedKind):
        abort(404)
    token = feed_keys.make(FeedKind(kind), actor=actor(), now=clock.wall())
    config: Config = current_app.extensions["portal.config"]
    return render_template(
        "accounts/feed_made.html",
        address=f"{config.url}/feeds/{token}.{ENDINGS[FeedKind(kind)]}",
        kind=KINDS[FeedKind(kind)],
    )


@bp.post("/feeds/revocation")
@requires(Permission.OWN_ACCOUNT)
def revoke_feed() -> ResponseReturnValue:
    """End one."""
    try:
        key = uuid.UUID(request.form.get("key", ""))
    except ValueError:
        abort(404)
    if feed_keys.revoke(key, actor=actor(), now=clock.wall()):
        flash(_("That address works no more."), "yes")
    else:
        flash(_("That address had ended already."), "info")
    return redirect(url("site.account.feeds_page"))


@feeds.get("/<token>.atom")
@public
def atom(token: str) -> ResponseReturnValue:
    """The news of whoever the address was made for, as an Atom feed; 404 for one that does not work."""

    def draw(found: FeedReader, language: str) -> bytes:
        news = drawn.entries(db.session(), found.actor, language)
        return drawn.atom(found.key.urn, _title(language), found.made_at, news, language)

    return _answer(token, FeedKind.ATOM, draw, "application/atom+xml")


@feeds.get("/<token>.ics")
@public
def calendar(token: str) -> ResponseReturnValue:
    """The dates among that news, as a calendar; 404 for an address that does not work."""

    def draw(found: FeedReader, language: str) -> bytes:
        news = drawn.entries(db.session(), found.actor, language)
        return drawn.calendar(_title(language), news, language)

    return _answer(token, FeedKind.CALENDAR, draw, "text/calendar; charset=utf-8")


@feeds.after_request
def _goes_nowhere(response: Response) -> Response:
    """Links of a page at a secret address tell no one where they stood, and nobody keeps a copy."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _answer(
    token: str, kind: FeedKind, draw: Callable[[FeedReader, str], bytes], media_type: str
) -> ResponseReturnValue:
    origin = request.remote_addr or ""
    found = feed_keys.read(token, kind, now=clock.wall(), origin=origin)
    if found is None:
        abort(404)
    if isinstance(found, Later):
        return Response(status=429, headers={"Retry-After": str(found.seconds)})
    told = found.actor.language
    g.lang = language = told if told in LANGUAGES else LANGUAGES[0]
    with force_locale(language):
        response = Response(draw(found, language), content_type=media_type)
    response.headers["Content-Language"] = language
    response.add_etag()
    return response.make_conditional(request)


def _title(language: str) -> str:
    return str(_("%(program)s: advance notices", program=program().name.pick(language)))
