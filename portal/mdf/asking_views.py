"""The first look: what could be asked of which fund, before any form; and what begins with it."""

import re
from typing import Any, NamedTuple

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import PARTNER_ROLES, Actor, Permission
from portal.mdf import drafting, typed
from portal.mdf.amounts import written
from portal.mdf.answers import answers
from portal.mdf.asking_rules import Ask
from portal.mdf.blueprint import bp
from portal.mdf.deciding import Unseen
from portal.mdf.ground import Ground, ground
from portal.mdf.typed import Typed
from portal.registry.models import Agreement, Partner
from portal.store.db import db
from portal.store.ordering import by_name
from portal.web import moment
from portal.web.guards import actor, requires
from portal.web.site import language, url

FIELDS = ("activity", "starts_on", "ends_on", "asked", "total_cost")
CODE = re.compile(r"[\w.-]{1,100}", re.ASCII)
NOBODY = 0
MOST_COMPANIES = 500


class Company(NamedTuple):
    """For whom it is asked."""

    id: int
    code: str
    name: str


@bp.get("/ask")
@requires(Permission.ASK_MDF)
def ask() -> ResponseReturnValue:
    """Amount, dates and activity; the funds answer at once, and nothing is stored."""
    return _page(request.args.to_dict())


@bp.post("/requests")
@requires(Permission.ASK_MDF)
def begin() -> ResponseReturnValue:
    """A draft, with what the first look knew already."""
    sent = request.form.to_dict()
    who, found = actor(), _found(sent)
    shelf = found.shelves.get(sent.get("fund", ""))
    if shelf is None:
        return _page(sent, _("Look first which fund can be asked.")), 422
    said = typed.read(_both_days(sent), shelf.fund.currency)
    if said.errors:
        return _page(sent), 422
    known = {name: said.values.get(name) for name in FIELDS}
    try:
        ref = drafting.begin(
            drafting.Wish(shelf.fund.slug, **known),
            actor=who,
            now=clock.business(),
            company=sent.get("company"),
        )
    except Unseen:
        abort(404)
    return redirect(url("site.mdf.form", ref=ref))


@bp.post("/requests/<ref>/copies")
@requires(Permission.ASK_MDF)
def copy(ref: str) -> ResponseReturnValue:
    """A draft made from an earlier request."""
    try:
        made = drafting.copy(ref, actor=actor(), now=clock.business())
    except Unseen:
        abort(404)
    return redirect(url("site.mdf.form", ref=made))


def _page(sent: dict[str, str], error: str = "") -> str:
    session, who, on = db.session(), actor(), moment.looking_on()
    company, found = _company(session, who, sent), _found(sent)
    currencies = list(dict.fromkeys(each.currency for each in found.funds))
    currency = sent.get("currency", "")
    if currency not in currencies:
        currency = currencies[0] if currencies else ""
    looked = any(sent.get(name) for name in FIELDS)
    said = typed.read(_both_days(sent), currency) if looked and currencies else Typed()
    if looked:
        _want(said, company)
    given = []
    if looked and company is not None and not said.errors and not error:
        wanted = _ask(said.values, currency)
        # What the form was asked with is asked again: the addresses of a nearer yes carry all of it.
        rest = {"company": company.code} if who.role not in PARTNER_ROLES else {}
        given = answers(
            *(session, company.id, found, wanted, clock.business()),
            lambda other: url("site.mdf.ask", **_arguments(other), **rest) + "#answer",
        )
    kinds = [(code, kind.name.pick(language())) for code, kind in found.kinds().items()]
    return render_template(
        "mdf/ask.html",
        said=said,
        error=error,
        answers=given,
        kinds=kinds,
        currencies=currencies,
        currency=currency,
        company=company,
        companies=_companies(session, who),
        hidden=_hidden(sent, said),
        may_begin=not moment.moved(),
        on=on,
    )


def _found(sent: dict[str, str]) -> Ground:
    session, who = db.session(), actor()
    company = _company(session, who, sent)
    partner_id = company.id if company else NOBODY
    return ground(session, partner_id, moment.looking_on(), registry_id=who.registry_id)


def _company(session: Session, who: Actor, sent: dict[str, str]) -> Company | None:
    """The own company; for the channel's people the one they named, of their registry."""
    query = select(Partner.id, Partner.code, Partner.name)
    if who.role in PARTNER_ROLES:
        row = session.execute(query.where(Partner.id == who.partner_id)).first()
    elif CODE.fullmatch(sent.get("company", "")):
        row = session.execute(query.where(Partner.code == sent["company"], _agreed(who))).first()
    else:
        row = None
    return Company(*row) if row else None


def _companies(session: Session, who: Actor) -> list[tuple[str, str]]:
    """(code, name) of those in whose name one may file; none for a company's own people."""
    if who.role in PARTNER_ROLES:
        return []
    query = select(Partner.code, Partner.name).where(_agreed(who))
    ordered = query.order_by(by_name(Partner.name), Partner.id).limit(MOST_COMPANIES)
    return [(row[0], row[1]) for row in session.execute(ordered)]


def _agreed(who: Actor) -> Any:
    agreed = select(Agreement.partner_id).where(Agreement.registry_id == who.registry_id)
    return Partner.id.in_(agreed)


def _want(said: Typed, company: Company | None) -> None:
    """What the first look cannot do without."""
    wanted = {
        "activity": _("Choose a type of activity."),
        "starts_on": _("Say when it begins."),
        "asked": _("Say how much you ask for."),
    }
    for name, text in wanted.items():
        if said.values.get(name) is None:
            said.errors.setdefault(name, text)
    if company is None:
        said.errors["company"] = _("Choose the company.")


def _both_days(sent: dict[str, str]) -> dict[str, str]:
    """An activity without a last day is of one day."""
    found = {name: sent[name] for name in FIELDS if name in sent}
    if found.get("starts_on") and not found.get("ends_on", "").strip():
        found["ends_on"] = found["starts_on"]
    return found


def _ask(values: dict[str, Any], currency: str) -> Ask:
    return Ask(
        fund="",
        asked_on=moment.looking_on(),
        activity=values["activity"],
        starts_on=values["starts_on"],
        ends_on=values["ends_on"],
        amount=values["asked"],
        currency=currency,
        total_cost=values.get("total_cost"),
    )


def _arguments(other: Ask) -> dict[str, str]:
    """An ask as the parts of an address, in the reader's format."""
    days = {"starts_on": other.starts_on, "ends_on": other.ends_on}
    amounts = {"asked": other.amount, "total_cost": other.total_cost}
    found = {"activity": other.activity or "", "currency": other.currency}
    found |= {name: day.isoformat() for name, day in days.items() if day}
    return found | {
        name: written(amount, other.currency) for name, amount in amounts.items() if amount
    }


def _hidden(sent: dict[str, str], said: Typed) -> dict[str, str]:
    """What the begun draft takes over, so that nobody is asked again."""
    kept = {name: said.text(name) for name in FIELDS if said.text(name)}
    return kept | {name: sent[name] for name in ("company",) if sent.get(name)}
