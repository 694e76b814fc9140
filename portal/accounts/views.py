"""Signing in, step by step, and out."""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal.accounts import demo, proofs, signing_in
from portal.accounts.blueprint import bp
from portal.accounts.entry import adopt, asked, begin, know, leave, pending, refused
from portal.accounts.factors import confirmed
from portal.accounts.forms import CodeForm, ConfirmForm, SignInForm
from portal.accounts.labels import ROLES
from portal.accounts.proof_labels import try_again
from portal.accounts.throttle import Later
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.store.db import db
from portal.web.guards import actor, public, requires
from portal.web.site import safe_path, url


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page; in a demo, each person by one click."""
    return _sign_in_page(SignInForm(formdata=None, next=request.args.get("next", "")))


@bp.post("/sign-in")
@public
def start_session() -> ResponseReturnValue:
    """Take the first step with e-mail and password, or all at once as a person of the demo."""
    form, now = SignInForm(), clock.wall()
    if chosen := request.form.get("demo"):
        entry = demo.find(chosen)
        entered = signing_in.as_of_the_demo(entry.email, asked=asked(), now=now) if entry else None
        if entered is None:
            return _sign_in_page(form), 404
        return begin(entered, form.next.data)
    if not form.validate():
        return _sign_in_page(form), 422
    found = signing_in.with_password(
        form.email.data or "", form.password.data or "", asked=asked(), now=now
    )
    if isinstance(found, Later):
        form.form_errors.append(try_again(found))
        return refused(_sign_in_page(form, throttled=True), found)
    if found is None:
        form.form_errors.append(_("The e-mail address and the password do not match. Try again."))
        return _sign_in_page(form), 422
    return begin(found, form.next.data)


@bp.get("/sign-in/code")
@public
def code() -> ResponseReturnValue:
    """The second step, for a browser that took the first."""
    if pending() is None:
        return redirect(url("site.accounts.sign_in"))
    return _code_page(CodeForm(formdata=None, next=request.args.get("next", "")))


@bp.post("/sign-in/code")
@public
def send_code() -> ResponseReturnValue:
    """Take the second step with a code of the app, or with a recovery code."""
    waiting, form = pending(), CodeForm()
    if waiting is None:
        return redirect(url("site.accounts.sign_in"))
    if not form.validate():
        return _code_page(form), 422
    try:
        found = signing_in.with_code(waiting, form.code.data or "", asked=asked(), now=clock.wall())
    except signing_in.Expired:
        leave()
        flash(_("That took too long. Sign in once more."), "wait")
        return redirect(url("site.accounts.sign_in", next=safe_path(form.next.data)))
    if isinstance(found, Later):
        form.form_errors.append(try_again(found))
        return refused(_code_page(form), found)
    if found is None:
        form.code.errors = (_("That code is not right, or was used already. Enter the next one."),)
        return _code_page(form), 422
    return begin(found, form.next.data)


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session, here and for every copy of its cookie."""
    leave()
    flash(_("You have signed out."), "info")
    return redirect(url("site.home.index"))


@bp.get("/confirm")
@requires(Permission.ENROL)
def confirm() -> ResponseReturnValue:
    """Ask somebody signed in to prove again who they are."""
    return _confirm_page(ConfirmForm(formdata=None, next=request.args.get("next", "")))


@bp.post("/confirm")
@requires(Permission.ENROL)
def confirm_now() -> ResponseReturnValue:
    """Prove it: go on under a new session key, to where one was led here from."""
    form, who, now = ConfirmForm(), actor(), clock.wall()
    if not _has_factor():
        del form.code
    try:
        if "demo" in request.form and demo.find(who.email):
            found = proofs.confirm_in_demo(current_user.key, asked=asked(), now=now)
        elif not form.validate():
            return _confirm_page(form), 422
        else:
            typed = form.code.data or "" if "code" in form else ""
            answer = proofs.confirm(
                *(current_user.key, form.password.data or "", typed),
                actor=who,
                asked=asked(),
                now=now,
            )
            if isinstance(answer, Later):
                form.form_errors.append(try_again(answer))
                return refused(_confirm_page(form), answer)
            if answer is None:
                form.form_errors.append(_wrong_proof("code" in form))
                return _confirm_page(form), 422
            found = answer
    except signing_in.Expired:
        leave()
        return redirect(url("site.accounts.sign_in"))
    adopt(found)
    return know(redirect(safe_path(form.next.data) or url("site.home.index")), found.device)


def _wrong_proof(with_code: bool) -> str:
    if with_code:
        said = _("The password or the code is not right, or the code was used already. Try again.")
    else:
        said = _("That password is not right. Try again.")
    return str(said)


def _has_factor() -> bool:
    there = confirmed(db.session(), actor().person_id or 0)
    return there is not None


def _sign_in_page(form: SignInForm, *, throttled: bool = False) -> str:
    people = [(entry.email, ROLES[entry.role]) for entry in demo.people()]
    return render_template("accounts/sign_in.html", form=form, people=people, throttled=throttled)


def _code_page(form: CodeForm) -> str:
    by_hand = "recovery" in request.args or "recovery" in request.form
    return render_template("accounts/code.html", form=form, recovery=by_hand)


def _confirm_page(form: ConfirmForm) -> str:
    if "code" in form and not _has_factor():
        del form.code
    in_demo = demo.find(actor().email) is not None
    return render_template("accounts/confirm.html", form=form, in_demo=in_demo)
