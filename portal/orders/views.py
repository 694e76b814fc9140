"""Looking where an order would go, placing it, and what is on record."""

import re
import secrets
import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _

from portal.kernel import clock
from portal.kernel.access import PARTNER_ROLES, Permission
from portal.orders import desk, labels, pages
from portal.orders.commands import place as place_basket
from portal.orders.naming import load_names
from portal.orders.receipt import receipt
from portal.orders.rules import CODES, OrderCode
from portal.orders.what_if import form_url, look
from portal.registry.team_pages import cards
from portal.store.db import db
from portal.store.decisions import StoredDecision, replay
from portal.web import moment
from portal.web.guards import actor, public, requires
from portal.web.hours import hours_text
from portal.web.i18n import moment_text
from portal.web.site import language, preferred, url, with_query

bp = Blueprint("orders", __name__)
short = Blueprint("orders_short", __name__)
KEY = re.compile(r"[\w-]{8,100}", re.ASCII)


@bp.get("/orders")
@requires(Permission.READ_ORDERS)
def index() -> ResponseReturnValue:
    """Orders on record, newest first; for a partner with the refused ones."""
    session, who = db.session(), actor()
    before = _uuid(request.args.get("before", ""))
    found = pages.orders(session, who, before=before)
    refused = []
    if who.role in PARTNER_ROLES and before is None:
        refused = [row for row in pages.decisions(session, who, None) if row.refused][:10]
    return render_template(
        "orders/index.html",
        orders=found[: pages.PAGE],
        older=found[pages.PAGE - 1].id if len(found) > pages.PAGE else None,
        first=before is None,
        refused=refused,
        why=_why,
        may_place=who.may(Permission.PLACE_ORDERS),
    )


@bp.get("/orders/new")
@requires(Permission.PLACE_ORDERS)
def new() -> ResponseReturnValue:
    """The order form, and where what stands in it would go. Stores nothing.

    A form with lines gets a key of its own in its address, so that going back to it and sending
    it again is the same order, and asking for it anew is another.
    """
    sent = request.args
    form = desk.read(sent.to_dict(flat=False), sent.get("q", ""))
    if (form.lines or sent.get("new")) and not KEY.fullmatch(sent.get("key", "")):
        return redirect(with_query(url("site.orders.new"), key=secrets.token_urlsafe(12)))
    return _form(_with_more(form))


@bp.post("/orders")
@requires(Permission.PLACE_ORDERS)
def place() -> ResponseReturnValue:
    """Place the basket as it was shown, whole or not at all; the answer is a receipt."""
    key = request.form.get("idempotency_key", "").strip()
    form = desk.read(request.form.to_dict(flat=False), "")
    if not form.complete or not KEY.fullmatch(key):
        return _form(form, error=_("Choose what is missing, then look again where it goes.")), 422
    session, who = db.session(), actor()
    partner = desk.choices(session, who, clock.today()).partner
    try:
        basket = form.basket(partner, clock.today())
    except ValueError:
        abort(400)
    result = place_basket(basket, actor=who, now=clock.business(), key=key)
    if result.differs:
        flash(_("This form was already sent with other lines: this is its receipt."), "wait")
    elif result.again:
        flash(
            _("You had sent this already. Nothing was placed twice; this is its receipt."), "info"
        )
    return redirect(url("site.orders.decision", ref=result.ref))


@bp.get("/d/<ref>")
@requires(Permission.READ_ORDERS)
def decision(ref: str) -> ResponseReturnValue:
    """The receipt of a stored decision, decided again to show that the answer is the same."""
    session, who = db.session(), actor()
    row = pages.stored(session, ref, who)
    if row is None:
        abort(404)
    basket, facts, made = pages.revived(row)
    names = load_names(session, facts, made, basket.partner, moment.looking_on())
    shown = receipt(
        basket,
        facts,
        made,
        names,
        link=form_url if who.may(Permission.PLACE_ORDERS) else None,
        address=url("orders_short.short_address", ref=row.ref),
        at=_("decided on %(moment)s", moment=moment_text(row.business_at, language())),
    )
    return render_template(
        "orders/decision.html",
        row=row,
        receipt=shown,
        replay=replay(row),
        orders=pages.orders(session, who, decision=row.id),
        again=form_url(basket) if who.may(Permission.PLACE_ORDERS) else None,
    )


@short.get("/d/<ref>")
@public
def short_address(ref: str) -> ResponseReturnValue:
    """A receipt's address as it stands on paper; leads to it in the reader's language."""
    return redirect(url("site.orders.decision", lang=preferred(), ref=ref))


@bp.get("/orders/<ref>")
@requires(Permission.READ_ORDERS)
def order(ref: str) -> ResponseReturnValue:
    """One order: its contract, its lines, and the team that answers for it, with people and hours."""
    session, who = db.session(), actor()
    found = pages.order(session, ref, who)
    if found is None:
        abort(404)
    ids = [found.team_id] if found.team_id is not None else []
    team = cards(session, who, ids, moment.looking_on()).get(found.team_id or 0)
    return render_template(
        "orders/order.html",
        order=found,
        explained=pages.stored(session, found.decision_ref, who) is not None,
        lines=pages.lines(session, found.id),
        team=team,
        hours=hours_text(team.hours) if team else "",
    )


def _with_more(form: desk.OrderForm) -> desk.OrderForm:
    """The form with one line more, when something new was chosen below the lines."""
    product = request.args.get("new", "")
    if not product:
        return form
    line = desk.FormLine(
        "new", product=product.partition("/")[2], registry=product.partition("/")[0]
    )
    return desk.OrderForm((*form.lines, line), form.customer, form.too_many)


def _form(form: desk.OrderForm, error: str = "") -> str:
    session, who, on = db.session(), actor(), moment.looking_on()
    choices = desk.choices(session, who, on)
    form = desk.recognise(session, form, choices, who)
    try:
        tried = look(session, form, choices, on)
    except ValueError:
        abort(400)
    return render_template(
        "orders/new.html",
        form=form,
        choices=choices,
        receipt=tried.receipt,
        placeable=tried.receipt is not None and not tried.refused and not moment.moved(),
        error=error,
        key=request.values.get("key") or secrets.token_urlsafe(12),
    )


def _why(row: StoredDecision) -> LazyString:
    """What a refused decision says first, as its receipt is titled."""
    codes = (OrderCode(said["code"]) for said in row.reasons)
    return labels.TITLES[next(code for code in codes if CODES[code].blocks)]


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
