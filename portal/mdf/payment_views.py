"""Finance's pages: what is to be paid, recording a payment, asking for a reversal; and the lead's, who
confirms one or leaves it. And the company's word that it claims no more.
"""

from collections.abc import Callable

from flask import Response, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.mdf import claim_words, closing, labels, paying, payment_pages, reversing
from portal.mdf.amounts import written
from portal.mdf.blueprint import bp
from portal.mdf.claim_pages import ClaimPage
from portal.mdf.claim_review_forms import PaymentForm, ReversalForm
from portal.mdf.claim_views import seen
from portal.mdf.deciding import Outcome, Unseen
from portal.mdf.keys import by, new_key
from portal.mdf.payment_export import as_file, note
from portal.mdf.rules import HOLDING_CLAIMS, UNPAID_CLAIMS
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import url


@bp.get("/payments")
@requires(Permission.PAY_MDF)
def payments() -> ResponseReturnValue:
    """What waits for its money, the oldest promise first; `after` in the address."""
    session, who, after = db.session(), actor(), request.args.get("after", "")
    found, more = payment_pages.due(session, who, after=after)
    return render_template(
        "mdf/payments.html",
        found=found,
        more=more,
        after=after,
        totals=payment_pages.totals(session, who),
        made=payment_pages.made(session, who),
        today=clock.today(),
    )


@bp.get("/payments.csv")
@requires(Permission.PAY_MDF)
def payments_file() -> ResponseReturnValue:
    """What waits for its money as a file, for a run of payments; that it was fetched is on record."""
    rows, _more = payment_pages.due(db.session(), actor(), most=None)
    body = as_file(rows)
    note(actor(), len(rows), clock.wall())
    answer = Response(body, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=mdf-{clock.today()}.csv"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get("/claims/<ref>/payment")
@requires(Permission.PAY_MDF, recent=True)
def payment(ref: str) -> ResponseReturnValue:
    """The form for a payment on the claim."""
    return _payment(seen(ref))


@bp.post("/claims/<ref>/payment")
@requires(Permission.PAY_MDF, recent=True)
def pay_claim(ref: str) -> ResponseReturnValue:
    """Record a payment, once however often the form is sent."""
    found, form = seen(ref), PaymentForm()
    form.currency = found.total.currency
    if not form.validate():
        return _payment(found, form, 422)
    paid_on, reference = form.paid_on.data, form.reference.data or ""
    assert paid_on is not None, "a valid form has its day"
    outcome = paying.pay(ref, form.parsed or 0, paid_on=paid_on, reference=reference, **by())
    if outcome.refused:
        form.form_errors.extend(labels.sentence(each) for each in outcome.reasons)
        return _payment(seen(ref), form, 422)
    flash(_("The payment is recorded. The company is told."), "yes")
    return redirect(url("site.mdf.claim", ref=ref) + "#payments")


@bp.get("/claims/<ref>/reversal")
@requires(Permission.PAY_MDF, recent=True)
def reversal(ref: str) -> ResponseReturnValue:
    """The form that asks for the reversal of a claim."""
    return _reversal(seen(ref))


@bp.post("/claims/<ref>/reversal")
@requires(Permission.PAY_MDF, recent=True)
def ask_reversal(ref: str) -> ResponseReturnValue:
    """Ask that a lead of the registry confirm the reversal."""
    found, form = seen(ref), ReversalForm()
    if not form.validate():
        return _reversal(found, form, status=422)
    text = form.note.data or ""
    done = _("The reversal is asked for. A lead of the registry confirms it or leaves the claim.")
    return _undo(found, form, lambda **told: reversing.ask_reversal(ref, text, **told), done)


@bp.get("/claims/<ref>/reversal/confirmation")
@requires(Permission.RUN_FUNDS, recent=True)
def reversal_confirmation(ref: str) -> ResponseReturnValue:
    """What was asked to be reversed, to confirm it or to leave the claim as it is."""
    return _reversal(seen(ref), confirms=True)


@bp.post("/claims/<ref>/reversal/confirmation")
@requires(Permission.RUN_FUNDS, recent=True)
def confirm_reversal(ref: str) -> ResponseReturnValue:
    """Confirm the reversal, or leave the claim as it is ("keep")."""
    found, form = seen(ref), ReversalForm()
    keeps = "keep" in request.form
    if not form.validate():
        return _reversal(found, form, confirms=True, status=422)
    text = form.note.data or ""
    command = reversing.keep_claim if keeps else reversing.reverse
    done = _("The claim stands as it is.") if keeps else _("The claim is reversed.")
    return _undo(found, form, lambda **told: command(ref, text, **told), done, confirms=True)


@bp.post("/requests/<ref>/closing")
@requires(Permission.ASK_MDF)
def close(ref: str) -> ResponseReturnValue:
    """The company claims no more: what is left returns to the fund."""
    try:
        outcome = closing.close(ref, **by())
    except Unseen:
        abort(404)
    for reason in outcome.reasons:
        flash(labels.sentence(reason), "no")
    if not outcome.refused:
        flash(_("The request is closed. What was left returns to the fund."), "yes")
    return redirect(url("site.mdf.request_page", ref=ref))


def _undo(
    found: ClaimPage,
    form: ReversalForm,
    command: Callable[..., Outcome],
    done: str,
    *,
    confirms: bool = False,
) -> ResponseReturnValue:
    outcome, ref = command(**by()), found.ground.claim.ref
    if outcome.refused:
        form.form_errors.extend(labels.sentence(each) for each in outcome.reasons)
        return _reversal(seen(ref), form, confirms=confirms, status=422)
    flash(done, "yes")
    return redirect(url("site.mdf.claim", ref=ref))


def _payment(
    found: ClaimPage, form: PaymentForm | None = None, status: int = 200
) -> ResponseReturnValue:
    claim = found.ground.claim
    left = (claim.approved or 0) - found.paid
    if form is None:
        form = PaymentForm(formdata=None)
        form.amount.data = written(left, found.total.currency)
        form.paid_on.data = clock.today()
    page = render_template(
        "mdf/payment.html",
        page=found,
        form=form,
        left=left,
        waits=claim.state in UNPAID_CLAIMS and claim.reversal_by is None,
        labels=labels,
        words=claim_words,
        key=new_key(),
    )
    return page, status


def _reversal(
    found: ClaimPage,
    form: ReversalForm | None = None,
    *,
    confirms: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    claim = found.ground.claim
    held, asked = claim.state in HOLDING_CLAIMS, claim.reversal_by is not None
    page = render_template(
        "mdf/reversal.html",
        page=found,
        form=form or ReversalForm(formdata=None),
        standing=reversing.undo_facts(db.session(), found.ground, actor()),
        waits=held and asked is confirms,
        confirms=confirms,
        labels=labels,
        key=new_key(),
    )
    return page, status
