"""The pages of statements: the funds one may read, one fund, one company, and each as a file."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.mdf import labels, movements, statement_pages, statements
from portal.mdf.amounts import written
from portal.mdf.blueprint import bp
from portal.mdf.models import Fund
from portal.mdf.movements import Filters, Whose
from portal.mdf.rules import Cause
from portal.mdf.statement_export import as_file, cells, note
from portal.mdf.statements import Figures
from portal.registry.models import Partner, Registry
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.moment import FIRST, LAST, looking_on
from portal.web.site import row_id, url, with_query

COMPANIES = 30
MOST_CHOICES = 500
FORMS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.get("/statements/", endpoint="statements")
@requires(Permission.READ_MDF)
def index() -> ResponseReturnValue:
    """Every fund whose books one may read, what was released and why, and the companies; a company
    comes to its own statement.
    """
    session, who = db.session(), actor()
    if who.partner_id is not None:
        own = session.get_one(Partner, who.partner_id)
        return redirect(url("site.mdf.company_statement", code=own.code))
    on, (on_typed, error) = _on()
    found = statements.funds(session, who)
    whose = Whose(found)
    after = request.args.get("after", type=row_id) or 0
    listed = statements.companies(session, found, after, COMPANIES)
    return render_template(
        "mdf/statements.html",
        on=on,
        on_typed=on_typed,
        on_error=error,
        found=_figures(whose, on),
        kinds=movements.KINDS,
        companies=listed[:COMPANIES],
        more=listed[COMPANIES - 1].id if len(listed) > COMPANIES else None,
        first=not after,
        **_words(),
    )


@bp.get("/statements/funds/<slug>")
@requires(Permission.READ_MDF)
def fund_statement(slug: str) -> ResponseReturnValue:
    """A fund on a date: where its money stands, every movement, what was released and why."""
    fund = _fund(slug)
    return _page("mdf/fund_statement.html", Whose((fund,)), fund=fund)


@bp.get("/statements/funds/<slug>/file")
@requires(Permission.READ_MDF)
def fund_statement_export(slug: str) -> ResponseReturnValue:
    """Its movements up to a date as CSV or XLSX; that they were taken is on record."""
    fund = _fund(slug)
    return _file(Whose((fund,)), f"fund:{fund.slug}", fund.slug)


@bp.get("/statements/companies/<code>")
@requires(Permission.READ_MDF)
def company_statement(code: str) -> ResponseReturnValue:
    """A company on a date, over all its funds that one may read. Nothing of any other company."""
    partner, whose = _company(code)
    return _page("mdf/company_statement.html", whose, company=partner)


@bp.get("/statements/companies/<code>/file")
@requires(Permission.READ_MDF)
def company_statement_export(code: str) -> ResponseReturnValue:
    """Its movements up to a date as CSV or XLSX; that they were taken is on record."""
    partner, whose = _company(code)
    return _file(whose, f"company:{partner.id}", partner.code)


def _fund(slug: str) -> Fund:
    found = statements.funds(db.session(), actor())
    return next((fund for fund in found if fund.slug == slug), None) or abort(404)


def _company(code: str) -> tuple[Partner, Whose]:
    session, who = db.session(), actor()
    partner = statements.company(session, who, code) or abort(404)
    return partner, Whose(statements.funds_of(session, who, partner), partner.id)


def _page(template: str, whose: Whose, **context: Any) -> str:
    session, who = db.session(), actor()
    on, (on_typed, error) = _on()
    filters, mine = _filters(whose), whose.partner_id is not None
    found, after = _figures(whose, on), _after()
    page = movements.lines(session, whose, on, filters, after=after)
    kinds = {each.fund.id: statements.kinds_of(each, mine=mine) for each in found}
    lines = statement_pages.told(session, who, page.rows, whose.funds, kinds)
    holders = statements.companies(session, whose.funds, 0, MOST_CHOICES) if not mine else []
    return render_template(
        template,
        on=on,
        on_typed=on_typed,
        on_error=error,
        found=found,
        kinds=kinds,
        lines=lines,
        more=page.more,
        first=after is None,
        filters=filters,
        holders=holders,
        charts={
            each.fund.id: {
                "split": statement_pages.split_chart(each, on, mine=mine),
                "months": statement_pages.month_chart(each),
                "due": statement_pages.due_chart(each, on),
            }
            for each in found
        },
        names=_names(found),
        **context,
        **_words(),
    )


def _file(whose: Whose, what: str, name: str) -> Response:
    session, who = db.session(), actor()
    form = request.args.get("form", "csv")
    mimetype = FORMS.get(form) or abort(404)
    on, _typed = _on()
    page = movements.lines(session, whose, on, _filters(whose), size=None)
    mine = whose.partner_id is not None
    kinds = [k for k in movements.KINDS if not mine or k not in statements.NOT_A_COMPANYS]
    lines = statement_pages.told(
        session, who, page.rows, whose.funds, {fund.id: kinds for fund in whose.funds}
    )
    made = as_file(cells(lines, kinds), form)
    if request.method == "GET":
        note(who, what, whose.partner_id, form, clock.wall())
    disposition = f'attachment; filename="mdf-{name}-{on.isoformat()}.{form}"'
    return Response(made, mimetype=mimetype, headers={"Content-Disposition": disposition})


def _figures(whose: Whose, on: date) -> list[Figures]:
    """The figures of each fund. Four queries, however many there are."""
    session = db.session()
    query = select(Registry).where(Registry.id.in_({fund.registry_id for fund in whose.funds}))
    registries = {registry.id: registry for registry in session.scalars(query)}
    found, soon = movements.flows(session, whose, on), statements.due(session, whose, on)
    return [
        statements.figures(fund, registries[fund.registry_id], whose, found, soon, on)
        for fund in whose.funds
    ]


def _on() -> tuple[date, tuple[str, bool]]:
    """The date asked for, as it was typed, and whether that was none; else the date looked at."""
    typed = request.args.get("on", "").strip()
    try:
        day = date.fromisoformat(typed) if typed else looking_on()
    except ValueError:
        return looking_on(), (typed, True)
    if not FIRST <= day <= LAST:
        return looking_on(), (typed, True)
    return day, (day.isoformat(), False)


def _filters(whose: Whose) -> Filters:
    """What was asked for; what says nothing narrows nothing."""
    cause, since = request.args.get("cause", ""), request.args.get("since", "").strip()
    fund = next((fund for fund in whose.funds if fund.slug == request.args.get("fund")), None)
    try:
        day = date.fromisoformat(since) if since else None
    except ValueError:
        day = None
    return Filters(
        day,
        Cause(cause) if cause in set(Cause) else None,
        request.args.get("company", type=row_id) if whose.partner_id is None else None,
        fund.id if fund else None,
    )


def _after() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.args["after"]) if "after" in request.args else None
    except ValueError:
        return None


def _names(found: Sequence[Figures]) -> dict[int, str]:
    ids = {due.partner_id for each in found for due in each.due}
    rows = db.session().execute(select(Partner.id, Partner.name).where(Partner.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def _words() -> dict[str, Any]:
    return {
        "labels": labels,
        "Cause": Cause,
        "drawn": statement_pages.DRAWN,
        "written": written,
        "kind_words": statement_pages.kind_words,
        "percent": statement_pages.percent,
        "month_words": statement_pages.month_words,
        "with_query": with_query,
    }
