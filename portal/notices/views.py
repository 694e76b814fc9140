"""What a partner's people read: the notices of their company, one of them, and what changes when.

Opening a notice is on record: it is how a company is served (N2). Looking at another date reads
only, and records nothing.
"""

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock
from portal.kernel.access import PARTNER_ROLES, Actor, Permission
from portal.kernel.text import tidy_lines
from portal.notices import labels, outlook, questions, reader_pages, reading
from portal.notices.blueprint import bp
from portal.notices.queries import State, current
from portal.notices.reader_pages import Page
from portal.store.db import db
from portal.web import richtext
from portal.web.guards import actor, requires
from portal.web.moment import looking_on, moved
from portal.web.site import language, row_id, url

LONGEST_QUESTION = 2000


@bp.get("/")
@requires(Permission.READ_NOTICES)
def index() -> ResponseReturnValue:
    """The company's notices, the newest first; channel staff have a desk instead."""
    who = actor()
    if who.role not in PARTNER_ROLES:
        return redirect(url("site.notices.desk"))
    before = request.args.get("before", type=row_id)
    rows = reader_pages.listed(db.session(), who, looking_on(), before)
    return render_template(
        "notices/index.html",
        rows=rows[: reader_pages.PAGE],
        more=len(rows) > reader_pages.PAGE,
        first=before is None,
        labels=labels,
        on=looking_on(),
    )


@bp.get("/changes")
@requires(Permission.READ_NOTICES)
def changes() -> ResponseReturnValue:
    """What changed for the company, and what will, each with its notice."""
    who = actor()
    if who.role not in PARTNER_ROLES:
        abort(404)
    found = outlook.load(db.session(), who, looking_on(), language())
    return render_template("notices/changes.html", found=found, on=looking_on(), labels=labels)


@bp.get("/<ref>")
@requires(Permission.READ_NOTICES)
def notice(ref: str) -> ResponseReturnValue:
    """One notice; opening it is on record."""
    who = actor()
    if who.role not in PARTNER_ROLES:
        found = current(db.session(), who, ref)
        if found is None:
            abort(404)
        published = found.published_at is not None
        return redirect(url(f"site.notices.{'proof' if published else 'draft'}", ref=ref))
    page = _page(ref, who)
    if _counts() and reading.unread(db.session(), page.version_id, who):
        reading.opened(page.version_id, actor=who, now=clock.business())
        page = _page(ref, who)
    return _shown(page)


@bp.get("/<ref>/versions/<int:number>")
@requires(Permission.READ_NOTICES)
def version(ref: str, number: int) -> ResponseReturnValue:
    """An earlier version, as it was published."""
    return _shown(_page(ref, actor(), number))


@bp.post("/<ref>/acknowledgement")
@requires(Permission.READ_NOTICES)
def acknowledge(ref: str) -> ResponseReturnValue:
    """Take note, for the record."""
    page = _page(ref, actor())
    if request.form.get("version", type=row_id) != page.version_id:
        flash(_("A later version was published meanwhile. Read it before you take note."), "no")
        return redirect(url("site.notices.notice", ref=ref))
    reading.acknowledge(page.version_id, actor=actor(), now=clock.business())
    flash(_("It is on record that you have taken note."), "yes")
    return redirect(url("site.notices.notice", ref=ref))


@bp.post("/<ref>/questions")
@requires(Permission.READ_NOTICES)
def ask(ref: str) -> ResponseReturnValue:
    """Ask about it; what was typed stays in the form when it cannot be taken."""
    page, text = _page(ref, actor()), tidy_lines(request.form.get("text", ""))
    if not text or len(text) > LONGEST_QUESTION:
        fault = (
            _("Write your question.")
            if not text
            else _("Write at most %(most)s characters.", most=LONGEST_QUESTION)
        )
        return _shown(page, typed=text, fault=fault), 422
    try:
        questions.ask(ref, text, actor=actor(), now=clock.business())
    except questions.Closed:
        return _shown(page, typed=text, fault=_("Questions are not taken any more.")), 422
    flash(_("Your question was sent. The answer will stand here, for everybody to read."), "yes")
    return redirect(url("site.notices.notice", ref=ref))


def _page(ref: str, who: Actor, number: int | None = None) -> Page:
    page = reader_pages.load(db.session(), who, ref, language(), number)
    if page is None:
        abort(404)
    return page


def _counts() -> bool:
    """Whether this request is somebody reading: not a look at another date, not a prefetch."""
    ahead = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and not moved() and "prefetch" not in ahead


def _shown(page: Page, typed: str = "", fault: str = "") -> str:
    return render_template(
        "notices/notice.html",
        page=page,
        html=richtext.to_page(page.body.pick(language())),
        labels=labels,
        State=State,
        typed=typed,
        fault=fault,
        today=looking_on(),
    )
