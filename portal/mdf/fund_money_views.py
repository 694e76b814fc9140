"""What a registry's lead does with the money of a fund: allocate, add, carry over."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.money import BadAmount
from portal.kernel.text import tidy_lines
from portal.mdf import fund_pages, funding, labels
from portal.mdf.amounts import parse
from portal.mdf.blueprint import bp
from portal.mdf.deciding import Outcome, Unseen
from portal.mdf.fund_labels import MONEY, MONEY_REASONS
from portal.mdf.fund_pages import Card, keeps
from portal.mdf.keys import by, new_key
from portal.mdf.rules import MdfCode
from portal.registry.models import Partner
from portal.registry.reach import partners_of
from portal.store.db import db
from portal.store.ordering import by_name
from portal.web.guards import actor, requires
from portal.web.site import language, row_id, url

LONGEST_REASON = 500
MOST_COMPANIES = 500
Choices = list[tuple[int, str]]


@bp.get("/funds/<slug>/allocations")
@requires(Permission.RUN_FUNDS, recent=True)
def allocations(slug: str) -> ResponseReturnValue:
    """The form that gives a company of what is unallocated."""
    return _form(_own(slug), "allocate")


@bp.post("/funds/<slug>/allocations")
@requires(Permission.RUN_FUNDS, recent=True)
def allocate(slug: str) -> ResponseReturnValue:
    """Give it, or say why not."""
    card = _own(slug)

    def deed(amount: int, to: int, **told: Any) -> Outcome:
        return funding.allocate(card.fund.id, to, amount, **told)

    return _move(card, "allocate", deed, _("It is allocated."))


@bp.get("/funds/<slug>/additions")
@requires(Permission.RUN_FUNDS, recent=True)
def additions(slug: str) -> ResponseReturnValue:
    """The form that raises the budget."""
    return _form(_own(slug), "add")


@bp.post("/funds/<slug>/additions")
@requires(Permission.RUN_FUNDS, recent=True)
def add_budget(slug: str) -> ResponseReturnValue:
    """Raise it, or say why not."""
    card = _own(slug)

    def deed(amount: int, _to: int, **told: Any) -> Outcome:
        return funding.add(card.fund.id, amount, **told)

    return _move(card, "add", deed, _("The budget is raised."))


@bp.get("/funds/<slug>/transfers")
@requires(Permission.RUN_FUNDS, recent=True)
def transfers(slug: str) -> ResponseReturnValue:
    """The form that carries over what is unallocated to another fund of the registry."""
    return _form(_own(slug), "carry")


@bp.post("/funds/<slug>/transfers")
@requires(Permission.RUN_FUNDS, recent=True)
def carry_over(slug: str) -> ResponseReturnValue:
    """Carry it over, or say why not."""
    card = _own(slug)

    def deed(amount: int, to: int, **told: Any) -> Outcome:
        return funding.carry_over(card.fund.id, to, amount, **told)

    return _move(card, "carry", deed, _("It is carried over."))


def _own(slug: str) -> Card:
    card = fund_pages.card(db.session(), actor(), slug, clock.today())
    if card is None or not keeps(actor(), card.fund):
        abort(404)
    return card


def _choices(card: Card, deed: str) -> Choices | None:
    """Where the amount may go: the companies, or the funds; None where it goes nowhere else."""
    session, today = db.session(), clock.today()
    if deed == "allocate":
        ids = partners_of(session, card.fund.registry_id, today)
        query = select(Partner.id, Partner.name).where(Partner.id.in_(ids))
        query = query.order_by(by_name(Partner.name), Partner.id).limit(MOST_COMPANIES)
        return [(row.id, row.name) for row in session.execute(query)]
    if deed == "carry":
        others = [each.fund for each in fund_pages.cards(session, actor(), today)]
        return [
            (fund.id, fund.name.pick(language()))
            for fund in others
            if keeps(actor(), fund)
            and fund.id != card.fund.id
            and fund.currency == card.fund.currency
            and fund.closed_at is None
        ]
    return None


def _move(card: Card, name: str, deed: Callable[..., Outcome], done: str) -> ResponseReturnValue:
    typed, errors = request.form.to_dict(), {}
    amount, to = 0, 0
    choices = _choices(card, name)
    if choices is not None:
        to = _chosen(typed.get("to", ""))
        if to not in {key for key, _label in choices}:
            errors["to"] = _("Choose the fund.") if name == "carry" else _("Choose the company.")
    try:
        amount = parse(typed.get("amount", ""), card.fund.currency)
    except BadAmount as bad:
        errors["amount"] = str(bad)
    reason = tidy_lines(typed.get("reason", ""))[: LONGEST_REASON + 1]
    if len(reason) > LONGEST_REASON:
        errors["reason"] = _("Say it in at most %(most)s signs.", most=LONGEST_REASON)
    if errors:
        return _form(card, name, typed, errors, 422)
    try:
        outcome = deed(amount, to, reason=reason, **by())
    except Unseen:
        abort(404)
    if outcome.refused:
        return _form(card, name, typed | {"key": new_key()}, _why(card, outcome), 422)
    flash(done, "yes")
    return redirect(url("site.mdf.fund", slug=card.fund.slug))


def _chosen(text: str) -> int:
    try:
        return row_id(text)
    except ValueError:
        return 0


def _why(card: Card, outcome: Outcome) -> dict[str, str]:
    """Why it was refused, by the field that says it."""
    names = labels.names_of(card.fund, card.registry.slug, card.registry.name)
    found: dict[str, str] = {}
    for reason in outcome.reasons:
        name, said = MONEY_REASONS.get(MdfCode(reason.code), ("", None))
        found[name] = labels.sentence(reason, names, said)
    return found


def _form(
    card: Card,
    name: str,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "mdf/fund_money.html",
        card=card,
        money=fund_pages.money_of(db.session(), [card.fund])[card.fund.id],
        words=MONEY[name],
        deed=name,
        choices=_choices(card, name),
        typed=typed or {"key": new_key()},
        errors=errors or {},
    )
    return page, status
