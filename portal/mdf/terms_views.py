"""Preparing a version of a fund's terms, and opening a fund. Neither changes what holds (N1)."""

from dataclasses import dataclass, field
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.localized import Localized
from portal.kernel.money import BadAmount
from portal.kernel.text import tidy
from portal.mdf import fund_labels, fund_pages, terms_form
from portal.mdf.amounts import parse
from portal.mdf.blueprint import bp
from portal.mdf.deciding import Unseen
from portal.mdf.fund_pages import Card, keeps
from portal.mdf.keys import new_key
from portal.mdf.load import PackFund
from portal.mdf.preparing import Stale, open_new, prepare
from portal.mdf.terms import in_full
from portal.mdf.terms_rules import DATES, NUMBERS, Terms
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import LANGUAGES, url

LONGEST_NAME = 120
YEARS = (1990, 2100)


@bp.get("/funds/<slug>/terms/new")
@requires(Permission.POST_NOTICES)
def new_terms(slug: str) -> ResponseReturnValue:
    """The form of the next version, filled with the terms that hold today."""
    card, base = _kept(slug)
    typed = terms_form.typed_of(base, card.fund.currency)
    return _terms(card, base, typed | {"base": str(card.terms.number)})


@bp.post("/funds/<slug>/terms/new")
@requires(Permission.POST_NOTICES)
def prepare_terms(slug: str) -> ResponseReturnValue:
    """Write it, once and for all; or say what is wrong."""
    card, base = _kept(slug)
    typed = request.form.to_dict()
    terms, errors = terms_form.read(base, typed, card.fund.currency)
    if terms == base:
        errors = {"": _("Nothing reads otherwise than in the terms that hold.")}
    if terms is None or errors:
        return _terms(card, base, typed, errors, 422)
    try:
        if typed.get("base") != str(card.terms.number):
            raise Stale
        number = prepare(
            card.fund.id, card.terms.number, terms, actor=actor(), now=clock.business()
        )
    except Stale:
        errors = {"": _("Other terms hold by now. Look through the form again.")}
        return _terms(card, base, typed | {"base": str(card.terms.number)}, errors, 409)
    except Unseen:
        abort(404)
    flash(_("Version %(number)s is prepared. A notice announces it.", number=number), "yes")
    return redirect(url("site.mdf.fund", slug=slug))


@dataclass
class _New:
    """A new fund as it is typed."""

    like: Card
    base: Terms
    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


@bp.get("/funds/new")
@requires(Permission.RUN_FUNDS, recent=True)
def new_fund() -> ResponseReturnValue:
    """The form of a new fund, filled with the terms of one of the registry's."""
    like, base = _kept(request.args.get("like") or _latest())
    typed = terms_form.typed_of(base, like.fund.currency)
    typed |= {"like": like.fund.slug, "currency": like.fund.currency, "key": new_key()}
    typed |= {"pooled": "1"} if like.fund.pooled else {}
    return _fund(_New(like, base, typed))


@bp.post("/funds/new")
@requires(Permission.RUN_FUNDS, recent=True)
def open_fund() -> ResponseReturnValue:
    """Open it: its first terms hold from today on, and need no notice (N1)."""
    typed = request.form.to_dict()
    like, base = _kept(typed.get("like") or _latest())
    form = _New(like, base, typed)
    said = _said(form)
    if said is None:
        return _fund(form, 422)
    try:
        slug = open_new(said, actor=actor(), key=new_key(typed.get("key")))
    except Unseen:
        abort(404)
    flash(_("The fund is open."), "yes")
    return redirect(url("site.mdf.fund", slug=slug))


def _latest() -> str:
    """The latest fund of the reader's registry."""
    cards = fund_pages.cards(db.session(), actor(), clock.today())
    own = [each.fund.slug for each in cards if keeps(actor(), each.fund)]
    return own[0] if own else abort(404)


def _kept(slug: str) -> tuple[Card, Terms]:
    """A fund of the reader's registry, with the terms that hold today."""
    session, who = db.session(), actor()
    card = fund_pages.card(session, who, slug, clock.today())
    if card is None or not keeps(who, card.fund):
        abort(404)
    return card, in_full(session, [card.terms])[card.terms.id]


def _said(form: _New) -> PackFund | None:
    """The fund that was typed; None, with the errors noted, where something is wrong."""
    typed, errors = form.typed, form.errors
    currency = tidy(typed.get("currency", "")).upper()
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        errors["currency"] = _("Write a currency by its three letters, such as USD.")
        currency = form.like.fund.currency
    terms, wrong = terms_form.read(form.base, typed, currency)
    names = {lang: tidy(typed.get(f"name_{lang}", "")) for lang in LANGUAGES}
    for lang, name in names.items():
        if not name or len(name) > LONGEST_NAME:
            errors[f"name_{lang}"] = _("Write a name of at most %(most)s signs.", most=LONGEST_NAME)
    year = typed.get("fiscal_year", "").strip()
    digits = year.isascii() and year.isdigit() and len(year) == 4
    if not (digits and YEARS[0] <= int(year) <= YEARS[1]):
        errors["fiscal_year"] = _("Write a year, such as 2018.")
    budget = 0
    try:
        budget = parse(typed.get("budget", ""), currency)
        if budget <= 0:
            errors["budget"] = _("Write an amount of more than nothing.")
    except BadAmount as bad:
        errors["budget"] = str(bad)
    errors |= wrong
    if errors or terms is None:
        return None
    columns: dict[str, Any] = {
        "fiscal_year": int(year),
        "currency": currency,
        "name": Localized(names),
        "pooled": bool(typed.get("pooled")),
    }
    return PackFund("", columns, terms.columns, terms.activities, budget, 0, None)


def _terms(
    card: Card,
    base: Terms,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "mdf/terms.html", card=card, fields=_fields(base, typed, errors or {}), typed=typed
    )
    return page, status


def _fund(form: _New, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "mdf/new_fund.html",
        like=form.like,
        fields=_fields(form.base, form.typed, form.errors),
        typed=form.typed,
        codes=LANGUAGES,
    )
    return page, status


def _fields(base: Terms, typed: dict[str, str], errors: dict[str, str]) -> dict[str, Any]:
    """What the fields of the terms need to be drawn."""
    return {
        "dates": DATES,
        "numbers": NUMBERS,
        "base": base,
        "typed": typed,
        "errors": errors,
        "words": fund_labels,
        "name_of": terms_form.name_of,
    }
