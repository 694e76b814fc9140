"""A visitor asks to become a partner, and confirms it by the mailed link."""

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entry import refused
from portal.accounts.proof_labels import password_refusals, try_again
from portal.companies import applying
from portal.companies.application_forms import ApplyForm, ConfirmForm
from portal.companies.applying import Outcome, Pending
from portal.kernel import clock
from portal.registry.page_labels import PROGRAMS
from portal.store.db import db
from portal.web.guards import public
from portal.web.pages import program
from portal.web.site import language, url

bp = Blueprint("apply", __name__, url_prefix="/apply")


@bp.get("")
@public
def apply() -> ResponseReturnValue:
    """The form; once it was sent, what happens next."""
    if "sent" in request.args:
        return render_template("companies/apply_sent.html", hours=applying.LASTS // applying.HOUR)
    form = ApplyForm.for_program(program(), formdata=None, language=language())
    return render_template("companies/apply.html", form=form)


@bp.post("")
@public
def ask() -> ResponseReturnValue:
    """Mail the link: the same answer whether or not anybody has this address."""
    form = ApplyForm.for_program(program())
    if not form.validate():
        return render_template("companies/apply.html", form=form), 422
    later = applying.ask(form.wish(), now=clock.wall(), origin=request.remote_addr or "")
    if later is not None:
        form.form_errors.append(try_again(later))
        return refused(render_template("companies/apply.html", form=form), later)
    return redirect(url("site.apply.apply", sent=1))


@bp.get("/confirm")
@public
def confirm() -> ResponseReturnValue:
    """What the mailed link opens: what was asked, and a password. Opening it changes nothing."""
    token = request.args.get("token", "")
    if not token:
        return redirect(url("site.apply.apply"))
    found = applying.pending(db.session(), token, clock.wall())
    return _confirm_page(ConfirmForm(formdata=None), token, found)


@bp.post("/confirm")
@public
def finish() -> ResponseReturnValue:
    """Make the company and its applications, once."""
    token, form = request.form.get("token", ""), ConfirmForm()
    now, origin = clock.wall(), request.remote_addr or ""
    found = applying.pending(db.session(), token, now)
    if found is None or not form.validate():
        return _confirm_page(form, token, found, 422)
    done = applying.confirm(token, form.password.data or "", now=now, origin=origin)
    if done.outcome is Outcome.SENT:
        flash(_("Your application is sent. Sign in to see where it stands."), "yes")
        mine = url("site.applications.index")
        return redirect(url("site.accounts.sign_in", next=mine))
    if done.outcome is Outcome.LINK_GONE:
        return _confirm_page(form, token, None)
    if done.outcome is Outcome.LATER and done.later is not None:
        form.form_errors.append(try_again(done.later))
        return refused(_confirm_page(form, token, found, 429), done.later)
    if done.outcome is Outcome.WRONG_PASSWORD:
        form.password.errors = [_("This is not the password of your account. Try again.")]
    elif done.judged is not None:
        form.password.errors = password_refusals(done.judged)
    return _confirm_page(form, token, found, 422)


def _confirm_page(
    form: ConfirmForm, token: str, found: Pending | None, status: int = 200
) -> Response:
    """The page behind the link, or that it works no more; nobody keeps a copy of either."""
    if found is None:
        page, status = render_template("companies/apply_gone.html"), 404
    else:
        page = render_template(
            "companies/apply_confirm.html",
            form=form,
            token=token,
            wish=found.wish,
            known=found.known,
            programs=PROGRAMS,
        )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
