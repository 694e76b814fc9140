"""The editors' desk: the list of texts, writing one in both languages, and what two wrote at once."""

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from portal.faq import desk_pages as pages
from portal.faq import drafts, editing
from portal.faq.announced import of_texts
from portal.faq.drafts import OnDesk
from portal.faq.forms import DeedForm, TextForm
from portal.faq.labels import LANGUAGE_NAMES, refusals
from portal.faq.rules import LONGEST_QUESTION, FaqCode, Text
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.decision import Decision
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import LANGUAGES, url

bp = Blueprint("faq_desk", __name__, url_prefix="/faq/desk")


@bp.get("")
@requires(Permission.EDIT_FAQ)
def index() -> ResponseReturnValue:
    """Every question and promise, with its draft, what waits for a notice, and what readers say."""
    questions, promises = pages.listing(db.session(), clock.today())
    ids = [one.text_id for one in (*questions, *promises)]
    return render_template(
        "faq/desk/index.html",
        questions=questions,
        promises=promises,
        announced=of_texts(db.session(), ids, clock.today()),
    )


@bp.get("/new")
@requires(Permission.EDIT_FAQ)
def new() -> ResponseReturnValue:
    """A question there is not yet; a search that found nothing may stand in the address."""
    form = TextForm(formdata=None)
    lang = request.args.get("in", "")
    if lang in LANGUAGES:
        form[f"question_{lang}"].data = request.args.get("q", "")[:LONGEST_QUESTION]
    return render_template("faq/desk/new.html", form=form)


@bp.post("/new")
@requires(Permission.EDIT_FAQ)
def begin() -> ResponseReturnValue:
    """Begin it."""
    form = TextForm()
    if not any((*form.text().question.values(), *form.text().answer.values())):
        form.form_errors.append(_("Write the question in one language at least."))
    if form.form_errors or not form.validate():
        return render_template("faq/desk/new.html", form=form), 422
    decision = editing.begin(form.text(), actor=actor(), now=clock.business())
    if decision.value is None:
        form.form_errors.extend(refusals(decision))
        return render_template("faq/desk/new.html", form=form), 422
    flash(_("The draft is kept. Readers see nothing of it yet."), "yes")
    return redirect(url("site.faq_desk.text", text_id=decision.value))


@bp.get("/<text_id>")
@requires(Permission.EDIT_FAQ)
def text(text_id: str) -> ResponseReturnValue:
    """A text, to write."""
    desk = on_desk(text_id)
    return editor(desk, TextForm(formdata=None).show(desk.text, desk.seen))


@bp.post("/<text_id>/preview")
@requires(Permission.EDIT_FAQ)
def preview(text_id: str) -> ResponseReturnValue:
    """What is typed, as readers would see it; nothing is kept."""
    desk, form = on_desk(text_id), TextForm()
    typed = form.text(is_promise=desk.is_promise)
    known = pages.promises(db.session(), clock.today())
    html = {lang: Markup(said) for lang, said in pages.as_read(typed, known).items()}
    seen = {"typed": typed, "html": html} if form.validate() else None
    return editor(desk, form, preview=seen, status=200 if seen else 422)


@bp.post("/<text_id>/draft")
@requires(Permission.EDIT_FAQ)
def save(text_id: str) -> ResponseReturnValue:
    """Keep the draft; 409 with both texts when somebody else was quicker."""
    desk, form = on_desk(text_id), TextForm()
    if not form.validate():
        return editor(desk, form, status=422)
    typed = form.text(is_promise=desk.is_promise)
    decision = editing.save(
        text_id, typed, form.seen.data or "", actor=actor(), now=clock.business()
    )
    if not decision.refused:
        flash(_("The draft is kept. Readers see nothing of it yet."), "yes")
        return redirect(url("site.faq_desk.text", text_id=text_id))
    return refused(decision, text_id, form, typed)


@bp.get("/<text_id>/removal")
@requires(Permission.EDIT_FAQ)
def removal(text_id: str) -> ResponseReturnValue:
    """What throwing a draft away brings about."""
    desk = on_desk(text_id)
    if desk.draft is None:
        return redirect(url("site.faq_desk.text", text_id=text_id))
    form = DeedForm(formdata=None, seen=desk.seen)
    return render_template("faq/desk/removal.html", desk=desk, form=form)


@bp.post("/<text_id>/removal")
@requires(Permission.EDIT_FAQ)
def remove(text_id: str) -> ResponseReturnValue:
    """Throw the draft away."""
    on_desk(text_id)
    decision = editing.discard(
        text_id, DeedForm().seen.data or "", actor=actor(), now=clock.business()
    )
    if decision.refused:
        flash(refusals(decision)[0], "no")
        return redirect(url("site.faq_desk.text", text_id=text_id))
    flash(_("The draft is gone. What readers see is as it was."), "yes")
    return redirect(url("site.faq_desk.index"))


def on_desk(text_id: str) -> OnDesk:
    """The text of this request; 404 for one there is not."""
    found = drafts.on_desk(db.session(), text_id, clock.today())
    if found is None:
        abort(404)
    return found


def refused(
    decision: Decision[OnDesk], text_id: str, form: TextForm, typed: Text
) -> ResponseReturnValue:
    """The editor again: with both texts when somebody was quicker, else with what is wrong."""
    desk = on_desk(text_id)
    if FaqCode.STALE not in {reason.code for reason in decision.reasons}:
        form.form_errors.extend(refusals(decision))
        return editor(desk, form, status=422)
    # Saved again, what is typed now follows upon what is seen now: nothing is lost either way.
    form.seen.data = desk.seen
    return editor(desk, form, conflict=pages.beside(desk.text, typed), status=409)


def editor(
    desk: OnDesk,
    form: TextForm,
    *,
    preview: object = None,
    conflict: object = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The page on which a text is written."""
    promises = sorted(pages.promises(db.session(), clock.today()).items())
    page = render_template(
        "faq/desk/text.html",
        desk=desk,
        form=form,
        preview=preview,
        conflict=conflict,
        promises=promises,
        names=LANGUAGE_NAMES,
    )
    return page, status
