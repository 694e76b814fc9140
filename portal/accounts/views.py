"""Signing in and out."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from portal.accounts import commands, demo, sessions
from portal.accounts.forms import SignInForm
from portal.accounts.labels import ROLES
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.web.guards import SignedIn, public
from portal.web.site import safe_path, url

bp = Blueprint("accounts", __name__)


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page; in a demo, each person by one click."""
    form = SignInForm(formdata=None, next=request.args.get("next", ""))
    return _page(form)


@bp.post("/sign-in")
@public
def start_session() -> ResponseReturnValue:
    """Sign in with e-mail and password, or as a person of the demo by one click."""
    form = SignInForm()
    if chosen := request.form.get("demo"):
        entry = demo.find(chosen)
        if entry is None:
            return _page(form), 404
        form.email.data, form.password.data = entry.email, demo.password()
    elif not form.validate():
        return _page(form), 422
    found = commands.sign_in(
        form.email.data or "",
        form.password.data or "",
        now=clock.wall(),
        origin=request.remote_addr or "",
        agent=request.user_agent.string,
    )
    if found is None:
        form.form_errors.append(_("The e-mail address and the password do not match. Try again."))
        return _page(form), 422
    _begin(*found)
    return redirect(safe_path(form.next.data) or url("site.home.index"))


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session, here and for every copy of its cookie."""
    _end()
    logout_user()
    session.clear()
    flash(_("You have signed out."), "info")
    return redirect(url("site.home.index"))


def _end() -> None:
    if current_user.is_authenticated:
        sessions.end(current_user.key, actor=current_user.actor, now=clock.wall())


def _begin(actor: Actor, key: uuid.UUID) -> None:
    _end()
    session.clear()
    login_user(SignedIn(actor, key, clock.wall()))


def _page(form: SignInForm) -> str:
    people = [(entry.email, ROLES[entry.role]) for entry in demo.people()]
    return render_template("accounts/sign_in.html", form=form, people=people)
