"""The registry's side: the queue of questions, answering them, handing them to another team."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.concerns import commands, labels, pages
from portal.concerns.forms import AnswerForm, HandForm
from portal.concerns.records import Unseen
from portal.concerns.rules import ConcernState
from portal.concerns.views import names_of
from portal.kernel import clock
from portal.kernel.access import Permission, Role
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.hours import hours_text
from portal.web.site import row_id, url
from portal.web.upload_words import asked

bp = Blueprint("answering", __name__, url_prefix="/answers")
STATES: dict[str, ConcernState | None] = {
    **{state.value: state for state in ConcernState},
    "all": None,
}


@bp.get("/")
@requires(Permission.ANSWER_QUESTIONS)
def index() -> ResponseReturnValue:
    """The queue, the question that has waited longest first; state, team and page in the address."""
    session, who = db.session(), actor()
    wanted = request.args.get("state", "")
    state = wanted if wanted in STATES else ConcernState.OPEN.value
    team = request.args.get("team", type=row_id)
    after = request.args.get("after", type=row_id)
    found, more = pages.queue(
        session, who, clock.today(), state=STATES[state], team=team, after=after
    )
    return _page(
        "concerns/queue.html",
        found=found,
        more=more,
        after=after,
        state=state,
        team=team,
        teams=_teams() if who.role is not Role.ACCOUNT_TEAM else [],
    )


@bp.get("/<int:concern_id>")
@requires(Permission.ANSWER_QUESTIONS)
def thread(concern_id: int) -> ResponseReturnValue:
    """One question, to answer or to hand over."""
    return _thread(concern_id)


@bp.post("/<int:concern_id>/messages")
@requires(Permission.ANSWER_QUESTIONS)
def answer(concern_id: int) -> ResponseReturnValue:
    """Answer it as its team."""
    form = _seen(concern_id, AnswerForm())
    if not form.validate():
        return _thread(concern_id, answering=form, status=422)
    try:
        decision = commands.answer(
            concern_id, form.text.data or "", actor=actor(), now=clock.business()
        )
    except Unseen:
        abort(404)
    if decision.refused:
        form.form_errors.extend(labels.reasons(decision, names_of()))
        return _thread(concern_id, answering=form, status=409)
    flash(_("Your answer is sent. The company is told."), "yes")
    return redirect(url("site.answering.thread", concern_id=concern_id))


@bp.post("/<int:concern_id>/team")
@requires(Permission.ANSWER_QUESTIONS)
def hand(concern_id: int) -> ResponseReturnValue:
    """Hand it to another team of the registry, saying why."""
    form = _seen(concern_id, HandForm().offer(_teams(), None))
    if not form.validate():
        return _thread(concern_id, handing=form, status=422)
    try:
        decision = commands.hand(
            *(concern_id, int(form.team.data), form.reason.data or ""),
            actor=actor(),
            now=clock.business(),
        )
    except Unseen:
        abort(404)
    if decision.refused:
        form.form_errors.extend(labels.reasons(decision, names_of()))
        return _thread(concern_id, handing=form, status=409)
    flash(
        _("It is handed to %(team)s. The team and the company are told.", team=decision.value),
        "yes",
    )
    # Whoever is of an account team sees it no longer.
    return redirect(url("site.answering.index"))


def _seen(concern_id: int, form: Any) -> Any:
    """`form`, if the actor sees the question it is for; else nothing is told of it."""
    if pages.one(db.session(), actor(), concern_id, clock.today()) is None:
        abort(404)
    return form


def _teams() -> list[tuple[int, str]]:
    return pages.teams(db.session(), actor().registry_id or 0)


def _thread(
    concern_id: int,
    *,
    answering: AnswerForm | None = None,
    handing: HandForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session, who = db.session(), actor()
    found = pages.one(session, who, concern_id, clock.today())
    if found is None:
        abort(404)
    handing = handing or HandForm(formdata=None)
    page = _page(
        "concerns/thread.html",
        thread=found,
        answering=answering or AnswerForm(formdata=None),
        handing=handing.offer(_teams(), found.row.team_id),
        why=labels.why(list(found.reasons), names_of()),
        hours=hours_text,
        sent=asked(found.files)["kept"],
        staff=True,
        edits=who.may(Permission.EDIT_FAQ),
    )
    return page, status


def _page(template: str, **context: Any) -> str:
    return render_template(template, labels=labels, **context)
