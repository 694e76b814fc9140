"""Changing an approved request: the company and the channel cancel it; the company asks for other days, and
the channel answers, or puts off the day of the claim; reserves that nobody claims on.
"""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.mdf import changing, labels, review_labels
from portal.mdf import idle as idling
from portal.mdf.blueprint import bp
from portal.mdf.deciding import Outcome
from portal.mdf.keys import new_key
from portal.mdf.request_pages import one
from portal.mdf.review_desk import answer, names_of, review_page, run, seen, sent, words
from portal.mdf.review_forms import DatesForm, WhyForm
from portal.mdf.review_labels import DONE
from portal.mdf.steps import party_of
from portal.mdf.transitions import Verb, not_now
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.i18n import regional
from portal.web.site import url


@bp.get("/requests/<ref>/cancellation")
@requires(Permission.ASK_MDF)
def cancel_form(ref: str) -> ResponseReturnValue:
    """Giving up what was approved: what that means, and why."""
    return _form(ref, Verb.CANCEL, WhyForm(formdata=None))


@bp.post("/requests/<ref>/cancellation")
@requires(Permission.ASK_MDF)
def cancel(ref: str) -> ResponseReturnValue:
    """Cancel it: what was reserved goes back."""
    form = WhyForm()
    return _send(
        ref, Verb.CANCEL, form, lambda **told: changing.cancel(ref, form.note.data, **told)
    )


@bp.get("/requests/<ref>/dates")
@requires(Permission.ASK_MDF)
def dates_form(ref: str) -> ResponseReturnValue:
    """Other days for the activity, to ask for."""
    row, _fund = seen(ref)
    form = DatesForm(formdata=None, starts_on=row.starts_on, ends_on=row.ends_on)
    return _form(ref, Verb.ASK_DATES, form)


@bp.post("/requests/<ref>/dates")
@requires(Permission.ASK_MDF)
def ask_dates(ref: str) -> ResponseReturnValue:
    """Ask for other days: the channel support team decides."""
    form = DatesForm()

    def ask(**told: Any) -> Outcome:
        days = form.starts_on.data, form.ends_on.data
        return changing.ask_dates(ref, *days, form.note.data, **told)

    return _send(ref, Verb.ASK_DATES, form, ask)


@bp.post("/requests/<ref>/dates/move")
@requires(Permission.REVIEW_MDF)
def move_dates(ref: str) -> ResponseReturnValue:
    """Approve the days that the company asked for."""
    return _answer(ref, Verb.MOVE_DATES, changing.move_dates)


@bp.post("/requests/<ref>/dates/keep")
@requires(Permission.REVIEW_MDF)
def keep_dates(ref: str) -> ResponseReturnValue:
    """Let the days be as they were, and say why."""
    return _answer(ref, Verb.KEEP_DATES, changing.keep_dates)


@bp.post("/requests/<ref>/extension")
@requires(Permission.REVIEW_MDF)
def extend(ref: str) -> ResponseReturnValue:
    """Put off the day the claim is due, and say why."""
    return _answer(ref, Verb.EXTEND, changing.extend)


@bp.get("/idle")
@requires(Permission.REVIEW_MDF)
def idle() -> ResponseReturnValue:
    """Reserves that are due within 45 days and nobody claims on: more time, or back to the fund."""
    found = idling.idle(db.session(), actor(), clock.today())
    rows = [(each, _spoken(each.language)) for each in found]
    return render_template(
        "mdf/idle.html", rows=rows, keys=[new_key() for _each in rows], today=clock.today()
    )


def _spoken(language: str) -> dict[str, str]:
    """What is said of an idle reserve to a company that is spoken to in `language`."""
    with force_locale(regional(language, "")):
        return {
            "extend": str(review_labels.IDLE_EXTENDED),
            "release": str(review_labels.IDLE_RELEASED),
        }


def _answer(ref: str, verb: Verb, command: Callable[..., Outcome]) -> ResponseReturnValue:
    seen(ref)
    form = sent(verb)
    if not form.validate():
        return review_page(ref, verb, form, 422)
    note = form.note.data or ""
    return answer(ref, verb, form, lambda **told: command(ref, note, **told), to=_back())


def _back() -> str:
    return url("site.mdf.idle") if request.form.get("back") == "idle" else ""


def _send(ref: str, verb: Verb, form: Any, command: Callable[..., Outcome]) -> ResponseReturnValue:
    """Do it and go on to the request, or show the form again as it was typed."""
    seen(ref)
    if not form.validate():
        return _form(ref, verb, form, 422)
    outcome = run(command)
    if outcome.refused:
        form.form_errors.extend(words(outcome.reasons, one(db.session(), actor(), ref)))
        return _form(ref, verb, form, 409)
    flash(DONE[verb], "yes")
    return redirect(_back() or url("site.mdf.request_page", ref=ref))


def _form(ref: str, verb: Verb, form: Any, status: int = 200) -> ResponseReturnValue:
    """The page of one form about a request; `wrong` says why it would be in vain."""
    row, _fund = seen(ref)
    page = one(db.session(), actor(), ref)
    assert page is not None, "what is seen has a page"
    wrong = not_now(verb, row.state, party_of(actor()))
    return render_template(
        "mdf/change.html",
        page=page,
        row=row,
        form=form,
        verb=verb.name.lower(),
        wrong=labels.sentence(wrong, names_of(page)) if wrong else "",
        key=new_key(None if status == 409 else request.form.get("key")),
        labels=labels,
    ), status
