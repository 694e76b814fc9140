"""The form of a request: saved as it is typed, taken up on another device, sent, taken back."""

from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.mdf import asking, drafting, form_pages, labels, typed
from portal.mdf.blueprint import bp
from portal.mdf.deciding import Outcome, Unseen
from portal.mdf.form_pages import Sheet
from portal.mdf.keys import by, new_key
from portal.mdf.queries import REQUEST_FILES
from portal.mdf.rules import MdfCode
from portal.mdf.typed import Typed
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.i18n import date_text
from portal.web.site import language, url
from portal.web.upload_words import asked as asked_files
from portal.web.uploads import Taken, take, takes_files


@bp.get("/requests/<ref>/form")
@requires(Permission.ASK_MDF)
def form(ref: str) -> ResponseReturnValue:
    """The request as it stands, to be written on; its page once it is sent."""
    sheet = _sheet(ref)
    if not sheet.open:
        return redirect(url("site.mdf.request_page", ref=sheet.row.ref))
    return _form(sheet, sheet.typed)


@bp.post("/requests/<ref>/form")
@requires(Permission.ASK_MDF)
@takes_files
def save(ref: str) -> ResponseReturnValue:
    """Keep what was typed and attached; without a script this is the button “Save”."""
    again = _keep(ref)
    if again is not None:
        return again
    flash(_("It is saved. You can go on later, on this device or on another."), "yes")
    return redirect(url("site.mdf.form", ref=ref))


@bp.post("/requests/<ref>/draft")
@requires(Permission.ASK_MDF)
def autosave(ref: str) -> ResponseReturnValue:
    """Keep what was typed, as it is typed; the answer is a line that says so."""
    sheet = _sheet(ref)
    said = _read(sheet)
    saved = _save(sheet, said)
    status = 409 if saved.stale or saved.refused else 200
    wrong = [labels.field_name(name.partition("-")[0]) for name in said.errors]
    page = render_template("mdf/_saved.html", saved=saved, at=clock.business(), wrong=wrong)
    return page, status


@bp.post("/requests/<ref>/submission")
@requires(Permission.ASK_MDF)
@takes_files
def submit(ref: str) -> ResponseReturnValue:
    """Send it to the channel support team, or say everything that stands against it."""
    again = _keep(ref)
    if again is not None:
        return again
    try:
        outcome = asking.submit(ref, **by())
    except Unseen:
        abort(404)
    sheet = _sheet(ref)
    if outcome.refused:
        if not sheet.open:
            return redirect(url("site.mdf.request_page", ref=ref))
        return _form(sheet, sheet.typed, outcome=outcome, status=422)
    promised = sheet.row.turn_due_on
    day = date_text(promised, language()) if promised else ""
    flash(_("Your request is sent. A decision is promised by %(day)s.", day=day), "yes")
    return redirect(url("site.mdf.request_page", ref=ref))


@bp.post("/requests/<ref>/withdrawal")
@requires(Permission.ASK_MDF)
def withdraw(ref: str) -> ResponseReturnValue:
    """Take it back, while it is not approved."""
    try:
        outcome = asking.withdraw(ref, actor=actor(), now=clock.business())
    except Unseen:
        abort(404)
    if outcome.refused:
        flash(" ".join(labels.sentence(each) for each in outcome.reasons), "no")
    else:
        flash(_("The request is withdrawn."), "yes")
    return redirect(url("site.mdf.request_page", ref=ref))


def _sheet(ref: str) -> Sheet:
    found = form_pages.sheet(db.session(), actor(), ref, clock.business())
    if found is None:
        abort(404)
    return found


def _read(sheet: Sheet) -> Typed:
    metrics = [each["code"] for each in sheet.metrics]
    return typed.read(request.form.to_dict(), sheet.currency, metrics)


def _save(sheet: Sheet, said: Typed) -> drafting.Saved:
    revision = request.form.get("revision", -1, type=int)
    try:
        return drafting.save(
            sheet.row.ref, said.values, revision, actor=actor(), now=clock.business()
        )
    except Unseen:
        abort(404)


def _keep(ref: str) -> ResponseReturnValue | None:
    """Keep the form's files and texts; the form again where something of it could not be."""
    sheet = _sheet(ref)
    if not sheet.open:
        flash(_("This request is sent already: what it says stands."), "wait")
        return redirect(url("site.mdf.request_page", ref=ref))
    taken = take(
        request.files.getlist("files"),
        request.form.getlist("remove"),
        subject=REQUEST_FILES + sheet.row.ref,
        partner_id=sheet.row.partner_id,
        registry_id=None,
        actor=actor(),
        now=clock.wall(),
    )
    said = _read(sheet)
    saved = _save(sheet, said)
    sheet = _sheet(ref)
    if saved.stale:
        return _form(sheet, said, theirs=sheet.typed, taken=taken, status=409)
    if said.errors or taken.refused:
        status = taken.status if taken.refused else 422
        return _form(sheet, said, taken=taken, status=status)
    return None


def _form(
    sheet: Sheet,
    said: Typed,
    *,
    theirs: Typed | None = None,
    taken: Taken | None = None,
    outcome: Outcome | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The form, with what was typed; `theirs` is what another device saved meanwhile."""
    other = _differing(said, theirs) if theirs else {}
    for each in outcome.reasons if outcome else ():
        if each.code == MdfCode.FIELD_MISSING:
            said.errors[_place(sheet, str(each.facts["field"]))] = labels.sentence(each)
    # What this device did not send stands as it is on record.
    said.texts = {**sheet.typed.texts, **said.texts}
    page = render_template(
        "mdf/form.html",
        sheet=sheet,
        row=sheet.row,
        said=said,
        theirs=other,
        stale=theirs is not None,
        outcome=outcome,
        labels=labels,
        files=asked_files(sheet.files, taken.refused if taken else ()),
        key=new_key(),
    )
    return page, status


def _place(sheet: Sheet, field: str) -> str:
    """The name of the input in which `field` is filled in."""
    return f"outcome-{sheet.metrics[0]['code']}" if field == "outcome" and sheet.metrics else field


def _differing(said: Typed, theirs: Typed) -> Mapping[str, str]:
    """What stands on record in the fields that say something else here."""
    return {
        name: theirs.text(name)
        for name, text in said.texts.items()
        if text.strip() != theirs.text(name).strip()
        and (name in said.errors or _value(said, name) != _value(theirs, name))
    }


def _value(said: Typed, name: str) -> object:
    if name.startswith("outcome-"):
        return said.values.get("outcome", {}).get(name.partition("-")[2])
    return said.values.get(name)
