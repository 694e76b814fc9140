"""The queue of searches that found nothing: what to write next, or which word was missing."""

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.faq import misses_desk as desk
from portal.faq import queries
from portal.faq.forms import KeywordForm
from portal.faq.labels import LANGUAGE_NAMES
from portal.faq.shelf import shelf
from portal.faq.views import bp
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import LANGUAGES, url


@bp.get("/misses")
@requires(Permission.EDIT_FAQ)
def unanswered() -> ResponseReturnValue:
    """The searches that found nothing, asked most first; or those dealt with."""
    settled = request.args.get("state") == "settled"
    rows = queries.misses(db.session(), settled=settled)
    return render_template("faq/misses.html", misses=rows, settled=settled, names=LANGUAGE_NAMES)


@bp.post("/misses/settlement")
@requires(Permission.EDIT_FAQ)
def settle() -> ResponseReturnValue:
    """Take one off the queue: there is nothing more to be done about it."""
    query, lang = request.form.get("query", ""), request.form.get("in", "")
    if not desk.settle(lang, query, actor=actor(), now=clock.business()):
        abort(404)
    flash(_("Taken off the queue."), "yes")
    return redirect(url("site.faq.unanswered"))


@bp.get("/misses/keyword")
@requires(Permission.EDIT_FAQ)
def keyword() -> ResponseReturnValue:
    """Which question a search should have found."""
    lang = request.args.get("in", "")
    form = KeywordForm(formdata=None).offer(shelf())
    form.word.data = request.args.get("q", "")[:80]
    form.into.data = lang if lang in LANGUAGES else LANGUAGES[0]
    return render_template("faq/desk/keyword.html", form=form)


@bp.post("/misses/keyword")
@requires(Permission.EDIT_FAQ)
def add_keyword() -> ResponseReturnValue:
    """Let search find that question by these words from now on."""
    form = KeywordForm().offer(shelf())
    if not form.validate():
        return render_template("faq/desk/keyword.html", form=form), 422
    added = desk.as_keyword(
        *(str(form.question.data), str(form.into.data), form.word.data or ""),
        actor=actor(),
        now=clock.business(),
    )
    if not added:
        form.form_errors.append(_("That question has all the search words it can have."))
        return render_template("faq/desk/keyword.html", form=form), 422
    flash(_("Search finds the question by these words now."), "yes")
    return redirect(url("site.faq.unanswered"))
