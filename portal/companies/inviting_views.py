"""Sending an invitation, and what may be done to one that is open: what the pages of a company and
those of the portal's administrators share. `base` is the blueprint of either.
"""

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts.fields import LANGUAGE_NAMES
from portal.accounts.labels import ROLES
from portal.companies import invitations
from portal.companies.people_forms import FirstAdminForm, InviteForm, StaffInviteForm
from portal.companies.people_labels import blame, refusals
from portal.companies.people_pages import open_invitations
from portal.companies.people_rules import Place
from portal.kernel import clock
from portal.store.db import db
from portal.web.guards import actor
from portal.web.pages import program
from portal.web.site import language, url

LISTS = {"people": "site.people.index", "staff": "site.staff.invited"}


def send(
    base: str, form: InviteForm | StaffInviteForm | FirstAdminForm, place: Place
) -> ResponseReturnValue | None:
    """Send the invitation of a valid form; None when the form now says why not."""
    spoken = str(form.language.data)
    decision = invitations.invite(
        str(form.email.data),
        place,
        language=spoken,
        house=program().name.pick(spoken),
        actor=actor(),
        now=clock.wall(),
    )
    if decision is None:
        abort(404)
    if decision.refused:
        blame(form, decision)
        return None
    flash(_("The invitation is on its way to %(email)s.", email=form.email.data), "yes")
    return redirect(url(LISTS[base]))


def show(base: str, invitation_id: int, errors: list[str] | None = None) -> str:
    """The page of one open invitation; 404 when there is none that the reader sees."""
    found = open_invitations(db.session(), actor(), clock.wall(), one=invitation_id)
    if not found:
        abort(404)
    return render_template(
        "companies/invitation_sent.html",
        sent=found[0],
        errors=errors or [],
        roles=ROLES,
        languages=LANGUAGE_NAMES,
        base=base,
    )


def resend(base: str, invitation_id: int) -> ResponseReturnValue:
    """Send it again, with a new link."""
    house = program().name.pick(language())
    decision = invitations.resend(invitation_id, house=house, actor=actor(), now=clock.wall())
    if decision is None:
        abort(404)
    if decision.refused:
        return show(base, invitation_id, refusals(decision)), 422
    flash(_("The invitation was sent again. The link sent before works no more."), "yes")
    return redirect(url(LISTS[base]))


def withdraw(base: str, invitation_id: int) -> ResponseReturnValue:
    """Void it."""
    if not invitations.withdraw(invitation_id, actor=actor(), now=clock.wall()):
        abort(404)
    flash(_("The invitation is withdrawn. Its link works no more."), "yes")
    return redirect(url(LISTS[base]))
