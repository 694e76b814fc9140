"""Before anything leaves: the check beside what the draft does, the draft as each company will read
it, giving it out and calling it back (N1 to N4).
"""

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.decision import Decision
from portal.notices import draft_pages, labels, preview, publishing, review_pages
from portal.notices.blueprint import bp
from portal.notices.checks import check
from portal.notices.models import NoticeVersion
from portal.notices.queries import State, state_of
from portal.notices.receipt import receipt
from portal.notices.rules import HOLD
from portal.store.db import db
from portal.web import richtext
from portal.web.guards import actor, requires
from portal.web.i18n import date_text, moment_text
from portal.web.pages import program
from portal.web.site import language, row_id, url


@bp.get("/<ref>/review")
@requires(Permission.POST_NOTICES)
def review(ref: str) -> ResponseReturnValue:
    """What publishing would be answered, whom it reaches, and what it does."""
    version = _version(ref)
    if state_of(version) is not State.DRAFT:
        return redirect(url("site.notices.proof", ref=ref))
    return _review(ref, version)


@bp.post("/<ref>/publication")
@requires(Permission.POST_NOTICES)
def publish(ref: str) -> ResponseReturnValue:
    """Give it out: held for a while, or until the moment asked for; 409 when it cannot be."""
    version, at, fault = _version(ref), None, ""
    if request.form.get("when") == "at":
        at = _moment(request.form.get("at", ""))
        if at is None or at <= clock.business():
            fault = _("Choose a day and a time that lie ahead.")
            return _review(ref, version, fault=fault, status=422)
    decision = publishing.publish(
        version.id,
        revision=request.form.get("revision", type=row_id) or 0,
        actor=actor(),
        now=clock.business(),
        at=at,
    )
    if decision.refused:
        db.session().rollback()
        version = _version(ref)
        if state_of(version) is not State.DRAFT:
            return redirect(url("site.notices.proof", ref=ref))
        return _review(ref, version, decision=decision, status=409)
    return redirect(url("site.notices.proof", ref=ref))


@bp.post("/<ref>/recall")
@requires(Permission.POST_NOTICES)
def recall(ref: str) -> ResponseReturnValue:
    """Make what has not left yet a draft again."""
    version = _version(ref)
    if publishing.call_back(version.id, actor=actor(), now=clock.business()):
        flash(_("It was called back and is a draft again. Nobody was told."), "yes")
        return redirect(url("site.notices.draft", ref=ref))
    flash(_("It could not be called back: it has left, or was not about to."), "no")
    return redirect(url("site.notices.proof", ref=ref))


@bp.get("/<ref>/reading")
@requires(Permission.POST_NOTICES)
def as_partner(ref: str) -> ResponseReturnValue:
    """The draft as the people of one `company` will read it: their changes and nobody else's."""
    partner_id = request.args.get("company", type=row_id) or abort(404)
    version = _version(ref)
    session, today = db.session(), clock.today()
    checked = check(session, version, clock.business() + HOLD)
    company = review_pages.company(session, checked, partner_id) or abort(404)
    page = preview.page(session, actor(), ref, version, checked, partner_id, language())
    return render_template(
        "notices/notice.html",
        page=page,
        html=richtext.to_page(page.body.pick(language())),
        labels=labels,
        State=State,
        typed="",
        fault="",
        today=today,
        preview=company,
    )


def _review(
    ref: str,
    version: NoticeVersion,
    *,
    decision: Decision[Any] | None = None,
    fault: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session, today = db.session(), clock.today()
    draft = draft_pages.load(session, actor(), ref, version, today, language(), program().languages)
    publish_at = clock.business() + HOLD
    found = review_pages.load(session, actor(), version, draft.before, publish_at, today)
    drawn = receipt(
        decision or found.checked.decision, found.registries, ref, facts=_facts(found.checked)
    )
    page = render_template(
        "notices/review.html",
        ref=ref,
        version=version,
        draft=draft,
        found=found,
        receipt=drawn,
        labels=labels,
        codes=program().languages,
        html={code: richtext.to_page(version.body.get(code, "")) for code in program().languages},
        colleagues=draft_pages.colleagues(session, actor()),
        hold=int(HOLD.total_seconds() // 60),
        fault=fault,
        when=request.form.get("when", "now"),
        at=request.form.get("at", ""),
        today=today,
    )
    return page, status


def _facts(checked: Any) -> list[tuple[Any, ...]]:
    """What a yes stands on: the moment it leaves, the first day it can hold, the days of notice."""
    value = checked.decision.value
    if value is None:
        return []
    return [
        (_("Leaves"), moment_text(value.publish_at, language())),
        (_("Holds at the earliest from"), date_text(value.earliest, language())),
        (_("Days of notice"), str(checked.facts.lead_days), "number"),
        (_("Companies"), str(checked.facts.audience), "number"),
    ]


def _version(ref: str) -> NoticeVersion:
    return draft_pages.newest(db.session(), actor(), ref) or abort(404)


def _moment(typed: str) -> datetime | None:
    """A day and time as typed, in the program's zone."""
    try:
        local = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return None if local.tzinfo is not None else local.replace(tzinfo=clock.zone())
