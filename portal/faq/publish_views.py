"""Publishing a text, in the one or the other way; where a question stands and what finds it."""

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from portal.faq import desk_pages as pages
from portal.faq import drafts, editing
from portal.faq.desk_views import bp, on_desk
from portal.faq.drafts import OnDesk
from portal.faq.facts import ANSWER
from portal.faq.forms import DeedForm, PlaceForm, PublishForm
from portal.faq.labels import LANGUAGE_NAMES, refusals, sentences
from portal.faq.models import FaqEntry
from portal.faq.rules import Text, complete
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.localized import Localized
from portal.notices.drafts import Draft
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.i18n import regional
from portal.web.site import LANGUAGES, url


@bp.get("/<text_id>/publication")
@requires(Permission.EDIT_FAQ)
def publication(text_id: str) -> ResponseReturnValue:
    """The draft beside what holds, word by word, and the ways to publish it."""
    desk = on_desk(text_id)
    if desk.draft is None:
        return redirect(url("site.faq_desk.text", text_id=text_id))
    return _page(desk, PublishForm(formdata=None, seen=desk.seen))


@bp.post("/<text_id>/correction")
@requires(Permission.CORRECT_FACTS)
def correct(text_id: str) -> ResponseReturnValue:
    """Publish it as a correction of the wording, at once."""
    desk, form = on_desk(text_id), PublishForm()
    if not form.validate():
        return _page(desk, form, status=422)
    decision = editing.correct(
        text_id, form.seen.data or "", form.why(), actor=actor(), now=clock.business()
    )
    if decision.refused:
        return _page(on_desk(text_id), form, refusals(decision), status=409)
    flash(_("The wording is corrected. The change is marked, with your reason."), "yes")
    return redirect(url("site.faq.history_of", text_id=text_id))


@bp.post("/<text_id>/announcement")
@requires(Permission.POST_NOTICES)
def announce(text_id: str) -> ResponseReturnValue:
    """Make a draft of the notice that announces it."""
    desk, form = on_desk(text_id), PublishForm()
    if not form.validate():
        return _page(desk, form, status=422)
    decision = editing.announce(
        *(text_id, form.seen.data or "", form.why(), _told(desk)),
        actor=actor(),
        now=clock.business(),
    )
    if decision.refused or decision.value is None:
        return _page(on_desk(text_id), form, refusals(decision), status=409)
    flash(_("The notice is drafted. The text changes when everybody it touches has it."), "yes")
    return redirect(url("site.notices.draft", ref=decision.value.ref))


@bp.post("/<text_id>/addition")
@requires(Permission.EDIT_FAQ)
def add(text_id: str) -> ResponseReturnValue:
    """Publish a question there was not yet."""
    desk, form = on_desk(text_id), DeedForm()
    decision = editing.add(text_id, form.seen.data or "", actor=actor(), now=clock.business())
    if decision.refused:
        shown = PublishForm(formdata=None, seen=desk.seen)
        return _page(desk, shown, refusals(decision), status=409)
    flash(_("The question is published. Add search words, so that it is found."), "yes")
    return redirect(url("site.faq_desk.place", text_id=text_id))


@bp.get("/<text_id>/place")
@requires(Permission.EDIT_FAQ)
def place(text_id: str) -> ResponseReturnValue:
    """Search words of a question, and its place in the list."""
    entry = _entry(text_id)
    form = PlaceForm(formdata=None, position=entry.position, seen=str(entry.revision))
    for lang in LANGUAGES:
        form[f"words_{lang}"].data = "\n".join(entry.keywords.get(lang, ()))
    return _placing(text_id, form)


@bp.post("/<text_id>/place")
@requires(Permission.EDIT_FAQ)
def arrange(text_id: str) -> ResponseReturnValue:
    """Give it others."""
    _entry(text_id)
    form = PlaceForm()
    if not form.validate():
        return _placing(text_id, form, 422)
    seen = form.seen.data or ""
    decision = editing.arrange(
        *(text_id, form.keywords(), form.position.data or 1),
        int(seen) if seen.isdecimal() and len(seen) < 9 else -1,
        actor=actor(),
        now=clock.business(),
    )
    if decision.refused:
        form.form_errors.extend(refusals(decision))
        form.seen.data = str(_entry(text_id).revision)
        return _placing(text_id, form, 409)
    flash(_("Search words and place are kept."), "yes")
    return redirect(url("site.faq_desk.index"))


def _entry(text_id: str) -> FaqEntry:
    found = db.session().get(FaqEntry, text_id)
    if found is None:
        abort(404)
    return found


def _placing(text_id: str, form: PlaceForm, status: int = 200) -> ResponseReturnValue:
    page = render_template("faq/desk/place.html", desk=on_desk(text_id), form=form)
    return page, status


def _page(
    desk: OnDesk, form: PublishForm, problems: list[str] | None = None, status: int = 200
) -> ResponseReturnValue:
    draft = desk.draft or desk.held
    promises = drafts.promise_ids(db.session())
    missing = complete(draft, LANGUAGES, promises, is_promise=desk.is_promise)
    page = render_template(
        "faq/desk/publication.html",
        desk=desk,
        form=form,
        problems=problems or [],
        missing=sentences(missing),
        parts=pages.beside(desk.held, draft),
        names=LANGUAGE_NAMES,
        corrects=actor().may(Permission.CORRECT_FACTS),
    )
    return page, status


def _told(desk: OnDesk) -> Draft:
    """What the notice says to begin with: its author goes on from there."""
    known = pages.promises(db.session(), clock.today())
    said = pages.read_text(desk.text, known)
    title, body = {}, {}
    for lang in LANGUAGES:
        with force_locale(regional(lang, "")):
            title[lang] = _title(desk, desk.held, lang)
            body[lang] = (
                _("From the date of this notice on it reads:") + "\n\n" + _quoted(said, lang)
            )
    return Draft(ANSWER.topic, Localized(title), Localized(body))


def _title(desk: OnDesk, held: Text, lang: str) -> str:
    if desk.is_promise:
        return str(_("A standing promise changes (%(name)s)", name=desk.text_id))
    return str(_("An answer changes: %(question)s", question=held.question.get(lang, "")))


def _quoted(said: Text, lang: str) -> str:
    lines = [said.question.get(lang, ""), *said.answer.get(lang, "").split("\n")]
    return "\n\n".join(f"> {line}" for line in lines if line)
