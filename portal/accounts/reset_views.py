"""A forgotten password: asking for a link, and what the link leads to.

The token comes in the query, which no log of ours holds, and moves into the browser's session at
once: the page itself has an address without it, so that no history, screenshot or referrer does.
"""

from flask import flash, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts import resets
from portal.accounts.blueprint import bp
from portal.accounts.entry import RESET, asked, know, leave, refused
from portal.accounts.forms import ForgotForm, NewPasswordForm
from portal.accounts.proof_labels import password_refusals, try_again
from portal.kernel import clock
from portal.web.guards import public
from portal.web.site import url

LONGEST_TOKEN = 64


@bp.get("/forgot")
@public
def forgot() -> ResponseReturnValue:
    """Whom to send a link."""
    return render_template("accounts/forgot.html", form=ForgotForm(formdata=None))


@bp.post("/forgot")
@public
def ask_reset() -> ResponseReturnValue:
    """Send a link, and say the same whether or not there was anybody to send it to."""
    form = ForgotForm()
    if not form.validate():
        return render_template("accounts/forgot.html", form=form), 422
    later = resets.ask_reset(form.email.data or "", asked=asked(), now=clock.wall())
    if later is not None:
        form.form_errors.append(try_again(later))
        return refused(render_template("accounts/forgot.html", form=form), later)
    return render_template("accounts/forgot.html", form=None, email=form.email.data)


@bp.get("/reset")
@public
def reset() -> ResponseReturnValue:
    """The page for a new password; using nothing up, since programs open links too."""
    if token := request.args.get("token", ""):
        session[RESET] = token[:LONGEST_TOKEN]
        return redirect(url("site.accounts.reset"))
    if not resets.whose(_token(), clock.wall()):
        return _dead_link()
    return render_template("accounts/reset.html", form=NewPasswordForm(formdata=None))


@bp.post("/reset")
@public
def set_password() -> ResponseReturnValue:
    """Take the new password and use the link up; one signs in with it as always."""
    form, token, now = NewPasswordForm(), _token(), clock.wall()
    typed = form.password.data or ""
    judged = resets.judge(token, typed, now)
    if judged is None:
        return _dead_link()
    if form.validate() and judged.refused:
        form.password.errors = tuple(password_refusals(judged))
    if form.errors or judged.value is None:
        return render_template("accounts/reset.html", form=form), 422
    device = resets.reset(token, judged.value, asked=asked(), now=now)
    if device is None:
        return _dead_link()
    leave()
    flash(_("Your password is changed. Sign in with it."), "yes")
    return know(redirect(url("site.accounts.sign_in")), device)


def _token() -> str:
    return str(session.get(RESET, ""))


def _dead_link() -> ResponseReturnValue:
    session.pop(RESET, None)
    flash(
        _("That link works no more. Links work once and for one hour: ask for a new one."), "wait"
    )
    return redirect(url("site.accounts.forgot"))
