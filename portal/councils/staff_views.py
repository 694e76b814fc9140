"""What a registry's channel people do in its councils: seats, meetings, agendas, minutes, papers."""

from typing import Any

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from portal.councils import commands, pages
from portal.councils.commands import Unseen
from portal.councils.forms import EndForm, SeatForm
from portal.councils.labels import reasons
from portal.councils.pages import Card, Member
from portal.councils.rules import CouncilCode
from portal.councils.views import bp, seen
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.decision import Decision
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import url


@bp.get("/<int:council_id>/seats/new")
@requires(Permission.EDIT_COUNCILS)
def new_seat(council_id: int) -> ResponseReturnValue:
    """The form that seats a member."""
    return _seating(seen(council_id), SeatForm(formdata=None, day=clock.today()))


@bp.post("/<int:council_id>/seats/new")
@requires(Permission.EDIT_COUNCILS)
def seat(council_id: int) -> ResponseReturnValue:
    """Seat a member."""
    card, form = seen(council_id), SeatForm()
    if not form.validate():
        return _seating(card, form, 422)
    try:
        decision = commands.seat(
            council_id, form.asked(), actor=actor(), now=clock.wall(), today=clock.today()
        )
    except Unseen:
        abort(404)
    if decision.refused:
        codes = {each.code for each in decision.reasons}
        if CouncilCode.SEVERAL_COMPANIES in codes:
            typed = form.asked().address
            found = pages.companies_to_choose(
                *(db.session(), actor(), council_id, typed, clock.today())
            )
            form.offer(found)
        explain(form, decision)
        return _seating(card, form, 422)
    flash(_("The member is seated."), "yes")
    return redirect(url("site.councils.council", council_id=council_id))


@bp.get("/seats/<int:seat_id>")
@requires(Permission.EDIT_COUNCILS)
def one_seat(seat_id: int) -> ResponseReturnValue:
    """A seat, and ending it."""
    return _seat(_member(seat_id), EndForm(formdata=None, ends_on=clock.today()))


@bp.post("/seats/<int:seat_id>")
@requires(Permission.EDIT_COUNCILS)
def end_seat(seat_id: int) -> ResponseReturnValue:
    """End a seat on a day."""
    member, form = _member(seat_id), EndForm()
    if not form.validate() or form.ends_on.data is None:
        return _seat(member, form, 422)
    try:
        decision = commands.end_seat(
            seat_id, form.ends_on.data, actor=actor(), now=clock.wall(), today=clock.today()
        )
    except Unseen:
        abort(404)
    if decision.refused:
        explain(form, decision)
        return _seat(member, form, 422)
    flash(_("The last day of the seat is kept."), "yes")
    return redirect(url("site.councils.council", council_id=_card(member).id))


def explain(form: FlaskForm, decision: Decision[Any]) -> None:
    """Say why something was refused, each reason at its field, else at the top."""
    for name, text in reasons(decision):
        if name in form:
            form[name].errors = [*form[name].errors, text]
        else:
            form.form_errors.append(text)


def _card(member: Member) -> Card:
    return pages.card_of(db.session(), actor(), member, clock.today()) or abort(404)


def _member(seat_id: int) -> Member:
    return pages.seat(db.session(), actor(), seat_id) or abort(404)


def _seating(card: Card, form: SeatForm, status: int = 200) -> ResponseReturnValue:
    return render_template("councils/seat_new.html", card=card, form=form), status


def _seat(member: Member, form: EndForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "councils/seat.html", card=_card(member), member=member, form=form, today=clock.today()
    )
    return page, status
