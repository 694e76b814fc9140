"""Leaving a company, and being forgotten: each said in plain words before it is done."""

from flask import Blueprint, flash, redirect, render_template, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import logout_user

from portal.accounts.labels import acting_as
from portal.accounts.own_queries import load_account
from portal.companies import leaving, people
from portal.companies.people_labels import refusals
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import url

bp = Blueprint("leaving", __name__, url_prefix="/account")


@bp.get("/leave")
@requires(Permission.OWN_ACCOUNT, recent=True)
def leave() -> ResponseReturnValue:
    """What leaving means."""
    return _ask("leave", [])


@bp.post("/leave")
@requires(Permission.OWN_ACCOUNT, recent=True)
def do_leave() -> ResponseReturnValue:
    """End the capacity one acts in, and the session with it."""
    decision = people.leave(actor=actor(), now=clock.wall())
    if decision is not None and decision.refused:
        return _ask("leave", refusals(decision)), 409
    return _gone(_("You no longer act for them. Your account stays, if you act for others."))


@bp.get("/forget")
@requires(Permission.OWN_ACCOUNT, recent=True)
def forget() -> ResponseReturnValue:
    """What is forgotten, and what stays."""
    return _ask("forget", [])


@bp.post("/forget")
@requires(Permission.OWN_ACCOUNT, recent=True)
def do_forget() -> ResponseReturnValue:
    """Anonymise oneself, for good."""
    decision = leaving.forget(actor().person_id or 0, actor=actor(), now=clock.wall())
    if decision is not None and decision.refused:
        return _ask("forget", refusals(decision)), 409
    return _gone(_("Your account is gone. Nothing here tells who you were."))


def _ask(what: str, refused: list[str]) -> str:
    who = actor()
    return render_template(
        f"companies/{what}.html",
        refused=refused,
        capacity=acting_as(who),
        words=acting_as,
        account=load_account(db.session(), who),
    )


def _gone(said: str) -> ResponseReturnValue:
    logout_user()
    session.clear()
    flash(said, "yes")
    return redirect(url("site.home.index"))
