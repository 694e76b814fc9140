"""Invitations of staff and of first administrators, and what is done to one membership: the faces for
the portal's administrators.
"""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts.labels import ROLES
from portal.companies import inviting_views, people, staff_pages
from portal.companies.people import Answer
from portal.companies.people_forms import (
    FirstAdminForm,
    MoveForm,
    PlaceForm,
    StaffInviteForm,
    choices_of,
    where_of,
)
from portal.companies.people_labels import refusals
from portal.companies.people_pages import PAGE, open_invitations
from portal.companies.people_rules import Place
from portal.companies.staff_pages import Held
from portal.companies.staff_views import bp
from portal.kernel import clock
from portal.kernel.access import Permission, Role
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import language, row_id, url


@bp.get("/invitations")
@requires(Permission.MANAGE_PEOPLE)
def invited() -> ResponseReturnValue:
    """Every open invitation, the newest first."""
    before = request.args.get("before", type=row_id)
    found = open_invitations(db.session(), actor(), clock.wall(), before=before)
    return render_template(
        "companies/invitations_all.html",
        invited=found[:PAGE],
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        first=before is None,
        roles=ROLES,
    )


@bp.get("/invite")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def invite() -> ResponseReturnValue:
    """Whom of the staff to invite, and as what."""
    form = StaffInviteForm(formdata=None, language=language())
    form.offer(staff_pages.choices(db.session()))
    return render_template("companies/people_invite_staff.html", form=form)


@bp.post("/invite")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def send_invitation() -> ResponseReturnValue:
    """Send it."""
    form, choices = StaffInviteForm(), staff_pages.choices(db.session())
    form.offer(choices)
    if form.validate() and (sent := inviting_views.send("staff", form, form.place(choices))):
        return sent
    return render_template("companies/people_invite_staff.html", form=form), 422


@bp.get("/invite-administrator")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def invite_first() -> ResponseReturnValue:
    """The first administrator of a company nobody administers."""
    form = _first(FirstAdminForm(formdata=None, language=language()))
    return render_template("companies/people_invite_first.html", form=form)


@bp.post("/invite-administrator")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def send_first() -> ResponseReturnValue:
    """Send it."""
    form = _first(FirstAdminForm())
    if form.validate():
        place = Place(Role.PARTNER_ADMIN, form.company.data)
        if sent := inviting_views.send("staff", form, place):
            return sent
    return render_template("companies/people_invite_first.html", form=form), 422


@bp.get("/invitations/<int:invitation_id>")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def invitation(invitation_id: int) -> ResponseReturnValue:
    """One open invitation: to send again, or to withdraw."""
    return inviting_views.show("staff", invitation_id)


@bp.post("/invitations/<int:invitation_id>/resending")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def resend(invitation_id: int) -> ResponseReturnValue:
    """Send it again, with a new link."""
    return inviting_views.resend("staff", invitation_id)


@bp.post("/invitations/<int:invitation_id>/withdrawal")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def withdraw(invitation_id: int) -> ResponseReturnValue:
    """Void it."""
    return inviting_views.withdraw("staff", invitation_id)


@bp.get("/memberships/<int:membership_id>")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def membership(membership_id: int) -> ResponseReturnValue:
    """One living membership: another role or company, or the end, each with what it brings about."""
    return _page(_held(membership_id))


@bp.post("/memberships/<int:membership_id>/role")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def change_role(membership_id: int) -> ResponseReturnValue:
    """Another staff role or place."""
    held, form = _held(membership_id), PlaceForm()
    choices = staff_pages.choices(db.session())
    form.offer(choices)
    if not form.validate():
        return _page(held, place=form), 422
    decision = people.change_role(
        membership_id, form.place(choices), actor=actor(), now=clock.wall()
    )
    return _done(held, decision, _("The role was changed."), place=form)


@bp.post("/memberships/<int:membership_id>/company")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def move(membership_id: int) -> ResponseReturnValue:
    """To another company, in the same role."""
    held, form = _held(membership_id), MoveForm()
    form.company.choices = choices_of(staff_pages.companies(db.session()))
    if not form.validate():
        return _page(held, move=form), 422
    decision = people.move(membership_id, form.company.data, actor=actor(), now=clock.wall())
    return _done(held, decision, _("They act for the other company from now on."), move=form)


@bp.post("/memberships/<int:membership_id>/end")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def end(membership_id: int) -> ResponseReturnValue:
    """The end."""
    held = _held(membership_id)
    decision = people.remove(membership_id, actor=actor(), now=clock.wall())
    return _done(held, decision, _("The role has ended."))


def _first(form: FirstAdminForm) -> FirstAdminForm:
    form.company.choices = choices_of(staff_pages.choices(db.session()).companies)
    return form


def _held(membership_id: int) -> Held:
    return staff_pages.membership(db.session(), actor(), membership_id) or abort(404)


def _page(held: Held, errors: list[str] | None = None, **forms: Any) -> str:
    session = db.session()
    person = staff_pages.story(session, actor(), held.person_id, clock.wall()) or abort(404)
    if held.partner_id is None and "place" not in forms:
        forms["place"] = PlaceForm(formdata=None, role=held.role.value, where=where_of(held))
        forms["place"].offer(staff_pages.choices(session))
    if held.partner_id is not None and "move" not in forms:
        forms["move"] = MoveForm(formdata=None)
        forms["move"].company.choices = choices_of(
            each for each in staff_pages.companies(session) if each[0] != held.partner_id
        )
    return render_template(
        "companies/people_membership.html",
        held=held,
        person=person,
        roles=ROLES,
        errors=errors or [],
        place=forms.get("place"),
        move=forms.get("move"),
    )


def _done(held: Held, decision: Answer, said: str, **forms: Any) -> ResponseReturnValue:
    if decision is None:
        abort(404)
    if decision.refused:
        return _page(held, refusals(decision), **forms), 422
    flash(said, "yes")
    return redirect(url("site.staff.person", person_id=held.person_id))
