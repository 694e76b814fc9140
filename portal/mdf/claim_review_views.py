"""The channel's side of a claim: a verdict on each document and line, then yes, a question, or no; and
the second look at a disputed line.
"""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.mdf import claim_review_pages, claim_reviewing, claim_words, labels, settling
from portal.mdf.amounts import written
from portal.mdf.blueprint import bp
from portal.mdf.claim_review_forms import (
    OF_DOCUMENTS,
    OF_LINES,
    RefusalForm,
    SettleForm,
    VerdictForm,
    YesForm,
    kept,
    typed,
)
from portal.mdf.claim_review_pages import ReviewPage
from portal.mdf.claim_review_words import asked_names, told
from portal.mdf.deciding import Outcome, Unseen
from portal.mdf.keys import by, new_key
from portal.mdf.review_forms import QuestionForm
from portal.mdf.rules import MdfCode
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import url
from portal.web.upload_words import size_text


@bp.get("/claims/<ref>/review")
@requires(Permission.REVIEW_MDF)
def claim_review(ref: str) -> ResponseReturnValue:
    """The claim to decide on: what it is made of, what it comes to, and what may be said of it."""
    return _page(_seen(ref))


@bp.post("/claims/<ref>/verdicts")
@requires(Permission.REVIEW_MDF)
def check_claim(ref: str) -> ResponseReturnValue:
    """Keep the verdicts; the sum follows them."""
    found = _seen(ref)
    form = typed(request.form, kept(found.documents, found.lines))
    asked = form.asked(ref, {line.id: currency for line, currency in found.lines})
    if asked is None:
        return _page(found, verdicts=form, status=422)
    decision = claim_reviewing.check(asked, actor=actor())
    if decision.refused:
        found, rest = _seen(ref), []
        for reason in decision.reasons:
            if (place := form.place(reason.line or "")) is not None:
                place.error = told(found, reason)
            else:
                rest.append(told(found, reason))
        return _page(found, verdicts=form, refused=rest, status=422)
    flash(_("The verdicts are saved."), "yes")
    return redirect(url("site.mdf.claim_review", ref=ref) + "#sum")


@bp.post("/claims/<ref>/approval")
@requires(Permission.REVIEW_MDF)
def approve_claim(ref: str) -> ResponseReturnValue:
    """Say yes to the sum that was shown: the last word, or the first of two."""
    found, form = _seen(ref), YesForm(prefix="yes")
    amount = request.form.get("amount", "")
    if not form.validate() or not amount.isdecimal() or len(amount) > 15:
        return _page(found, yes=form, status=422)
    note = form.note.data or ""
    outcome = claim_reviewing.approve(ref, int(amount), note, **by())
    if outcome.refused:
        return _page(_seen(ref), yes=form, refused=_told(found, outcome), status=422)
    if any(reason.code == MdfCode.SECOND_NEEDED for reason in outcome.reasons):
        flash(_("Your yes is kept. A second person has to say it too."), "yes")
    else:
        flash(_("The claim is approved. Finance pays it."), "yes")
    return redirect(url("site.mdf.claim", ref=ref))


@bp.post("/claims/<ref>/question")
@requires(Permission.REVIEW_MDF)
def ask_claim(ref: str) -> ResponseReturnValue:
    """Ask the company to mend what is named."""
    found, form = _seen(ref), QuestionForm(prefix="ask")
    form.fields.choices = asked_names(found)
    if not form.validate():
        return _page(found, ask=form, status=422)
    fields, note = tuple(form.fields.data), form.note.data
    return _answer(
        *(found, {"ask": form}, lambda **told: claim_reviewing.ask(ref, fields, note, **told)),
        _("The company is asked."),
    )


@bp.post("/claims/<ref>/rejection")
@requires(Permission.REVIEW_MDF)
def reject_claim(ref: str) -> ResponseReturnValue:
    """Say no to all of it, with the reason."""
    found, form = _seen(ref), RefusalForm(prefix="no")
    if not form.validate():
        return _page(found, no=form, status=422)
    return _answer(
        *(found, {"no": form}, lambda **told: claim_reviewing.reject(ref, form.note.data, **told)),
        _("The claim is rejected. The company is told why."),
    )


@bp.post("/claims/<ref>/lines/<int:line_id>/settlement")
@requires(Permission.REVIEW_MDF)
def settle_line(ref: str, line_id: int) -> ResponseReturnValue:
    """Take the second look at a disputed line."""
    found, form = _seen(ref), SettleForm(prefix="settle")
    currencies = {line.id: currency for line, currency in found.lines}
    if line_id not in currencies:
        abort(404)
    form.currency = currencies[line_id]
    if not form.validate():
        return _page(found, settle=form, status=422)
    amount, note = form.parsed or 0, form.note.data
    return _answer(
        found,
        {"settle": form},
        lambda **told: settling.settle(ref, line_id, amount, note, **told),
        _("The line is settled. The company and finance are told."),
    )


def _answer(
    found: ReviewPage, form: dict[str, Any], command: Callable[..., Outcome], done: str
) -> ResponseReturnValue:
    outcome = command(**by())
    ref = found.page.ground.claim.ref
    if outcome.refused:
        again = _seen(ref)
        return _page(again, **form, refused=_told(again, outcome), status=422)
    flash(done, "yes")
    return redirect(url("site.mdf.claim", ref=ref))


def _seen(ref: str) -> ReviewPage:
    """The claim with all that its review shows; 404 where the reader does not see it."""
    try:
        return claim_review_pages.one(db.session(), actor(), ref, clock.business())
    except Unseen:
        abort(404)


def _told(found: ReviewPage, outcome: Outcome) -> list[str]:
    return [told(found, reason) for reason in outcome.reasons if reason.blocks]


def _page(
    found: ReviewPage,
    *,
    verdicts: VerdictForm | None = None,
    yes: YesForm | None = None,
    ask: QuestionForm | None = None,
    no: RefusalForm | None = None,
    settle: SettleForm | None = None,
    refused: list[str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The page, with the form that was sent as it was typed. Sent again it is a new deed."""
    forms: dict[str, Any] = {
        "yes": yes or YesForm(prefix="yes", formdata=None),
        "ask": ask or QuestionForm(prefix="ask", formdata=None),
        "no": no or RefusalForm(prefix="no", formdata=None),
        "settle": settle or SettleForm(prefix="settle", formdata=None),
    }
    forms["ask"].fields.choices = asked_names(found)
    if settle is None and found.dispute is not None:
        line = found.dispute.line.row
        forms["settle"].amount.data = written(line.accepted or 0, found.dispute.billed.row.currency)
    page = render_template(
        "mdf/claim_review.html",
        found=found,
        page=found.page,
        forms=forms,
        verdicts=verdicts or kept(found.documents, found.lines),
        sent=next((form for form in (yes, ask, no, settle) if form is not None), None),
        refused=refused or [],
        told=lambda reason: told(found, reason),
        names=claim_words.names_of(found.page.ground.activity),
        of_documents=OF_DOCUMENTS,
        of_lines=OF_LINES,
        size_text=size_text,
        labels=labels,
        words=claim_words,
        key=new_key(),
    )
    return page, status
