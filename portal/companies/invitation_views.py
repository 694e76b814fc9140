"""Taking an invitation up: what it offers, and the one way there is for whoever holds its link.

Looking uses nothing up. Nobody is signed in by an invitation: who takes one up without being signed
in goes on to the sign-in page, second factor and all.
"""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts import passwords
from portal.accounts.labels import ROLES
from portal.accounts.proof_labels import password_refusals
from portal.companies import invitations
from portal.companies.invitations import Newcomer
from portal.companies.people_forms import JoinForm
from portal.companies.people_pages import Offer, offer
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.store.db import db
from portal.web.guards import actor, public
from portal.web.site import language, url

bp = Blueprint("invitations", __name__, url_prefix="/invitation")
LONGEST_TOKEN = 100


@bp.get("")
@public
def look() -> ResponseReturnValue:
    """What the holder of the link is invited to; 404 for a link that works no more. Without any, home."""
    token = request.args.get("token", "")[:LONGEST_TOKEN]
    if not token:
        return redirect(url("site.home.index"))
    return _page(token, JoinForm(formdata=None, token=token))


@bp.post("")
@public
def take() -> ResponseReturnValue:
    """Take it up: by one click, or with a name and a password for a new account."""
    form, who, now = JoinForm(), actor(), clock.wall()
    token = (form.token.data or "")[:LONGEST_TOKEN]
    found = offer(db.session(), token, who, now)
    if found is None or found.way not in {"take", "return", "new"}:
        return _page(token, form)
    newcomer = None
    if found.way == "new":
        newcomer = _newcomer(form, found)
        if newcomer is None:
            return _page(token, form, status=422)
    if invitations.accept(token, actor=who, now=now, newcomer=newcomer) is None:
        return _page(token, JoinForm(formdata=None, token=token), status=409)
    return _welcome(found, who)


def _newcomer(form: JoinForm, found: Offer) -> Newcomer | None:
    """Who is to have the account, or None when the form says why not."""
    if not form.validate():
        return None
    name, typed = str(form.name.data), str(form.password.data)
    companies = tuple(filter(None, (found.where, found.registry)))
    judged = passwords.judge(typed, name=name, email=found.email, companies=companies)
    if judged.refused:
        form.password.errors = password_refusals(judged)
        return None
    return Newcomer(name, passwords.hashed(typed), language())


def _welcome(found: Offer, who: Actor) -> ResponseReturnValue:
    where = found.where or found.registry
    capacity = " · ".join(filter(None, (where, str(ROLES[found.role]))))
    if who.known:
        flash(_("Accepted. You can act as %(capacity)s from now on.", capacity=capacity), "yes")
        return redirect(url("site.account.acting"))
    flash(_("Accepted: %(capacity)s. Now sign in.", capacity=capacity), "yes")
    return redirect(url("site.accounts.sign_in"))


def _page(token: str, form: JoinForm, *, status: int = 200) -> ResponseReturnValue:
    found = offer(db.session(), token, actor(), clock.wall())
    if found is None:
        return render_template("companies/invitation_void.html"), 404
    here = url("site.invitations.look") + f"?token={token}"
    page = render_template(
        "companies/invitation.html", offer=found, form=form, roles=ROLES, here=here
    )
    return page, status
