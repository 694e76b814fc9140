"""The page of a claim, for everyone who sees it, and the steps its company takes there."""

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.mdf import claim_facts, claim_pages, claim_words, claiming, labels, turn_words
from portal.mdf.blueprint import bp
from portal.mdf.claim_forms import DisputeForm
from portal.mdf.claim_models import Invoice
from portal.mdf.claim_pages import ClaimPage
from portal.mdf.claim_writing import Target, attach, detach, drawer
from portal.mdf.deciding import Outcome, Unseen
from portal.mdf.keys import by, new_key
from portal.mdf.steps import party_of
from portal.mdf.transitions import Verb
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import url
from portal.web.upload_words import asked, said, size_text
from portal.web.uploads import take, takes_files


@bp.post("/requests/<ref>/claims")
@requires(Permission.ASK_MDF)
def begin_claim(ref: str) -> ResponseReturnValue:
    """Begin a claim, or go on with the one that is open."""
    try:
        begun = claiming.begin(ref, **by())
    except Unseen:
        abort(404)
    if begun.outcome.refused:
        for reason in begun.outcome.reasons:
            flash(claim_words.said(reason, {}, {}), "wait" if begun.claim else "no")
    if begun.claim is None:
        return redirect(url("site.mdf.request_page", ref=ref))
    return redirect(url("site.mdf.claim", ref=begun.claim))


@bp.get("/claims/<ref>")
@requires(Permission.READ_MDF)
def claim(ref: str) -> ResponseReturnValue:
    """A claim whole: what is owed, what it comes to line by line, what became of it, whose turn it is."""
    return claim_page(ref)


@bp.post("/claims/<ref>/submission")
@requires(Permission.ASK_MDF)
def submit_claim(ref: str) -> ResponseReturnValue:
    """Send the claim, or say all that is missing."""
    try:
        outcome = claiming.submit(ref, **by())
    except Unseen:
        abort(404)
    if outcome.refused:
        return claim_page(ref, refused=outcome, status=422)
    flash(_("Your claim is sent."), "yes")
    return redirect(url("site.mdf.claim", ref=ref))


@bp.post("/claims/<ref>/withdrawal")
@requires(Permission.ASK_MDF)
def withdraw_claim(ref: str) -> ResponseReturnValue:
    """Take the claim back."""
    try:
        outcome = claiming.withdraw(ref, **by())
    except Unseen:
        abort(404)
    if outcome.refused:
        return claim_page(ref, refused=outcome, status=422)
    flash(_("The claim is withdrawn. Its invoices can be claimed again."), "yes")
    return redirect(url("site.mdf.claim", ref=ref))


@bp.post("/claims/<ref>/documents")
@requires(Permission.ASK_MDF)
@takes_files
def claim_document(ref: str) -> ResponseReturnValue:
    """Put files on the claim: of a proof, or of an invoice."""
    who = actor()
    found = _own(ref)
    invoice = request.form.get("invoice", type=int)
    proof = None if invoice else request.form.get("proof") or None
    target = Target(proof, invoice)
    known = {each["code"] for each in found.activity.proofs}
    if invoice is None and proof not in known:
        return claim_page(ref, error=_("Choose what the file proves."), status=422)
    bill = db.session().get(Invoice, invoice) if invoice else None
    if invoice and (bill is None or bill.claim_id != found.claim.id):
        abort(404)
    taken = take(
        request.files.getlist("files"),
        subject=drawer(found.claim.ref, target),
        partner_id=who.partner_id,
        registry_id=None,
        actor=who,
        now=clock.wall(),
    )
    try:
        no = attach(ref, target, actor=who)
    except Unseen:
        abort(404)
    place = f"invoice-{invoice}" if invoice else f"proof-{proof}"
    if no is not None:
        return claim_page(ref, error=labels.sentence(no), status=422)
    if taken.refused:
        errors = {place: [said(each) for each in taken.refused]}
        return claim_page(ref, errors=errors, status=taken.status)
    if not taken.kept:
        return claim_page(ref, errors={place: [_("Choose a file first.")]}, status=422)
    flash(_("The file is on the claim."), "yes")
    return redirect(url("site.mdf.claim", ref=ref) + f"#{place}")


@bp.post("/claims/<ref>/documents/<int:document_id>/removal")
@requires(Permission.ASK_MDF)
def remove_claim_document(ref: str, document_id: int) -> ResponseReturnValue:
    """Take a file off the claim."""
    try:
        no = detach(ref, document_id, actor=actor())
    except Unseen:
        abort(404)
    if no is not None:
        return claim_page(ref, error=labels.sentence(no), status=422)
    flash(_("The file is taken away."), "yes")
    return redirect(url("site.mdf.claim", ref=ref))


@bp.get("/claims/<ref>/lines/<int:line_id>/dispute")
@requires(Permission.ASK_MDF)
def dispute_form(ref: str, line_id: int) -> ResponseReturnValue:
    """The form that asks for another look at a line."""
    return _dispute(ref, line_id, DisputeForm(formdata=None))


@bp.post("/claims/<ref>/lines/<int:line_id>/dispute")
@requires(Permission.ASK_MDF)
def dispute_line(ref: str, line_id: int) -> ResponseReturnValue:
    """Ask for another look at a line."""
    form = DisputeForm()
    if not form.validate():
        return _dispute(ref, line_id, form, 422)
    try:
        outcome = claiming.dispute(ref, line_id, form.text.data or "", **by())
    except Unseen:
        abort(404)
    if outcome.refused:
        form.form_errors.extend(labels.sentence(each) for each in outcome.reasons)
        return _dispute(ref, line_id, form, 422)
    flash(_("The channel support team looks at the line again."), "yes")
    return redirect(url("site.mdf.claim", ref=ref))


def seen(ref: str) -> ClaimPage:
    """The claim; 404 where the reader does not see it."""
    try:
        return claim_pages.one(db.session(), actor(), ref, clock.business())
    except Unseen:
        abort(404)


def claim_page(
    ref: str,
    *,
    refused: Outcome | None = None,
    error: str = "",
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The page with what was refused of it. 404 for whoever does not see the claim."""
    found = seen(ref)
    names = claim_words.names_of(found.ground.activity)
    invoices = {each.row.id: each.row for each in found.billed}
    missing = [
        (claim_words.said(each, names, invoices), claim_words.place(each))
        for each in found.reasons
        if each.blocks
    ]
    told: list[tuple[str, str | None]] = [(error, None)] if error else []
    told += [(text, place) for place, texts in (errors or {}).items() for text in texts]
    if refused is not None:
        told += [
            (claim_words.said(each, names, invoices), claim_words.place(each))
            for each in refused.reasons
            if each.blocks
        ]
    body = render_template(
        "mdf/claim.html",
        page=found,
        names=names,
        mended=claim_words.mended(found, names),
        missing=missing,
        told=told,
        errors=errors or {},
        asked=asked,
        size_text=size_text,
        labels=labels,
        words=claim_words,
        key=new_key(),
        turns=_turns(found),
        turn_words=turn_words,
        ways=_ways(found),
    )
    return body, status


def _dispute(ref: str, line_id: int, form: DisputeForm, status: int = 200) -> ResponseReturnValue:
    found = seen(ref)
    shown = [
        (billed, line)
        for billed in found.billed
        for line in billed.lines
        if line.row.id == line_id and found.ground.claim.partner_id == actor().partner_id
    ]
    if not shown:
        abort(404)
    form.key.data = new_key(form.key.data)
    body = render_template(
        "mdf/claim_dispute.html",
        page=found,
        billed=shown[0][0],
        line=shown[0][1],
        form=form,
        words=claim_words,
    )
    return body, status


def _own(ref: str) -> claim_facts.ClaimGround:
    """The company's own claim, to be looked at before files are taken for it."""
    try:
        found = claim_facts.claim_ground(db.session(), actor(), ref)
    except Unseen:
        abort(404)
    if found.claim.partner_id != actor().partner_id:
        abort(404)
    return found


def _turns(page: ClaimPage) -> list[turn_words.Said]:
    row, claim, party = page.row, page.ground.claim, party_of(actor())
    return [
        turn_words.said(turn, row.state, claim.state, party, clock.today()) for turn in page.turns
    ]


# Where the other steps of a claim are taken.
_WAYS = (
    (Verb.CLAIM_APPROVE, "claim_review", _l("Check the claim")),
    (Verb.CLAIM_REJECT, "claim_review", _l("Reject what was not answered")),
    (Verb.CLAIM_SETTLE, "claim_review", _l("Look at the disputed line again")),
    (Verb.CLAIM_PAY, "payment", _l("Record a payment")),
    (Verb.CLAIM_ASK_REVERSAL, "reversal", _l("Ask for its reversal")),
    (Verb.CLAIM_REVERSE, "reversal_confirmation", _l("Answer about its reversal")),
)
# What waits for the answer about an asked reversal.
_UNTIL_ANSWERED = frozenset({Verb.CLAIM_PAY, Verb.CLAIM_ASK_REVERSAL})


def _ways(page: ClaimPage) -> list[tuple[str, str]]:
    """What else the reader may do with the claim, each on its own page, as (label, address)."""
    waits = {turn.verb for turn in page.turns}
    if Verb.CLAIM_APPROVE in page.may:  # the same page
        waits.add(Verb.CLAIM_REJECT)
    needs = {Verb.CLAIM_SETTLE: Verb.CLAIM_DISPUTE, Verb.CLAIM_REVERSE: Verb.CLAIM_ASK_REVERSAL}
    return [
        (str(label), url(f"site.mdf.{view}", ref=page.ground.claim.ref))
        for verb, view, label in _WAYS
        if verb in page.may and verb not in waits and needs.get(verb) in waits | {None}
    ]
