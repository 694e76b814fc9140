"""The contract registries: what is in them, found by any id, one contract, service or agreement."""

from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal.kernel.access import Permission
from portal.registry import companies, contract_page, page_labels, pages, queries
from portal.registry.pages import Filters, RegistryRow, key_of
from portal.registry.training import trainings
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.hours import hours_text
from portal.web.moment import looking_on, moved
from portal.web.site import language, row_id, url

bp = Blueprint("registry", __name__, url_prefix="/contracts")
STATES = {"in-force": True, "not-in-force": False, "all": None}


@bp.get("/")
@requires(Permission.READ_CONTRACTS)
def index() -> ResponseReturnValue:
    """The registries side by side; with `q` the contract or service of that id, as pasted."""
    session, who, on = db.session(), actor(), looking_on()
    q = request.args.get("q", "").strip()[: queries.LONGEST]
    hits = queries.find(session, who, q) if q else []
    meant = [hit for hit in hits if hit.exact] or hits
    if len(meant) == 1:
        return redirect(_place(meant[0]))
    own = companies.agreements(session, who, on) if who.partner_id is not None else []
    return _page(
        "registry/index.html",
        q=q,
        hits=[(hit, _place(hit)) for hit in hits],
        overviews=pages.overviews(session, who, on),
        agreements=own,
        trainings=trainings(session, who, who.partner_id, on) if who.partner_id else [],
    )


@bp.get("/<slug>/")
@requires(Permission.READ_CONTRACTS)
def book(slug: str) -> ResponseReturnValue:
    """The contracts of one registry, newest first; filters and page stand in the address."""
    session, who, on = db.session(), actor(), looking_on()
    registry = _registry(slug)
    state = request.args.get("state", "")
    state = state if state in STATES else "in-force"
    customer = request.args.get("customer", type=row_id)
    partner = request.args.get("partner", type=row_id) if who.partner_id is None else None
    newer, older = (
        key_of(request.args.get(way), newer=way == "newer") for way in ("newer", "older")
    )
    filters = Filters(registry.id, STATES[state], customer, partner)
    return _page(
        "registry/book.html",
        registry=registry,
        found=pages.papers(session, who, on, filters, newer or older),
        customers=pages.customer_choices(session, who, registry.id),
        selling=companies.partner(session, who, partner) if partner is not None else None,
        state=state,
        customer=customer,
    )


@bp.get("/<slug>/<int:contract_id>")
@requires(Permission.READ_CONTRACTS)
def contract(slug: str, contract_id: int) -> ResponseReturnValue:
    """One contract: in force or not and why, its chain, its account team, its services."""
    session, who, on = db.session(), actor(), looking_on()
    registry = _registry(slug)
    chain = contract_page.chain(session, who, slug, contract_id, on) or abort(404)
    rows, more = contract_page.services(session, who, chain.behind, request.args.get("after"))
    return _page(
        "registry/contract.html",
        registry=registry,
        chain=chain,
        paper=chain.paper,
        services=rows,
        more=more,
        served=_served(chain),
    )


@bp.get("/<slug>/services/<int:service_id>")
@requires(Permission.READ_CONTRACTS)
def service(slug: str, service_id: int) -> ResponseReturnValue:
    """One service: the contract it was bought on, the one that stands for it, and its team."""
    session, who, on = db.session(), actor(), looking_on()
    registry = _registry(slug)
    row = contract_page.service(session, who, slug, service_id) or abort(404)
    chain = contract_page.chain(session, who, slug, row.contract_id, on, bought=True) or abort(404)
    return _page(
        "registry/service.html",
        registry=registry,
        service=row,
        chain=chain,
        paper=chain.paper,
        served=_served(chain),
    )


@bp.get("/<slug>/portfolio")
@requires(Permission.READ_CONTRACTS)
def portfolio(slug: str) -> ResponseReturnValue:
    """The products of one registry, and whether the reader's company may sell them (Q4)."""
    session, who, on = db.session(), actor(), looking_on()
    registry = _registry(slug)
    products = companies.portfolio(session, who, registry.id)
    own = companies.agreements(session, who, on) if who.partner_id is not None else []
    return _page(
        "registry/portfolio.html",
        registry=registry,
        products=sorted(products, key=lambda one: one.name.pick(language()).casefold()),
        agreements=[one for one in own if one.registry_id == registry.id],
    )


@bp.get("/customers/<int:customer_id>")
@requires(Permission.READ_CONTRACTS)
def customer(customer_id: int) -> ResponseReturnValue:
    """A customer and the contracts the reader knows it by, registry by registry."""
    session, who, on = db.session(), actor(), looking_on()
    found = companies.customer(session, who, customer_id) or abort(404)
    books = [
        (registry, pages.papers(session, who, on, Filters(registry.id, None, customer_id)))
        for registry in pages.registries(session, who)
    ]
    return _page("registry/customer.html", customer=found, books=books)


@bp.get("/agreements/<int:agreement_id>")
@requires(Permission.READ_AGREEMENTS)
def agreement(agreement_id: int) -> ResponseReturnValue:
    """A partner agreement: its state, and what of it changes only by advance notice (P2)."""
    session, who, on = db.session(), actor(), looking_on()
    found = companies.agreement(session, who, agreement_id, on) or abort(404)
    return _page("registry/agreement.html", agreement=found.brief, page=found)


def _page(template: str, **values: Any) -> str:
    """The page, with the words and the reader's means that all of these pages use."""
    who = actor()
    return render_template(
        template,
        words=page_labels,
        hours=hours_text,
        on=looking_on(),
        is_partner=who.partner_id is not None,
        may_order=not moved()
        and who.may(Permission.PLACE_ORDERS)
        and "site.orders.new" in current_app.view_functions,
        **values,
    )


def _registry(slug: str) -> RegistryRow:
    """The registry of that slug; 404 for an unknown one and for staff of another."""
    known = {row.slug: row for row in pages.registries(db.session(), actor())}
    return known.get(slug) or abort(404)


def _served(chain: contract_page.Chain) -> contract_page.Served | None:
    """The account team of the contract that stands, unless that is not the reader's to see."""
    if not chain.standing.shown:
        return None
    return contract_page.served(db.session(), actor(), chain.standing.line_id, looking_on())


def _place(hit: queries.Hit) -> str:
    """The page of what was found."""
    if hit.kind == "service":
        return url("site.registry.service", slug=hit.registry, service_id=hit.id)
    return url("site.registry.contract", slug=hit.registry, contract_id=hit.id)
