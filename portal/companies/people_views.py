"""A company's people, as its administrators look after them."""

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts.labels import ROLES
from portal.companies import inviting_views, people
from portal.companies.people_forms import InviteForm, RoleForm
from portal.companies.people_labels import blame, refusals
from portal.companies.people_pages import PAGE, Colleague, colleagues, open_invitations
from portal.companies.people_rules import Place
from portal.kernel import clock
from portal.kernel.access import Permission, Role
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import language, row_id, url

bp = Blueprint("people", __name__, url_prefix="/people")


@bp.get("/")
@requires(Permission.COMPANY_PEOPLE)
def index() -> ResponseReturnValue:
    """The people of one's own company, and who is invited."""
    after = request.args.get("after", type=row_id)
    session, who = db.session(), actor()
    found = colleagues(session, who, after=after)
    return render_template(
        "companies/people.html",
        people=found[:PAGE],
        more=found[PAGE - 1].id if len(found) > PAGE else None,
        first=after is None,
        invited=open_invitations(session, who, clock.wall()),
        roles=ROLES,
    )


@bp.get("/invite")
@requires(Permission.COMPANY_PEOPLE, recent=True)
def invite() -> ResponseReturnValue:
    """Whom to invite, and as what."""
    form = InviteForm(formdata=None, role=Role.PARTNER_USER.value, language=language())
    return render_template("companies/people_invite.html", form=form)


@bp.post("/invite")
@requires(Permission.COMPANY_PEOPLE, recent=True)
def send_invitation() -> ResponseReturnValue:
    """Send it. The company is the sender's own, whatever is posted."""
    form = InviteForm()
    if form.validate():
        place = Place(Role(form.role.data), actor().partner_id)
        if sent := inviting_views.send("people", form, place):
            return sent
    return render_template("companies/people_invite.html", form=form), 422


@bp.get("/invitations/<int:invitation_id>")
@requires(Permission.COMPANY_PEOPLE, recent=True)
def invitation(invitation_id: int) -> ResponseReturnValue:
    """One open invitation: to send again, or to withdraw."""
    return inviting_views.show("people", invitation_id)


@bp.post("/invitations/<int:invitation_id>/resending")
@requires(Permission.COMPANY_PEOPLE, recent=True)
def resend(invitation_id: int) -> ResponseReturnValue:
    """Send it again, with a new link."""
    return inviting_views.resend("people", invitation_id)


@bp.post("/invitations/<int:invitation_id>/withdrawal")
@requires(Permission.COMPANY_PEOPLE, recent=True)
def withdraw(invitation_id: int) -> ResponseReturnValue:
    """Void it."""
    return inviting_views.withdraw("people", invitation_id)


@bp.get("/<int:membership_id>")
@requires(Permission.COMPANY_PEOPLE, recent=True)
def member(membership_id: int) -> ResponseReturnValue:
    """One colleague: another role, or the end, each with what it brings about."""
    found = _member(membership_id)
    return _page(found, RoleForm(formdata=None, role=found.role.value))


@bp.post("/<int:membership_id>/role")
@requires(Permission.COMPANY_PEOPLE, recent=True)
def change_role(membership_id: int) -> ResponseReturnValue:
    """Give the colleague another role."""
    found, form = _member(membership_id), RoleForm()
    if not form.validate():
        return _page(found, form), 422
    wanted = Place(Role(form.role.data))
    decision = people.change_role(membership_id, wanted, actor=actor(), now=clock.wall())
    if decision is None:
        abort(404)
    if decision.refused:
        blame(form, decision)
        return _page(found, form), 422
    flash(_("%(name)s is now: %(role)s.", name=found.name, role=ROLES[Role(form.role.data)]), "yes")
    return redirect(url("site.people.index"))


@bp.post("/<int:membership_id>/removal")
@requires(Permission.COMPANY_PEOPLE, recent=True)
def remove(membership_id: int) -> ResponseReturnValue:
    """Remove the colleague from the company."""
    found = _member(membership_id)
    decision = people.remove(membership_id, actor=actor(), now=clock.wall())
    if decision is None:
        abort(404)
    if decision.refused:
        form = RoleForm(formdata=None, role=found.role.value)
        form.form_errors = refusals(decision)
        return _page(found, form), 422
    flash(_("%(name)s acts for your company no more.", name=found.name), "yes")
    return redirect(url("site.people.index"))


def _member(membership_id: int) -> Colleague:
    found = colleagues(db.session(), actor(), one=membership_id)
    return found[0] if found else abort(404)


def _page(found: Colleague, form: RoleForm) -> str:
    return render_template(
        "companies/people_member.html",
        person=found,
        own=found.person_id == actor().person_id,
        form=form,
        roles=ROLES,
    )
