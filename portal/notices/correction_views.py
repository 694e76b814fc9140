"""Corrections: a registry's lead mends an error in a dated fact; whom it touches reads the list (N1)."""

from datetime import date

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.text import tidy_lines
from portal.notices import corrections, labels
from portal.notices.blueprint import bp
from portal.notices.change_views import LONGEST, MOST, facts_by_topic
from portal.notices.change_words import asked
from portal.store.db import db
from portal.store.facts import DESKS, BadValue
from portal.web.fact_words import BAD_VALUES, fact_words, in_words
from portal.web.guards import actor, requires
from portal.web.pages import program
from portal.web.site import language, url

LONGEST_REASON = 1000


@bp.get("/corrections")
@requires(Permission.READ_NOTICES)
def list_corrections() -> ResponseReturnValue:
    """What was mended as an error: for a company what touches it, for staff their registry's."""
    found = corrections.listed(db.session(), actor(), clock.today(), language())
    return render_template(
        "notices/corrections.html",
        found=found,
        corrects=actor().may(Permission.CORRECT_FACTS),
    )


@bp.get("/corrections/new")
@requires(Permission.CORRECT_FACTS)
def choose_correction() -> ResponseReturnValue:
    """Choose the fact, find what it is about, say what it should have said."""
    fact = request.args.get("fact", "")
    if fact and fact not in DESKS:
        abort(404)
    if fact and request.args.get("subject"):
        return _page(fact, request.args["subject"], {})
    words = request.args.get("q", "").strip()[:LONGEST]
    found = []
    if fact:
        for subject in DESKS[fact].find(db.session(), actor(), words, MOST):
            label = in_words(subject.label, language())
            found.append((str(subject.key), label, in_words(subject.detail, language())))
    return render_template(
        "notices/change.html",
        ref=None,
        here="site.notices.choose_correction",
        title=_("Correct an error"),
        fact=fact,
        called=fact_words(fact) if fact else "",
        facts=facts_by_topic(""),
        labels=labels,
        q=words,
        found=found,
        more=len(found) == MOST,
    )


@bp.post("/corrections")
@requires(Permission.CORRECT_FACTS)
def correct() -> ResponseReturnValue:
    """Mend it: marked, with its reason, told to whom it touches."""
    fact, subject = request.form.get("fact", ""), request.form.get("subject", "")
    found = asked(
        db.session(), actor(), fact, subject, clock.today(), language(), program().languages
    ) or abort(404)
    why = tidy_lines(request.form.get("reason", ""))
    since, errors, value = _day(request.form.get("since", "")), {}, None
    try:
        value = DESKS[fact].read(db.session(), found.key, found.typed(request.form))
    except BadValue as bad:
        errors["value"] = str(BAD_VALUES[bad.code])
    if not why or len(why) > LONGEST_REASON:
        errors["reason"] = _(
            "Say what was wrong, in at most 1000 characters: whom it touches reads it."
        )
    if since is None or since > clock.today():
        errors["since"] = _("Enter the day from which it was wrong: today or earlier.")
    if errors or since is None:
        return _page(fact, subject, errors), 422
    try:
        decision = corrections.correct(
            *(fact, found.key, value, why),
            since=since,
            today=clock.today(),
            actor=actor(),
            wall=clock.wall(),
        )
    except LookupError:
        abort(404)
    except corrections.NothingThen:
        return _page(fact, subject, {"since": _("Nothing is known of it on that day.")}), 422
    if decision.refused:
        said = " ".join(labels.sentence(each, {}) for each in decision.reasons)
        return _page(fact, subject, {"value": said}), 409
    flash(_("It is corrected and marked as such. Whom it touches is told by mail."), "yes")
    return redirect(url("site.notices.list_corrections"))


def _page(fact: str, subject: str, errors: dict[str, str]) -> str:
    found = asked(
        db.session(), actor(), fact, subject, clock.today(), language(), program().languages
    )
    return render_template(
        "notices/correction.html",
        change=found or abort(404),
        value=request.values,
        errors=errors,
        since=request.form.get("since", clock.today().isoformat()),
        reason=request.form.get("reason", ""),
    )


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
