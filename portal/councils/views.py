"""The councils one belongs to or belonged to, as of the date looked at: members, meetings, papers."""

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from portal.councils import meeting_pages, pages
from portal.councils.meeting_pages import FEW, MeetingPage
from portal.councils.pages import Card
from portal.kernel.access import Permission
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.moment import looking_on, moved
from portal.web.site import row_id
from portal.web.upload_words import asked

bp = Blueprint("councils", __name__, url_prefix="/councils")


@bp.get("/")
@requires(Permission.READ_COUNCILS)
def index() -> ResponseReturnValue:
    """The councils the reader sees, their state, their seats, the next meetings and the last."""
    session, who, on = db.session(), actor(), looking_on()
    return _page(
        "councils/index.html",
        cards=pages.cards(session, who, on),
        seats=pages.own_seats(session, who) if who.partner_id is not None else [],
        coming=meeting_pages.coming(session, who, on),
        past=meeting_pages.past(session, who, on, most=FEW)[0],
    )


@bp.get("/<int:council_id>")
@requires(Permission.READ_COUNCILS)
def council(council_id: int) -> ResponseReturnValue:
    """One council: its members and its meetings; older ones after the one the address names."""
    session, who, on = db.session(), actor(), looking_on()
    card = seen(council_id)
    before = request.args.get("before", type=row_id)
    past, more = meeting_pages.past(session, who, on, council_id, before)
    return _page(
        "councils/council.html",
        card=card,
        members=pages.members(session, who, council_id, on),
        coming=meeting_pages.coming(session, who, on, council_id),
        past=past,
        more=more,
        before=before,
        may_edit=who.may(Permission.EDIT_COUNCILS) and not moved(),
    )


@bp.get("/meetings/<int:meeting_id>")
@requires(Permission.READ_COUNCILS)
def meeting(meeting_id: int) -> ResponseReturnValue:
    """One meeting: when and where, agenda, minutes, papers."""
    return show_meeting(seen_meeting(meeting_id))


def seen(council_id: int) -> Card:
    """The council the reader sees, or 404."""
    found = pages.card(db.session(), actor(), council_id, looking_on())
    return found or abort(404)


def seen_meeting(meeting_id: int) -> MeetingPage:
    """The meeting that is the reader's, or 404."""
    found = meeting_pages.meeting(db.session(), actor(), meeting_id, looking_on())
    return found or abort(404)


def show_meeting(found: MeetingPage, refused: Any = (), status: int = 200) -> tuple[str, int]:
    """The page of a meeting; `refused` are the papers that were not taken."""
    files = asked(found.files, refused)
    page = _page(
        "councils/meeting.html",
        found=found,
        meeting=found.row,
        files=files,
        may_edit=found.may_edit and not moved(),
    )
    return page, status


def _page(template: str, **context: Any) -> str:
    return render_template(template, on=looking_on(), **context)
