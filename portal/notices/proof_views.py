"""After publishing: whom a version reached and when it holds there, as a page, on paper, as a file; the
next version, and the reminder (N2, N5).
"""

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.notices import changes as typed
from portal.notices import drafts, fanout, labels, proof_pages, reminders
from portal.notices.blueprint import bp
from portal.notices.change_words import shown
from portal.notices.models import NoticeVersion
from portal.notices.proof_export import as_file
from portal.notices.proof_pages import Counts
from portal.notices.queries import State, state_of
from portal.notices.rules import Kind
from portal.store import batches
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.pages import program
from portal.web.site import language, row_id, url

LIVE = (State.PUBLISHED, State.WITHDRAWN)


@bp.get("/<ref>/proof")
@requires(Permission.POST_NOTICES)
def proof(ref: str) -> ResponseReturnValue:
    """How a version stands; `version`, `only` (unreached) and `after` stand in the address."""
    found = _versions(ref)
    if all(state_of(version) is State.DRAFT for version in found):
        return redirect(url("site.notices.review", ref=ref))
    version = _chosen(found)
    session, today = db.session(), clock.today()
    unserved = request.args.get("only") == "unreached"
    after = request.args.get("after", type=row_id)
    held = state_of(version) is State.HELD
    companies, more = (
        ([], None)
        if held
        else proof_pages.companies(session, version, unserved=unserved, after=after)
    )
    return render_template(
        "notices/proof.html",
        **_told(ref, version),
        versions=found,
        draft=next((one for one in found if state_of(one) is State.DRAFT), None),
        live=state_of(version) in LIVE,
        progress=batches.progress(session, fanout.batch(version.id)),
        counts=proof_pages.counts(session, [version.id], today).get(version.id, Counts(0, 0, 0)),
        companies=companies,
        unserved=unserved,
        after=after,
        more=more,
        fallbacks=proof_pages.fallbacks(session, actor(), version.id),
        signs=actor().may(Permission.COUNTERSIGN),
        minutes=_minutes(version),
        Kind=Kind,
    )


@bp.get("/<ref>/proof/paper")
@requires(Permission.POST_NOTICES)
def paper(ref: str) -> ResponseReturnValue:
    """The whole proof of a version on one page, to print."""
    version = _published(ref)
    companies, _more = proof_pages.companies(db.session(), version, most=None)
    return render_template(
        "notices/paper.html", **_told(ref, version), companies=companies, now=clock.business()
    )


@bp.get("/<ref>/proof.csv")
@requires(Permission.POST_NOTICES)
def proof_file(ref: str) -> ResponseReturnValue:
    """The whole proof of a version as a CSV file."""
    version = _published(ref)
    companies, _more = proof_pages.companies(db.session(), version, most=None)
    name = f"{ref}-{version.number}.csv"
    return Response(
        as_file(ref, version, companies),
        mimetype="text/csv",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


@bp.post("/<ref>/reminders")
@requires(Permission.POST_NOTICES)
def remind(ref: str) -> ResponseReturnValue:
    """Remind the people of companies that were not reached."""
    version = _published(ref)
    try:
        count = reminders.remind(version.id, actor=actor(), now=clock.business(), wall=clock.wall())
    except LookupError:
        abort(404)
    if count:
        told = ngettext("%(num)s person is reminded.", "%(num)s people are reminded.", count)
        flash(told, "yes")
    else:
        flash(_("There is nobody to remind: each was reminded within a day, or is reached."))
    return redirect(url("site.notices.proof", ref=ref))


@bp.post("/<ref>/amendment")
@requires(Permission.POST_NOTICES)
def amend(ref: str) -> ResponseReturnValue:
    """Begin the next version."""
    return _next(ref, Kind.AMENDMENT)


@bp.post("/<ref>/withdrawal")
@requires(Permission.POST_NOTICES)
def withdraw(ref: str) -> ResponseReturnValue:
    """Begin to call it off."""
    return _next(ref, Kind.WITHDRAWAL)


def _next(ref: str, kind: Kind) -> ResponseReturnValue:
    try:
        saved = drafts.amend(ref, kind, actor=actor(), now=clock.business())
    except LookupError:
        abort(404)
    if saved is None:
        flash(_("Another draft of it is there, or it was withdrawn."), "no")
        return redirect(url("site.notices.proof", ref=ref))
    return redirect(url("site.notices.draft", ref=ref))


def _told(ref: str, version: NoticeVersion) -> dict[str, Any]:
    """What page and paper both say of a version."""
    session = db.session()
    changes = typed.of_version(session, version.id)
    words = shown(session, changes, clock.today(), {}, language(), program().languages)
    return {
        "ref": ref,
        "version": version,
        "state": state_of(version),
        "changes": words,
        "sealed": proof_pages.sealed(session, version.id),
        "labels": labels,
        "codes": program().languages,
    }


def _minutes(version: NoticeVersion) -> int:
    """Whole minutes until a held version leaves, at least 1."""
    if version.publish_at is None:
        return 0
    left = (version.publish_at - clock.business()).total_seconds()
    return max(1, -int(-left // 60))


def _versions(ref: str) -> list[NoticeVersion]:
    return list(proof_pages.versions(db.session(), actor(), ref)) or abort(404)


def _chosen(found: list[NoticeVersion]) -> NoticeVersion:
    """The version the address asks for, else the newest that is no draft."""
    number = request.args.get("version", type=row_id)
    given = [one for one in found if state_of(one) is not State.DRAFT]
    return next((one for one in given if number in (None, one.number)), None) or abort(404)


def _published(ref: str) -> NoticeVersion:
    """The published version the address asks for, else the newest."""
    found = [one for one in _versions(ref) if one.published_at is not None]
    if not found:
        abort(404)
    return _chosen(found)
