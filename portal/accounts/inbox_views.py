"""The mails of the portal as pages: each person's own, and for the portal admin that they exist.

Where no mail server is set these pages are the delivery, so the addressee finds the link in them.
Where there is one, no page ever tells a link: it must not stand in for the mailbox it proves.
The portal admin reads the words of others' mails only where no mail server is set, and without
their links. A mail to somebody who has no account yet has no inbox: in a demo, where everybody's
session is one click away, the portal admin may read it whole; elsewhere `flask mail show` tells it
to who runs the machine.
"""

import uuid

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import Select

from portal.accounts import demo
from portal.kernel.access import Actor, Permission
from portal.store.db import db
from portal.store.outbox import Mail, MailState
from portal.store.scope import visible_to
from portal.web import mail, mail_words
from portal.web.guards import actor, requires
from portal.web.site import language

bp = Blueprint("inbox", __name__)
PAGE = 30
# It goes to an address that is its asker's only once the link was opened.
UNPROVED = "address_link"
KIND_NAMES = {
    "reset_link": _l("Link for a new password"),
    "invitation": _l("Invitation"),
    "address_link": _l("Link to confirm an address"),
    "address_changed": _l("Address changed"),
    "application_link": _l("Link to go on with an application"),
    "application_received": _l("Application to be read"),
    "application_decided": _l("Application decided"),
    "concern_asked": _l("Question to be answered"),
    "concern_answered": _l("Question answered"),
    "concern_handed": _l("Question with another team"),
    "council_meeting": _l("Meeting of a council"),
    "council_minutes": _l("Minutes of a council"),
    "mdf_step": _l("MDF: news of a request"),
    "notice": _l("Notice"),
    "notice_reminder": _l("Notice not read yet"),
    "notice_asked": _l("Notice that waits for you"),
    "fact_corrected": _l("Correction of an error"),
    "signed_in_new_device": _l("Sign-in from a new device"),
    "password_changed": _l("Password changed"),
    "factor_changed": _l("Second step changed"),
}
# In words, and with which mark (templates/components/notice.html).
STATE_NAMES = {
    MailState.WAITING: (_l("Waiting"), "wait"),
    MailState.SENDING: (_l("Being sent"), "wait"),
    MailState.SENT: (_l("Sent"), "yes"),
    MailState.FAILED: (_l("Not sent"), "no"),
    MailState.UNCERTAIN: (_l("May not have arrived"), "no"),
}
CAME_BACK = "bounced"
_BACK = _l("Came back"), "no"


@bp.get("/inbox/")
@requires(Permission.OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    """What the portal wrote to the reader, newest first."""
    who = actor()
    rows = _rows(_own(who))
    return render_template(
        "accounts/inbox.html",
        mails=[(row, _subject(row)) for row in rows[:PAGE]],
        **_pages(rows),
        kept=mail.kept(),
        operates=who.may(Permission.OPERATE),
    )


@bp.get("/inbox/all")
@requires(Permission.OPERATE)
def everyone() -> ResponseReturnValue:
    """That mails exist: kind, address, when and state, newest first."""
    query, state = visible_to(Mail, actor()), request.args.get("state", "")
    if state in set(MailState):
        query = query.where(Mail.state == MailState(state))
    elif state == CAME_BACK:
        query = query.where(Mail.bounced_at.is_not(None))
    rows = _rows(query)
    return render_template(
        "accounts/inbox_all.html",
        mails=rows[:PAGE],
        **_pages(rows),
        state=state if state in {*MailState, CAME_BACK} else None,
        kinds=KIND_NAMES,
        states={**STATE_NAMES, CAME_BACK: _BACK},
        state_of=_state,
        kept=mail.kept(),
    )


@bp.get("/inbox/<mail_id>")
@requires(Permission.OWN_ACCOUNT)
def letter(mail_id: str) -> ResponseReturnValue:
    """One mail. Another person's answers 404, as the unknown does."""
    who, key = actor(), _uuid(mail_id)
    found = db.session().scalar(visible_to(Mail, who).where(Mail.id == key)) if key else None
    if found is None:
        abort(404)
    mine = found.person_id == who.person_id
    words = None
    if mine or mail.kept():
        words = mail_words.render(found.letter(), secret=_secret(found, who))
    return render_template(
        "accounts/inbox_mail.html",
        mail=found,
        words=words,
        mine=mine,
        kind=KIND_NAMES.get(found.kind, found.kind),
        state=_state(found),
        kept=mail.kept(),
    )


def _state(found: Mail) -> tuple[object, str]:
    """In words, and with which mark."""
    return STATE_NAMES[found.state] if found.bounced_at is None else _BACK


def _own(who: Actor) -> Select[Mail]:
    """What was written to the reader. What goes to an address they have yet to prove stands here only
    where these pages are the delivery: that no mail went there would tell that it is somebody's.
    """
    query = visible_to(Mail, who).where(Mail.person_id == who.person_id)
    return query if mail.kept() else query.where(Mail.kind != UNPROVED)


def _secret(found: Mail, who: Actor) -> str | None:
    """The token of the mail's link, where this reader may have it."""
    if not mail.kept():
        return None
    theirs = found.person_id == who.person_id
    nobodys = found.person_id is None and bool(demo.people())
    return found.secret if theirs or nobodys else None


def _rows(query: Select[Mail]) -> list[Mail]:
    """The newest of `query` before the one the page begins at, one more than a page shows."""
    before = request.args.get("before", type=uuid.UUID)
    if before is not None:
        query = query.where(Mail.id < before)
    return list(db.session().scalars(query.order_by(Mail.id.desc()).limit(PAGE + 1)))


def _pages(rows: list[Mail]) -> dict[str, object]:
    older = str(rows[PAGE - 1].id) if len(rows) > PAGE else None
    return {"older": older, "first": request.args.get("before", type=uuid.UUID) is None}


def _subject(row: Mail) -> Markup | str:
    """The subject, marked where its language is not the page's."""
    said = mail_words.subject(row.letter())
    if row.language == language():
        return said
    return Markup('<span lang="{}">{}</span>').format(row.language, said)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
