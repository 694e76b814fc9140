"""A draft handed on: to a colleague for the missing half, to a lead of another registry to agree to,
to oneself as a mail to try.
"""

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.notices import changes as typed
from portal.notices import draft_pages, drafts, handing, labels
from portal.notices.blueprint import bp
from portal.notices.change_words import shown
from portal.notices.models import Notice, NoticeConsent, NoticeVersion
from portal.registry.models import Registry
from portal.store.db import db
from portal.store.scope import visible_to
from portal.web import richtext
from portal.web.guards import actor, requires
from portal.web.pages import program
from portal.web.site import language, row_id, url


@bp.post("/<ref>/handover")
@requires(Permission.POST_NOTICES)
def hand_over(ref: str) -> ResponseReturnValue:
    """Ask a colleague to write what is missing."""
    person = request.form.get("person", type=row_id)
    try:
        handing.hand_over(_version(ref).id, person or 0, actor=actor(), now=clock.wall())
    except LookupError:
        abort(404)
    flash(_("Your colleague is asked by mail."), "yes")
    return redirect(url("site.notices.review", ref=ref))


@bp.post("/<ref>/test-mail")
@requires(Permission.POST_NOTICES)
def send_test(ref: str) -> ResponseReturnValue:
    """Send the draft to oneself as the mail it will be."""
    try:
        handing.send_test(_version(ref).id, actor=actor(), now=clock.wall())
    except LookupError:
        abort(404)
    flash(_("It is on its way to your own address."), "yes")
    return redirect(url("site.notices.review", ref=ref))


@bp.post("/<ref>/consent-request")
@requires(Permission.POST_NOTICES)
def ask_consent(ref: str) -> ResponseReturnValue:
    """Ask the leads of another registry to agree."""
    registry = request.form.get("registry", type=row_id)
    try:
        asked = handing.ask_consent(
            _version(ref).id, registry or 0, actor=actor(), now=clock.wall()
        )
    except LookupError:
        abort(404)
    flash(ngettext("%(num)s lead is asked by mail.", "%(num)s leads are asked by mail.", asked))
    return redirect(url("site.notices.review", ref=ref))


@bp.get("/<ref>/consent")
@requires(Permission.COUNTERSIGN)
def consent(ref: str) -> ResponseReturnValue:
    """What a draft of another registry changes of one's own, to agree to."""
    version, asked = _asked(ref)
    session, today = db.session(), clock.today()
    changes = typed.of_version(session, version.id)
    named = typed.subjects(session, changes)
    # Whose partner or customer the others are about is no business of this registry.
    own = [
        change
        for change in changes
        if change.id in named and named[change.id].registry_id == asked.registry_id
    ]
    home = session.scalar(
        select(Registry)
        .join(Notice, Notice.registry_id == Registry.id)
        .where(Notice.id == version.notice_id)
    )
    return render_template(
        "notices/consent.html",
        ref=ref,
        version=version,
        asked=asked,
        home=home,
        html=richtext.to_page(version.body.pick(language())),
        changes=shown(session, own, today, {}, language(), program().languages),
        labels=labels,
        codes=program().languages,
    )


@bp.post("/<ref>/consent")
@requires(Permission.COUNTERSIGN)
def agree(ref: str) -> ResponseReturnValue:
    """Agree to it."""
    version, _row = _asked(ref)
    read = request.form.get("revision", type=row_id) or 0
    if drafts.consent(version.id, revision=read, actor=actor(), now=clock.business()):
        flash(_("You agreed. Its authors can publish it now."), "yes")
    else:
        flash(_("Nothing was agreed: it was edited meanwhile, or is published already."), "no")
    return redirect(url("site.notices.consent", ref=ref))


def _asked(ref: str) -> tuple[NoticeVersion, NoticeConsent]:
    """The version whose changes the actor's registry is asked about, and the asking."""
    query = (
        visible_to(NoticeVersion, actor())
        .join(Notice, Notice.id == NoticeVersion.notice_id)
        .join(NoticeConsent, NoticeConsent.version_id == NoticeVersion.id)
        .where(Notice.ref == ref, NoticeConsent.registry_id == actor().registry_id)
        .order_by(NoticeVersion.number.desc())
        .limit(1)
    )
    session = db.session()
    version = session.scalar(query) or abort(404)
    return version, session.get_one(NoticeConsent, (version.id, actor().registry_id))


def _version(ref: str) -> NoticeVersion:
    return draft_pages.newest(db.session(), actor(), ref) or abort(404)
