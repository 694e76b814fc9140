"""Personal limits of a registry's channel people, as its leads set them."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.mdf.amounts import written
from portal.mdf.blueprint import bp
from portal.mdf.deciding import Unseen
from portal.mdf.limits import currencies, people, set_limit
from portal.mdf.review_forms import LimitForm
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import row_id, url


@bp.get("/limits")
@requires(Permission.RUN_FUNDS, recent=True)
def limits() -> ResponseReturnValue:
    """The channel people of the registry, and up to how much each approves alone."""
    return _page()


@bp.post("/limits", endpoint="set_limit")
@requires(Permission.RUN_FUNDS, recent=True)
def send_limit() -> ResponseReturnValue:
    """Set the limit of one of them in a currency; empty: as the fund says."""
    person_id = request.form.get("person", type=row_id)
    currency = request.form.get("currency", "")
    if person_id is None or currency not in currencies(db.session(), actor().registry_id or 0):
        return _page(status=422)
    form = LimitForm(prefix=f"{currency}-{person_id}")
    form.currency = currency
    if not form.validate():
        return _page(form, status=422)
    try:
        set_limit(person_id, currency, form.parsed, actor=actor(), now=clock.business())
    except Unseen:
        abort(404)
    flash(_("The limit holds from now on."), "yes")
    return redirect(url("site.mdf.limits"))


def _page(sent: Any = None, status: int = 200) -> ResponseReturnValue:
    who, session = actor(), db.session()
    units = currencies(session, who.registry_id or 0)
    rows = []
    for each in people(session, who.registry_id or 0):
        forms = []
        for unit in units:
            form = LimitForm(prefix=f"{unit}-{each.person_id}", formdata=None)
            form.amount.data = written(each.amounts.get(unit), unit)
            forms.append((unit, sent if sent and sent.amount.id == form.amount.id else form))
        rows.append((each, forms))
    return render_template("mdf/limits.html", rows=rows, sent=sent), status
