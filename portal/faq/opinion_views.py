"""Saying whether an answer helped, and what editors read of it.

The question's own page may be kept by a browser and carries no token, so the form has its own page.
"""

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.faq import desk_pages as pages
from portal.faq import opinions
from portal.faq.desk_views import bp as desk_bp
from portal.faq.desk_views import on_desk
from portal.faq.forms import OpinionForm
from portal.faq.history import revisions_of
from portal.faq.labels import LANGUAGE_NAMES
from portal.faq.library import Question
from portal.faq.shelf import shelf
from portal.faq.views import address, bp
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.store.db import db
from portal.web.guards import actor, public, requires
from portal.web.site import language


@bp.get("/<slug>/opinion")
@public
def opinion(slug: str) -> ResponseReturnValue:
    """The form; yes or no may stand in the address."""
    form = OpinionForm(formdata=None)
    chosen = request.args.get("helpful")
    form.helpful.data = chosen if chosen in ("yes", "no") else None
    return _page(_question(slug), form)


@bp.post("/<slug>/opinion")
@public
def give_opinion(slug: str) -> ResponseReturnValue:
    """Keep what the reader says."""
    found, form = _question(slug), OpinionForm()
    if not form.validate():
        return _page(found, form, 422)
    later = opinions.give(
        *(found.revision_id, form.helpful.data == "yes", form.comment.data or "", language()),
        actor=actor(),
        now=clock.business(),
    )
    if later is not None:
        form.form_errors.append(
            _("That was often. Try again in %(minutes)s minutes.", minutes=later.minutes)
        )
        return _page(found, form, 429)
    flash(_("Thank you. The editors of these answers read it."), "yes")
    return redirect(address(found))


@desk_bp.get("/<text_id>/opinions", endpoint="opinions")
@requires(Permission.EDIT_FAQ)
def read(text_id: str) -> ResponseReturnValue:
    """What readers say of a text, revision by revision."""
    desk, session = on_desk(text_id), db.session()
    made = revisions_of(session, text_id)
    return render_template(
        "faq/desk/opinions.html",
        desk=desk,
        made=made,
        counts=pages.opinions(session, [one.id for one in made]),
        comments=opinions.comments(session, text_id),
        names=LANGUAGE_NAMES,
    )


def _question(slug: str) -> Question:
    found = shelf().addressed(slug)
    if found is None:
        abort(404)
    return found


def _page(found: Question, form: OpinionForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "faq/opinion.html", question=found, form=form, address=address, comments=actor().known
    )
    return page, status
