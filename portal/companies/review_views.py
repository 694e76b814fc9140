"""A registry's channel people read applications and decide them."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.companies import application_pages as pages
from portal.companies import applications, labels
from portal.companies.application_forms import ApproveForm, DeclineForm
from portal.companies.application_pages import Review
from portal.companies.rules import ApplicationState
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.decision import Decision
from portal.registry import page_labels
from portal.registry.agreements import channel_teams
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.moment import looking_on
from portal.web.site import row_id, url
from portal.web.upload_words import asked

bp = Blueprint("review", __name__, url_prefix="/applications")
STATES: dict[str, ApplicationState | None] = {
    **{state.value: state for state in ApplicationState},
    "all": None,
}


@bp.get("/")
@requires(Permission.REVIEW_APPLICATIONS)
def index() -> ResponseReturnValue:
    """The queue; state and page stand in the address."""
    wanted = request.args.get("state", "")
    state = wanted if wanted in STATES else ApplicationState.SENT.value
    after = request.args.get("after", type=row_id)
    found, more = pages.queue(db.session(), actor(), STATES[state], after)
    return _page(
        "companies/application_queue.html", found=found, state=state, after=after, more=more
    )


@bp.get("/<int:application_id>")
@requires(Permission.REVIEW_APPLICATIONS)
def application(application_id: int) -> ResponseReturnValue:
    """One application, and declining it."""
    return _one(_review(application_id), DeclineForm(formdata=None))


@bp.post("/<int:application_id>/decline")
@requires(Permission.REVIEW_APPLICATIONS)
def decline(application_id: int) -> ResponseReturnValue:
    """Decline it, with a reason."""
    form, found = DeclineForm(), _review(application_id)
    if not form.validate():
        return _one(found, form, status=422)
    decision = _decided(application_id, form)
    if decision.refused:
        return _refused(application_id, decision, form)
    flash(_("The application is declined. The company is told, with your reason."), "yes")
    return redirect(url("site.review.application", application_id=application_id))


@bp.get("/<int:application_id>/approve")
@requires(Permission.REVIEW_APPLICATIONS, recent=True)
def approval(application_id: int) -> ResponseReturnValue:
    """The agreement that approving opens."""
    found = _review(application_id)
    if not found.application.open:
        return redirect(url("site.review.application", application_id=application_id))
    return _approval(found, ApproveForm(formdata=None, starts_on=clock.today()))


@bp.post("/<int:application_id>/approve")
@requires(Permission.REVIEW_APPLICATIONS, recent=True)
def approve(application_id: int) -> ResponseReturnValue:
    """Approve it and open the agreement."""
    found = _review(application_id)
    form = ApproveForm().offer(channel_teams(db.session(), found.application.registry_id))
    if not form.validate():
        return _approval(found, form, 422)
    try:
        decision = applications.approve(
            application_id, form.terms(), actor=actor(), now=clock.wall(), today=clock.today()
        )
    except applications.Unseen:
        abort(404)
    if not decision.refused:
        flash(_("The application is approved and the agreement is open."), "yes")
        return redirect(url("site.review.application", application_id=application_id))
    wrong = labels.application_reasons(decision)
    if all(field for field, _text in wrong):
        for field, text in wrong:
            form[field or ""].errors = [text]
        return _approval(found, form, 422)
    return _refused(application_id, decision, DeclineForm(formdata=None))


def _decided(application_id: int, form: DeclineForm) -> Decision[ApplicationState]:
    try:
        reason = form.reason.data or ""
        return applications.decline(application_id, reason, actor=actor(), now=clock.wall())
    except applications.Unseen:
        abort(404)


def _refused(
    application_id: int, decision: Decision[ApplicationState], form: DeclineForm
) -> ResponseReturnValue:
    """The application as it stands by now, and why nothing was done (409)."""
    said = [text for _line, text in labels.application_reasons(decision)]
    return _one(_review(application_id), form, said=said, status=409)


def _review(application_id: int) -> Review:
    found = pages.review(db.session(), actor(), application_id, looking_on())
    if found is None:
        abort(404)
    return found


def _one(
    found: Review, form: DeclineForm, *, said: list[str] | None = None, status: int = 200
) -> ResponseReturnValue:
    page = _page(
        "companies/application.html",
        review=found,
        application=found.application,
        files=asked(found.files)["kept"],
        form=form,
        said=said or [],
    )
    return page, status


def _approval(found: Review, form: ApproveForm, status: int = 200) -> ResponseReturnValue:
    form.offer(channel_teams(db.session(), found.application.registry_id))
    application = found.application
    page = _page(
        "companies/application_approve.html", form=form, review=found, application=application
    )
    return page, status


def _page(template: str, **context: Any) -> str:
    words = {"labels": labels, "programs": page_labels.PROGRAMS, "words": page_labels}
    return render_template(template, **words, **context)
