"""An answer worth sharing becomes the draft of a question of the FAQ (Q18): without whose it was, by
the hand of an editor, and published from the editors' desk only, in both languages.
"""

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from portal.accounts.fields import LANGUAGE_NAMES
from portal.concerns import commands, labels, pages
from portal.concerns.answering_views import bp
from portal.concerns.forms import text_field
from portal.concerns.pages import Thread
from portal.concerns.records import Unseen
from portal.faq import editing
from portal.faq.labels import refusals
from portal.faq.rules import LONGEST_QUESTION, Text
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.localized import Localized
from portal.kernel.text import tidy
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import LANGUAGES, language, url


class EntryForm(FlaskForm):
    """What everybody will read, in the language it was written in; the other half comes after."""

    lang = SelectField(
        _l("Language"),
        choices=[SelectChoice(*each) for each in LANGUAGE_NAMES.items()],
        validators=[InputRequired(_l("Choose a language."))],
    )
    question = StringField(
        _l("Question"),
        validators=[
            DataRequired(_l("Write the question.")),
            Length(max=LONGEST_QUESTION),
        ],
        filters=[lambda text: tidy(text) if text else text],
        description=_l("As anybody could ask it, without what only this company has."),
    )
    answer = text_field(_l("The answer"), _l("Write the answer."), rows=10)
    anonymous = BooleanField(
        _l("Nothing in it tells whose question it was."),
        validators=[InputRequired(_l("Read it once more, then confirm this."))],
        description=_l("No names, companies, customers, numbers, amounts or places."),
    )


@bp.get("/<int:concern_id>/entry")
@requires(Permission.EDIT_FAQ)
def entry(concern_id: int) -> ResponseReturnValue:
    """The question and its latest answer, to be made anonymous by hand."""
    found = _answered(concern_id)
    answer = found.pair[1] if found.pair else ""
    form = EntryForm(
        formdata=None, lang=language(), question=found.row.subject, answer=answer, anonymous=False
    )
    return _page(found, form)


@bp.post("/<int:concern_id>/entry")
@requires(Permission.EDIT_FAQ)
def begin_entry(concern_id: int) -> ResponseReturnValue:
    """Begin the draft at the editors' desk, where the other language is written."""
    found, form, who = _answered(concern_id), EntryForm(), actor()
    if not form.validate():
        return _page(found, form, 422)
    lang = form.lang.data
    half = {"question": form.question.data or "", "answer": form.answer.data or ""}
    text = Text(
        **{
            name: Localized({code: said if code == lang else "" for code in LANGUAGES})
            for name, said in half.items()
        }
    )
    decision = editing.begin(text, actor=who, now=clock.business())
    if decision.value is None:
        form.form_errors.extend(refusals(decision))
        return _page(found, form, 422)
    try:
        commands.enter_faq(concern_id, decision.value, actor=who, now=clock.business())
    except Unseen:
        abort(404)
    flash(_("The draft is kept. Write the other language before it is published."), "yes")
    return redirect(url("site.faq_desk.text", text_id=decision.value))


def _answered(concern_id: int) -> Thread:
    """The thread; 404 for one that is not seen, and for one that nobody has answered."""
    found = pages.one(db.session(), actor(), concern_id, clock.today())
    if found is None or found.pair is None:
        abort(404)
    return found


def _page(found: Thread, form: EntryForm, status: int = 200) -> ResponseReturnValue:
    page = render_template("concerns/entry.html", thread=found, form=form, labels=labels)
    return page, status
