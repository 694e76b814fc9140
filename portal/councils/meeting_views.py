"""Meetings, as channel people prepare them: calling one, its agenda, its minutes, its papers."""

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.councils import meeting_commands
from portal.councils.commands import Unseen
from portal.councils.forms import ITEMS, SPARE, MeetingForm, MinutesForm, typed_items
from portal.councils.labels import LANGUAGES, reasons
from portal.councils.meeting_pages import MeetingPage
from portal.councils.pages import Card
from portal.councils.scopes import papers
from portal.councils.staff_views import explain
from portal.councils.views import bp, seen, seen_meeting, show_meeting
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.localized import Localized
from portal.web.guards import actor, requires
from portal.web.site import url
from portal.web.uploads import take, takes_files


@bp.get("/<int:council_id>/meetings/new")
@requires(Permission.EDIT_COUNCILS)
def new_meeting(council_id: int) -> ResponseReturnValue:
    """The form that calls a meeting."""
    return _calling(seen(council_id), MeetingForm(formdata=None))


@bp.post("/<int:council_id>/meetings/new")
@requires(Permission.EDIT_COUNCILS)
def call_meeting(council_id: int) -> ResponseReturnValue:
    """Call the council to a meeting; its members are told by mail."""
    card, form = seen(council_id), MeetingForm()
    if not form.validate():
        return _calling(card, form, 422)
    try:
        decision, made = meeting_commands.call_meeting(
            council_id, form.call(), actor=actor(), now=clock.wall(), at=clock.business()
        )
    except Unseen:
        abort(404)
    if made is None:
        explain(form, decision)
        return _calling(card, form, 422)
    flash(_("The meeting is called; the members are told by mail."), "yes")
    return redirect(url("site.councils.agenda", meeting_id=made))


@bp.get("/meetings/<int:meeting_id>/agenda")
@requires(Permission.EDIT_COUNCILS)
def agenda(meeting_id: int) -> ResponseReturnValue:
    """The agenda, to write."""
    found = seen_meeting(meeting_id)
    return _agenda(found, list(found.agenda), [])


@bp.post("/meetings/<int:meeting_id>/agenda")
@requires(Permission.EDIT_COUNCILS)
def set_agenda(meeting_id: int) -> ResponseReturnValue:
    """Keep the agenda as it was typed; with `publish`, members see it from now on."""
    found, (items, fit) = seen_meeting(meeting_id), typed_items(request.form)
    if not fit:
        text = _("An agenda has at most %(items)s items, each of one line.", items=ITEMS)
        return _agenda(found, items, [text], 422)
    try:
        decision = meeting_commands.set_agenda(
            *(meeting_id, items, "publish" in request.form),
            actor=actor(),
            now=clock.wall(),
            at=clock.business(),
        )
    except Unseen:
        abort(404)
    if decision.refused:
        return _agenda(found, items, [text for _field, text in reasons(decision)], 422)
    flash(_("Members see this agenda.") if decision.value else _("The draft is kept."), "yes")
    return redirect(url("site.councils.meeting", meeting_id=meeting_id))


@bp.get("/meetings/<int:meeting_id>/minutes")
@requires(Permission.EDIT_COUNCILS)
def minutes(meeting_id: int) -> ResponseReturnValue:
    """The minutes, to write."""
    found = seen_meeting(meeting_id)
    said = found.minutes or Localized()
    return _minutes(found, MinutesForm(formdata=None, es=said.get("es"), en=said.get("en")))


@bp.post("/meetings/<int:meeting_id>/minutes")
@requires(Permission.EDIT_COUNCILS)
def write_minutes(meeting_id: int) -> ResponseReturnValue:
    """Keep the draft of the minutes; with `publish`, members are told and they stand."""
    found, form = seen_meeting(meeting_id), MinutesForm()
    if not form.validate():
        return _minutes(found, form, 422)
    try:
        decision = meeting_commands.write_minutes(
            *(meeting_id, form.text(), "publish" in request.form),
            actor=actor(),
            now=clock.wall(),
            at=clock.business(),
        )
    except Unseen:
        abort(404)
    if decision.refused:
        explain(form, decision)
        return _minutes(found, form, 422)
    published = _("The minutes are published; the members are told by mail.")
    flash(published if decision.value else _("The draft is kept."), "yes")
    return redirect(url("site.councils.meeting", meeting_id=meeting_id))


@bp.post("/meetings/<int:meeting_id>/papers")
@requires(Permission.EDIT_COUNCILS)
@takes_files
def add_papers(meeting_id: int) -> ResponseReturnValue:
    """Add papers to a meeting, or take some away; the members of that day read them."""
    found, who = seen_meeting(meeting_id), actor()
    taken = take(
        request.files.getlist("files"),
        request.form.getlist("remove"),
        subject=papers(meeting_id),
        partner_id=None,
        registry_id=who.registry_id,
        actor=who,
        now=clock.wall(),
    )
    if taken.refused:
        return show_meeting(seen_meeting(found.row.id), taken.refused, taken.status)
    flash(_("The papers are kept."), "yes")
    return redirect(url("site.councils.meeting", meeting_id=meeting_id))


def _calling(card: Card, form: MeetingForm, status: int = 200) -> ResponseReturnValue:
    return render_template("councils/meeting_new.html", card=card, form=form), status


def _agenda(
    found: MeetingPage, items: list[Localized], said: list[str], status: int = 200
) -> ResponseReturnValue:
    empty = Localized(dict.fromkeys(LANGUAGES, ""))
    page = render_template(
        "councils/agenda.html",
        found=found,
        rows=[*items, *[empty] * min(SPARE, max(0, ITEMS - len(items)))],
        language_names=LANGUAGES,
        said=said,
    )
    return page, status


def _minutes(found: MeetingPage, form: MinutesForm, status: int = 200) -> ResponseReturnValue:
    return render_template("councils/minutes.html", found=found, form=form), status
