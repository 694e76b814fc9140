"""One's own account: who one is, in which capacities, from which devices, and what to change."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_user

from portal.accounts import own
from portal.accounts.fields import LANGUAGE_NAMES
from portal.accounts.labels import REGION_NAMES, acting_as, device_name
from portal.accounts.own_forms import SettingsForm
from portal.accounts.own_queries import load_account, open_sessions
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.store.db import db
from portal.web.guards import SignedIn, actor, requires
from portal.web.site import row_id, safe_path, url

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("/")
@requires(Permission.OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    """Everything of one's own account on one page."""
    who, now = actor(), clock.wall()
    return render_template(
        "accounts/account.html",
        account=load_account(db.session(), who),
        sessions=_sessions(),
        language_name=LANGUAGE_NAMES.get(who.language, who.language),
        region_name=REGION_NAMES.get(who.region, who.region),
        acting_as=acting_as,
        now=now,
    )


@bp.get("/settings")
@requires(Permission.OWN_ACCOUNT)
def settings() -> ResponseReturnValue:
    """Name, language, regional format."""
    who = actor()
    form = SettingsForm(formdata=None, name=who.name, language=who.language, region=who.region)
    return render_template("accounts/settings.html", form=form)


@bp.post("/settings")
@requires(Permission.OWN_ACCOUNT)
def change_settings() -> ResponseReturnValue:
    """Keep them; the answer is in the language chosen."""
    form = SettingsForm()
    if not form.validate():
        return render_template("accounts/settings.html", form=form), 422
    name, language = str(form.name.data), str(form.language.data)
    region = str(form.region.data or "")
    own.change_settings(name, language, region, actor=actor(), now=clock.wall())
    flash(_("Your settings are saved."), "yes")
    return redirect(url("site.account.index", lang=language))


@bp.get("/sessions")
@requires(Permission.OWN_ACCOUNT)
def sessions() -> ResponseReturnValue:
    """Where one is signed in."""
    return render_template(
        "accounts/sessions.html", sessions=_sessions(), now=clock.wall(), acting_as=acting_as
    )


@bp.post("/sessions")
@requires(Permission.OWN_ACCOUNT)
def end_sessions() -> ResponseReturnValue:
    """End one session (by its handle), or all but this one."""
    who, now = actor(), clock.wall()
    handle = request.form.get("session", "")
    if handle == "others":
        ended = own.revoke_others(current_user.key, actor=who, now=now)
        said = ngettext("%(num)s session ended.", "%(num)s sessions ended.", ended)
        flash(said if ended else _("You were signed in nowhere else."), "yes" if ended else "info")
    elif own.revoke(handle, actor=who, now=now):
        flash(_("That session has ended."), "yes")
    else:
        flash(_("That session had ended already."), "info")
    return redirect(url("site.account.sessions"))


@bp.get("/acting")
@requires(Permission.OWN_ACCOUNT)
def acting() -> ResponseReturnValue:
    """For whom one acts: chosen here when there is more than one."""
    return render_template(
        "accounts/acting.html",
        account=load_account(db.session(), actor()),
        acting_as=acting_as,
        next=safe_path(request.args.get("next")) or "",
    )


@bp.post("/acting")
@requires(Permission.OWN_ACCOUNT)
def act_as() -> ResponseReturnValue:
    """Go on for somebody else, in a new session; forms opened before are worth nothing."""
    found = own.act_as(
        request.form.get("membership", 0, type=row_id),
        key=current_user.key,
        actor=actor(),
        agent=request.user_agent.string,
        now=clock.wall(),
    )
    if found is None:
        abort(404)
    confirmed_at = current_user.confirmed_at
    session.clear()
    login_user(SignedIn(*found, confirmed_at))
    flash(_("You now act as %(capacity)s.", capacity=acting_as(found[0])), "yes")
    return redirect(safe_path(request.form.get("next")) or url("site.home.index"))


def _sessions() -> list[dict[str, Any]]:
    found = open_sessions(db.session(), actor(), current_user.key, clock.wall())
    return [{"of": each, "device": device_name(each.agent)} for each in found]
