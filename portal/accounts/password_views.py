"""Changing the password one has."""

from typing import Any

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal.accounts import passwords, proofs, signing_in
from portal.accounts.entry import adopt, asked, know, leave, refused
from portal.accounts.fields import current_password_field
from portal.accounts.forms import NewPasswordForm
from portal.accounts.own_views import bp
from portal.accounts.proof_labels import password_refusals, try_again
from portal.accounts.queries import capacities
from portal.accounts.throttle import Later
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import url


class ChangePasswordForm(NewPasswordForm):
    """The password one has, and the one to be."""

    current = current_password_field()

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.current.label.text = _("Present password")


@bp.get("/password")
@requires(Permission.OWN_ACCOUNT, recent=True)
def password() -> ResponseReturnValue:
    """The page for another password."""
    return _page(ChangePasswordForm(formdata=None))


@bp.post("/password")
@requires(Permission.OWN_ACCOUNT, recent=True)
def change_password() -> ResponseReturnValue:
    """Take it, when the present one is right: this session goes on, all others end (B2)."""
    form, who = ChangePasswordForm(), actor()
    if not form.validate():
        return _page(form), 422
    mine = capacities(db.session(), who.person_id or 0)
    judged = passwords.judge_own(form.password.data or "", mine)
    if judged.refused or judged.value is None:
        form.password.errors = tuple(password_refusals(judged))
        return _page(form), 422
    try:
        found = proofs.change_password(
            *(form.current.data or "", judged.value),
            key=current_user.key,
            actor=who,
            asked=asked(),
            now=clock.wall(),
        )
    except signing_in.Expired:
        leave()
        return redirect(url("site.accounts.sign_in"))
    if isinstance(found, Later):
        form.form_errors.append(try_again(found))
        return refused(_page(form), found)
    if found is None:
        form.current.errors = (_("That is not your present password."),)
        return _page(form), 422
    adopt(found)
    flash(_("Your password is changed. Everywhere else you are signed out."), "yes")
    return know(redirect(url("site.account.index")), found.device)


def _page(form: ChangePasswordForm) -> str:
    return render_template("accounts/password.html", form=form)
