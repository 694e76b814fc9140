"""Companies told another way: recorded by one, countersigned by another (N2)."""

from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.decision import Decision
from portal.kernel.text import tidy_lines
from portal.notices import fallbacks, labels, proof_pages
from portal.notices.blueprint import bp
from portal.notices.models import Notice, NoticeFallback, NoticeVersion
from portal.store.db import db
from portal.store.scope import visible_to
from portal.web.guards import actor, requires
from portal.web.site import row_id, url

LONGEST, MOST = 1000, 200


@bp.get("/<ref>/fallbacks")
@requires(Permission.POST_NOTICES)
def another_way(ref: str) -> ResponseReturnValue:
    """The companies not reached yet, and how they were told otherwise."""
    return _page(ref, request.args.getlist("company", type=row_id))


@bp.post("/<ref>/fallbacks")
@requires(Permission.POST_NOTICES)
def record_way(ref: str) -> ResponseReturnValue:
    """Record it; it counts once a lead has countersigned."""
    version = _version(ref)
    chosen = request.form.getlist("company", type=row_id)
    told = tidy_lines(request.form.get("told", ""))
    day = _day(request.form.get("told_on", ""))
    errors: dict[str, str] = {}
    if not chosen:
        errors["company"] = _("Choose at least one company.")
    if not told or len(told) > LONGEST:
        errors["told"] = _("Say how, to whom and by whom, in at most 1000 characters.")
    if day is None or day > clock.today():
        errors["told_on"] = _("Enter the day they were told: today or earlier.")
    if errors or day is None:
        return _page(ref, chosen, errors), 422
    decision = fallbacks.record(
        *(version.id, chosen, told, day), actor=actor(), now=clock.business()
    )
    if decision.refused:
        return _page(ref, chosen, {"company": _said(decision)}), 409
    told_of = ngettext(
        "Recorded for %(num)s company; it counts once a lead has countersigned.",
        "Recorded for %(num)s companies; it counts once a lead has countersigned.",
        decision.value or 0,
    )
    flash(told_of, "yes")
    return redirect(url("site.notices.proof", ref=ref))


@bp.post("/fallbacks/<int:fallback_id>/countersignature")
@requires(Permission.COUNTERSIGN)
def countersign(fallback_id: int) -> ResponseReturnValue:
    """Countersign what somebody else recorded."""
    query = (
        visible_to(NoticeFallback, actor())
        .with_only_columns(Notice.ref)
        .select_from(NoticeFallback)
        .join(NoticeVersion, NoticeVersion.id == NoticeFallback.version_id)
        .join(Notice, Notice.id == NoticeVersion.notice_id)
        .where(NoticeFallback.id == fallback_id)
    )
    ref = db.session().scalar(query) or abort(404)
    try:
        decision = fallbacks.countersign(fallback_id, actor=actor(), now=clock.business())
    except LookupError:
        abort(404)
    if decision.refused:
        flash(_said(decision), "no")
    else:
        flash(_("Countersigned: the company counts as reached."), "yes")
    return redirect(url("site.notices.proof", ref=ref))


def _page(ref: str, chosen: list[int], errors: dict[str, str] | None = None) -> str:
    version = _version(ref)
    found, more = proof_pages.companies(db.session(), version, unserved=True, most=MOST)
    return render_template(
        "notices/fallbacks.html",
        ref=ref,
        version=version,
        companies=found,
        more=more,
        chosen=set(chosen),
        errors=errors or {},
        told=request.form.get("told", ""),
        told_on=request.form.get("told_on", clock.today().isoformat()),
    )


def _version(ref: str) -> NoticeVersion:
    """The live version of a notice: only it can still be told."""
    found = proof_pages.versions(db.session(), actor(), ref)
    live = (one for one in found if one.published_at is not None and one.superseded_at is None)
    return next(live, None) or abort(404)


def _said(decision: Decision[Any]) -> str:
    return " ".join(labels.sentence(reason, {}) for reason in decision.reasons)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
