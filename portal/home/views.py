"""The front page, the date looked at, the rulebook and the design page."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.companies.application_pages import waiting
from portal.concerns.pages import Row as QuestionRow
from portal.concerns.pages import queue
from portal.faq import situation
from portal.home import rulebook
from portal.home.sample import basket, sample_world
from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.mdf.front import front
from portal.orders import pages as orders
from portal.store.db import db
from portal.web import moment
from portal.web.guards import actor, public
from portal.web.pages import program
from portal.web.site import safe_path, url

bp = Blueprint("home", __name__)


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """What the portal is, and one box that routes: of the sample world, or one's own."""
    who = actor()
    if who.known:
        session, on = db.session(), moment.looking_on()
        sees_orders = who.may(Permission.READ_ORDERS)
        return render_template(
            "home/desk.html",
            may_order=who.may(Permission.PLACE_ORDERS),
            situation=situation.load(session, "teams", who, on),
            on=on,
            orders=orders.orders(session, who)[:3] if sees_orders else None,
            questions=_questions(who),
            mdf=front(session, who, clock.today()) if who.may(Permission.READ_MDF) else None,
            applications=waiting(session, who) if who.may(Permission.REVIEW_APPLICATIONS) else None,
        )
    world, today = sample_world(program().slug), moment.looking_on()
    chosen = world.example(request.args.get("sample", ""))
    receipt = rulebook.receipt(world, basket(chosen, today)) if chosen else None
    wanted = request.args.get("product", "")
    if receipt is None and wanted:
        receipt = rulebook.new_product(world, wanted, today)
    return render_template(
        "home/index.html",
        world=world,
        products=rulebook.product_choices(world),
        chosen=chosen,
        wanted=wanted,
        receipt=receipt,
    )


def _questions(who: Actor) -> list[QuestionRow] | None:
    """The questions of partners that have waited longest; None for whom they are no business of."""
    if not who.may(Permission.ANSWER_QUESTIONS):
        return None
    return queue(db.session(), who, clock.today(), most=3)[0]


@bp.get("/on")
@public
def look_on() -> ResponseReturnValue:
    """Choose the date to look at; one may stand in the address."""
    chosen = request.args.get("on", "")[:10] or moment.looking_on().isoformat()
    return render_template("home/look_on.html", chosen=chosen, back=request.args.get("next", ""))


@bp.post("/on")
@public
def choose_date() -> ResponseReturnValue:
    """Look at the date chosen, in this session only; today's ends it. Back to where one was."""
    typed, back = request.form.get("on", "").strip(), request.form.get("next", "")
    try:
        day = date.fromisoformat(typed) if typed else None
    except ValueError:
        day = date.min
    if day is not None and not moment.FIRST <= day <= moment.LAST:
        error = _("Choose a date between 1990 and 2100, written like 2018-01-15.")
        return render_template("home/look_on.html", chosen=typed, back=back, error=error), 422
    moment.choose(day)
    if moment.moved():
        flash(_("You see the portal as of that date. Nothing can be done while you do."), "info")
    else:
        flash(_("You are back on today's date."), "info")
    return redirect(safe_path(back) or url("site.home.index"))


@bp.get("/rules")
@public
def rules() -> ResponseReturnValue:
    """The rulebook: every rule and reason code, with live examples of the sample world."""
    world = sample_world(program().slug)
    return render_template("home/rules.html", chapters=rulebook.chapters(world, clock.today()))


@bp.get("/design")
@public
def design() -> ResponseReturnValue:
    """Every component in every state."""
    return render_template("design/index.html")
