"""The invoices of a claim and what came of its activity: forms of their own, saved piece by piece."""

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal.kernel.access import Permission
from portal.kernel.decision import Reason
from portal.mdf import claim_facts, claim_words, labels
from portal.mdf.blueprint import bp
from portal.mdf.claim_facts import ClaimGround
from portal.mdf.claim_forms import SPARE, InvoiceForm, OutcomeForm, typed_outcome
from portal.mdf.claim_pages import Billed, ClaimPage
from portal.mdf.claim_views import claim_page, seen
from portal.mdf.claim_writing import remove_invoice, save_invoice, save_outcome
from portal.mdf.deciding import Unseen
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import url


@bp.get("/claims/<ref>/invoices/new")
@requires(Permission.ASK_MDF)
def new_invoice(ref: str) -> ResponseReturnValue:
    """The form of a new invoice."""
    page = _page(ref)
    if not page.writes:
        return redirect(url("site.mdf.claim", ref=ref))
    return _form(page, _offered(page.ground, None))


@bp.post("/claims/<ref>/invoices/new")
@requires(Permission.ASK_MDF)
def add_invoice(ref: str) -> ResponseReturnValue:
    """Put an invoice on the claim."""
    return _save(ref, None)


@bp.get("/claims/<ref>/invoices/<int:invoice_id>")
@requires(Permission.ASK_MDF)
def invoice(ref: str, invoice_id: int) -> ResponseReturnValue:
    """The form of an invoice, with what was saved of it."""
    page = _page(ref)
    billed = _billed(page, invoice_id)
    if not page.writes:
        return redirect(url("site.mdf.claim", ref=ref))
    form = _offered(page.ground, None).show(billed.row, (line.row for line in billed.lines))
    return _form(page, form, billed)


@bp.post("/claims/<ref>/invoices/<int:invoice_id>")
@requires(Permission.ASK_MDF)
def change_invoice(ref: str, invoice_id: int) -> ResponseReturnValue:
    """Save another version of an invoice."""
    return _save(ref, invoice_id)


@bp.post("/claims/<ref>/invoices/<int:invoice_id>/removal")
@requires(Permission.ASK_MDF)
def remove_claim_invoice(ref: str, invoice_id: int) -> ResponseReturnValue:
    """Take an invoice off the claim."""
    try:
        no = remove_invoice(ref, invoice_id, actor=actor())
    except Unseen:
        abort(404)
    if no is not None:
        return claim_page(ref, error=labels.sentence(no), status=422)
    flash(_("The invoice is taken off the claim."), "yes")
    return redirect(url("site.mdf.claim", ref=ref))


@bp.get("/claims/<ref>/outcome")
@requires(Permission.ASK_MDF)
def claim_outcome(ref: str) -> ResponseReturnValue:
    """The form of what came of the activity."""
    page = _page(ref)
    if not page.writes:
        return redirect(url("site.mdf.claim", ref=ref))
    claim = page.ground.claim
    codes = [each["code"] for each in page.ground.activity.metrics]
    numbers = {code: _number(claim.outcome.get(code)) for code in codes}
    return _outcome(page, OutcomeForm(numbers, claim.remarks, claim.final, {}))


@bp.post("/claims/<ref>/outcome")
@requires(Permission.ASK_MDF)
def save_claim_outcome(ref: str) -> ResponseReturnValue:
    """Save what came of the activity."""
    page = _page(ref)
    form = typed_outcome(request.form, [each["code"] for each in page.ground.activity.metrics])
    outcome = form.outcome()
    if form.errors:
        return _outcome(page, form, 422)
    no = save_outcome(ref, outcome, form.remarks, form.final, actor=actor())
    if no is not None:
        return claim_page(ref, error=labels.sentence(no), status=422)
    flash(_("What came of the activity is saved."), "yes")
    return redirect(url("site.mdf.claim", ref=ref) + "#outcome")


def _save(ref: str, invoice_id: int | None) -> ResponseReturnValue:
    page = _page(ref)
    billed = None if invoice_id is None else _billed(page, invoice_id)
    form = _offered(page.ground, request.form)
    if "more" in request.form:
        form.spare(SPARE)
        return _form(page, form, billed)
    typed = form.typed()
    if typed is None:
        return _form(page, form, billed, status=422)
    no: Reason | None = save_invoice(ref, invoice_id, typed, actor=actor())
    if no is not None:
        return claim_page(ref, error=labels.sentence(no), status=422)
    flash(_("The invoice is saved."), "yes")
    return redirect(url("site.mdf.claim", ref=ref) + "#invoices")


def _page(ref: str) -> ClaimPage:
    """The company's own claim; 404 for everybody else's."""
    found = seen(ref)
    if found.ground.claim.partner_id != actor().partner_id:
        abort(404)
    return found


def _billed(page: ClaimPage, invoice_id: int) -> Billed:
    found = next((each for each in page.billed if each.row.id == invoice_id), None)
    return found or abort(404)


def _offered(found: ClaimGround, typed: MultiDict[str, str] | None) -> InvoiceForm:
    form = InvoiceForm() if typed is not None else InvoiceForm(formdata=None)
    return form.offer(found.fund.currency, found.activity.costs, typed or MultiDict())


def _form(
    page: ClaimPage, form: InvoiceForm, billed: Billed | None = None, status: int = 200
) -> ResponseReturnValue:
    form.spare()
    session = db.session()
    body = render_template(
        "mdf/claim_invoice.html",
        page=page,
        form=form,
        billed=billed,
        approved_on=claim_facts.approved_on(session, page.ground.row),
        costs=[(each["code"], claim_words.picked(each["name"]), each["eligible"])
               for each in page.ground.activity.costs],
    )  # fmt: skip
    return body, status


def _outcome(page: ClaimPage, form: OutcomeForm, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "mdf/claim_outcome.html", page=page, form=form, words=claim_words
    ), status


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
