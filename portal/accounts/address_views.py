"""The pages of changing one's address; the mailed link may be opened on any device."""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts import links
from portal.accounts.address import KIND, ask_address, take_address
from portal.accounts.entry import refused
from portal.accounts.own_forms import AddressForm
from portal.accounts.own_views import bp
from portal.accounts.proof_labels import try_again
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.store.db import db
from portal.web.guards import actor, public, requires
from portal.web.site import url


@bp.get("/address")
@requires(Permission.OWN_ACCOUNT, recent=True)
def address() -> ResponseReturnValue:
    """Ask for another address."""
    return render_template("accounts/address.html", form=AddressForm(formdata=None))


@bp.post("/address")
@requires(Permission.OWN_ACCOUNT, recent=True)
def ask_for_address() -> ResponseReturnValue:
    """Send the link; the same answer whether or not the address is somebody's."""
    form = AddressForm()
    if not form.validate():
        return render_template("accounts/address.html", form=form), 422
    later = ask_address(str(form.email.data), actor=actor(), now=clock.wall())
    if later is not None:
        form.form_errors.append(try_again(later))
        return refused(render_template("accounts/address.html", form=form), later)
    return render_template("accounts/address_asked.html", email=form.email.data)


@bp.get("/address/new")
@public
def new_address() -> ResponseReturnValue:
    """What the mailed link opens: a button, since programs open links too."""
    token = request.args.get("token", "")
    link = links.look(db.session(), KIND, token, clock.wall())
    if link is None:
        return _dead_link()
    return render_template("accounts/address_new.html", email=link.email, token=token)


@bp.post("/address/new")
@public
def take_new_address() -> ResponseReturnValue:
    """Take the address; whoever is signed in signs in anew with it."""
    token = request.form.get("token", "")
    taken = take_address(token, now=clock.wall(), origin=request.remote_addr or "")
    if taken is None:
        return _dead_link()
    flash(_("Your address is changed. Sign in with it."), "yes")
    return redirect(url("site.accounts.sign_in"))


def _dead_link() -> ResponseReturnValue:
    flash(
        _("That link works no more. Links work once and for one hour: ask for a new one."), "wait"
    )
    return redirect(url("site.account.address"))
