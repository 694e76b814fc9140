"""People as the portal's administrators look after them: everyone, one person, what is done to them.

Each deed has a page before it that says what will happen.
"""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts.labels import ROLES
from portal.companies import leaving, staff, staff_pages
from portal.companies.people import Answer
from portal.companies.people_forms import STAFF
from portal.companies.people_labels import refusals
from portal.companies.staff_pages import Story, Wanted
from portal.kernel import clock
from portal.kernel.access import Permission, Role
from portal.registry import pages as registries
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import row_id, url

bp = Blueprint("staff", __name__, url_prefix="/staff")
LONGEST = 100
FILTERS = ("q", "role", "company", "registry", "state")


@bp.get("/")
@requires(Permission.MANAGE_PEOPLE)
def index() -> ResponseReturnValue:
    """Everyone, by name; narrowed by what stands in the address."""
    session, who = db.session(), actor()
    wanted = _wanted()
    found, more = staff_pages.people(session, who, wanted, request.args.get("after", type=row_id))
    kept = {name: request.args[name][:LONGEST] for name in FILTERS if request.args.get(name)}
    return render_template(
        "companies/people_all.html",
        wanted=wanted,
        kept=kept,
        people=found,
        more=more,
        roles=ROLES,
        all_roles=[role for role in Role if role is not Role.VISITOR],
        companies=staff_pages.companies(session, with_people=True),
        registries=registries.registries(session, who),
    )


@bp.get("/<int:person_id>")
@requires(Permission.MANAGE_PEOPLE)
def person(person_id: int) -> ResponseReturnValue:
    """One person: what they are and were, and what can be done."""
    found = _story(person_id)
    return render_template(
        "companies/people_person.html",
        person=found,
        roles=ROLES,
        staff_roles=STAFF,
        own=found.id == actor().person_id,
    )


@bp.get("/<int:person_id>/deactivation")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def deactivation(person_id: int) -> ResponseReturnValue:
    """What shutting somebody out brings about."""
    return _confirm("deactivation", person_id)


@bp.post("/<int:person_id>/deactivation")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def deactivate(person_id: int) -> ResponseReturnValue:
    """Shut them out."""
    return _do("deactivation", person_id, staff.deactivate, _("%(name)s is shut out."))


@bp.get("/<int:person_id>/reactivation")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def reactivation(person_id: int) -> ResponseReturnValue:
    """What letting somebody in again brings about."""
    return _confirm("reactivation", person_id)


@bp.post("/<int:person_id>/reactivation")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def reactivate(person_id: int) -> ResponseReturnValue:
    """Let them in again."""
    done = _("%(name)s can sign in again.")
    return _do("reactivation", person_id, staff.reactivate, done)


@bp.get("/<int:person_id>/sessions")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def sessions(person_id: int) -> ResponseReturnValue:
    """What ending somebody's sessions brings about."""
    return _confirm("sessions", person_id)


@bp.post("/<int:person_id>/sessions")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def end_sessions(person_id: int) -> ResponseReturnValue:
    """End them all."""
    done = _("%(name)s is signed out everywhere.")
    return _do("sessions", person_id, staff.sign_out_everywhere, done)


@bp.get("/<int:person_id>/factor")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def factor(person_id: int) -> ResponseReturnValue:
    """What forgetting a second factor brings about."""
    return _confirm("factor", person_id)


@bp.post("/<int:person_id>/factor")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def reset_factor(person_id: int) -> ResponseReturnValue:
    """Forget it."""
    done = _("The second step of %(name)s is forgotten, and they are told by e-mail.")
    return _do("factor", person_id, staff.reset_factor, done)


@bp.get("/<int:person_id>/anonymisation")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def anonymisation(person_id: int) -> ResponseReturnValue:
    """What anonymising somebody brings about."""
    return _confirm("anonymisation", person_id)


@bp.post("/<int:person_id>/anonymisation")
@requires(Permission.MANAGE_PEOPLE, recent=True)
def anonymise(person_id: int) -> ResponseReturnValue:
    """Take everything away that tells who they are, for good."""
    done = _("Nothing here tells any more who that was.")
    return _do("anonymisation", person_id, leaving.forget, done, back="site.staff.index")


def _do(
    deed: str, person_id: int, command: Callable[..., Answer], done: str, *, back: str = ""
) -> ResponseReturnValue:
    found = _story(person_id)
    decision = command(person_id, actor=actor(), now=clock.wall())
    if decision is None:
        abort(404)
    if decision.refused:
        return _confirm(deed, person_id, refusals(decision)), 422
    flash(done % {"name": found.name}, "yes")
    return redirect(url(back) if back else url("site.staff.person", person_id=person_id))


def _confirm(deed: str, person_id: int, errors: list[str] | None = None) -> str:
    return render_template(
        "companies/people_deed.html", deed=deed, person=_story(person_id), errors=errors or []
    )


def _story(person_id: int) -> Story:
    return staff_pages.story(db.session(), actor(), person_id, clock.wall()) or abort(404)


def _wanted() -> Wanted:
    role = request.args.get("role", "")
    return Wanted(
        q=request.args.get("q", "").strip()[:LONGEST],
        role=Role(role) if role in {each.value for each in Role} else None,
        partner_id=request.args.get("company", type=row_id),
        registry=request.args.get("registry", "")[:LONGEST],
        shut=request.args.get("state") == "shut",
    )
