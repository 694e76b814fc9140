"""Setting up the second factor, its recovery codes, and doing without."""

import segno
from flask import abort, flash, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from portal.accounts import factors, proofs, signing_in
from portal.accounts.blueprint import bp
from portal.accounts.entry import SECRET, adopt, asked, know, leave, refused
from portal.accounts.forms import CodeForm
from portal.accounts.proof_labels import try_again
from portal.accounts.throttle import Later
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.pages import program
from portal.web.site import language, safe_path, url


@bp.get("/enrol")
@requires(Permission.ENROL, recent=True)
def enrol() -> ResponseReturnValue:
    """Set up the second factor; where one is, what it is and what may be done with it."""
    who = actor()
    there = factors.confirmed(db.session(), who.person_id or 0)
    if there is not None and "again" not in request.args:
        return render_template(
            "accounts/factor.html",
            since=there.confirmed_at,
            left=factors.recovery_codes_left(db.session(), who.person_id or 0),
            required=proofs.factor_required(who.person_id or 0),
        )
    return _set_up_page(CodeForm(formdata=None, next=request.args.get("next", "")))


@bp.post("/enrol")
@requires(Permission.ENROL, recent=True)
def set_up() -> ResponseReturnValue:
    """Take the factor whose first code is right, and show its recovery codes, this once."""
    form, secret = CodeForm(), session.get(SECRET, "")
    if not form.validate():
        return _set_up_page(form), 422
    try:
        found = proofs.set_up_factor(
            *(current_user.key, secret, form.code.data or ""),
            actor=actor(),
            asked=asked(),
            now=clock.wall(),
        )
    except signing_in.Expired:
        leave()
        return redirect(url("site.accounts.sign_in"))
    if isinstance(found, Later):
        form.form_errors.append(try_again(found))
        return refused(_set_up_page(form), found)
    if found is None:
        form.code.errors = (_("That code is not right. Enter the one the app shows now."),)
        return _set_up_page(form), 422
    adopt(found.entered)
    page = _codes_page(found.recovery_codes, safe_path(form.next.data))
    return know(make_response(page), found.entered.device)


@bp.post("/enrol/recovery-codes")
@requires(Permission.OWN_ACCOUNT, recent=True)
def new_codes() -> ResponseReturnValue:
    """Ten new recovery codes, shown this once; those before are worth nothing."""
    codes = proofs.renew_recovery_codes(actor=actor(), now=clock.wall())
    if not codes:
        return redirect(url("site.accounts.enrol"))
    return _codes_page(codes, None)


@bp.post("/enrol/removal")
@requires(Permission.OWN_ACCOUNT, recent=True)
def remove() -> ResponseReturnValue:
    """Do without a second factor; staff cannot."""
    try:
        proofs.give_up_factor(current_user.key, actor=actor(), now=clock.wall())
    except proofs.Required:
        abort(403)
    flash(_("You sign in with your password alone from now on."), "info")
    return redirect(url("site.accounts.enrol"))


def _set_up_page(form: CodeForm) -> str:
    """The secret is made with the page and kept, encrypted, in the browser's session only."""
    secret = factors.decrypted(session.get(SECRET, "")) or factors.new_secret()
    if SECRET not in session or factors.decrypted(session[SECRET]) != secret:
        session[SECRET] = factors.encrypted(secret)
    told = factors.uri(secret, actor().email, program().name.pick(language()))
    return render_template(
        "accounts/enrol.html",
        form=form,
        picture=picture(told, _("A picture for the app to scan; the key below says the same.")),
        secret=factors.in_groups(secret),
        due=not actor().may(Permission.OWN_ACCOUNT),
    )


def _codes_page(codes: tuple[str, ...], goal: str | None) -> str:
    shown = [factors.in_groups(code) for code in codes]
    return render_template(
        "accounts/recovery.html", codes=shown, goal=goal or url("site.home.index")
    )


def picture(text: str, title: str) -> Markup:
    """`text` as a QR code: inline SVG without a style, black on white in every scheme."""
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(
        scale=5, dark="#000", light="#fff", title=title, svgclass=None, lineclass=None
    )
    return Markup(drawn.replace("<svg ", '<svg role="img" ', 1))
