"""The page of a review with its forms, and how each of them is answered: done, or shown again as typed."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from portal.kernel import clock
from portal.kernel.decision import Reason
from portal.mdf import labels, queries, review_pages
from portal.mdf.amounts import written
from portal.mdf.deciding import Outcome, Unseen
from portal.mdf.keys import by, new_key
from portal.mdf.models import Fund, FundRequest
from portal.mdf.request_pages import RequestPage, one
from portal.mdf.review_forms import ApproveForm, AskForm, NoForm, NoteForm, WhyForm
from portal.mdf.review_labels import DONE
from portal.mdf.rules import MdfCode
from portal.mdf.transitions import Verb
from portal.store.db import db
from portal.web.guards import actor
from portal.web.site import url
from portal.web.upload_words import asked

FORMS: Mapping[Verb, Callable[..., FlaskForm]] = {
    Verb.APPROVE: ApproveForm,
    Verb.ASK: AskForm,
    Verb.REJECT: NoForm,
    Verb.DECLINE: NoForm,
    Verb.MOVE_DATES: NoteForm,
    Verb.KEEP_DATES: WhyForm,
    Verb.EXTEND: WhyForm,
}


def sent(verb: Verb) -> Any:
    """The form of `verb`, as it was sent."""
    return FORMS[verb](prefix=verb.name.lower())


def seen(ref: str) -> tuple[FundRequest, Fund]:
    """The request and its fund; 404 where the reader does not see it."""
    row = queries.request(db.session(), actor(), ref)
    if row is None:
        abort(404)
    return row, db.session().get_one(Fund, row.fund_id)


def reading(row: FundRequest) -> str:
    """What of a request somebody has read: it changes with each save and each sending."""
    return f"{row.revision}.{row.round}"


def names_of(page: RequestPage) -> dict[str, str]:
    """The names behind the codes of a reason about a request."""
    return labels.names_of(page.fund, page.slug, page.registry)


def review_page(
    ref: str, verb: Verb | None = None, form: Any = None, status: int = 200
) -> ResponseReturnValue:
    """The page, with the form of `verb` as it was sent. Sent again after a refusal it is a new deed."""
    found = review_pages.one(db.session(), actor(), ref, clock.today())
    if found is None:
        abort(404)
    forms: dict[str, Any] = {
        each.name.lower(): make(prefix=each.name.lower(), formdata=None)
        for each, make in FORMS.items()
    }
    facts = found.facts
    if facts is not None:
        offered = min(facts.asked, facts.available) or facts.asked
        forms["approve"].amount.data = written(offered, facts.currency)
    if verb is not None:
        forms[verb.name.lower()] = form
    for each in ("reject", "decline"):
        forms[each].spoken(found.language)
    page = render_template(
        "mdf/review.html",
        found=found,
        page=found.page,
        row=found.page.row,
        forms=forms,
        said=form,
        reading=reading(found.page.row),
        opened=verb.name.lower() if verb else "",
        key=new_key(None if status == 409 else request.form.get("key")),
        against=[labels.sentence(each, names_of(found.page)) for each in found.against],
        files=asked(found.page.files)["kept"],
        labels=labels,
        today=clock.today(),
    )
    return page, status


def answer(
    ref: str, verb: Verb, form: Any, command: Callable[..., Outcome], to: str = ""
) -> ResponseReturnValue:
    """Do it and go on to the request, or `to`; what is refused is shown with its reasons, and so is a
    request that reads otherwise than when its page was opened.
    """
    row, _fund = seen(ref)
    if request.form.get("seen", reading(row)) != reading(row):
        form.form_errors.append(
            _("This request has changed since you opened it: read it again, and decide then.")
        )
        return review_page(ref, verb, form, 409)
    outcome = run(command)
    if outcome.refused:
        found = one(db.session(), actor(), ref)
        form.form_errors.extend(words(outcome.reasons, found))
        return review_page(ref, verb, form, 409)
    first = any(each.code == MdfCode.SECOND_NEEDED for each in outcome.reasons)
    flash(DONE[Verb.ENDORSE if first else verb], "yes")
    return redirect(to or url("site.mdf.request_page", ref=ref))


def run(command: Callable[..., Outcome]) -> Outcome:
    """What becomes of a command that the reader gives now, under the key of the form."""
    try:
        return command(**by())
    except Unseen:
        abort(404)


def words(reasons: tuple[Reason, ...], page: RequestPage | None) -> list[str]:
    """The reasons that block, in the reader's language."""
    names = names_of(page) if page else {}
    return [labels.sentence(each, names) for each in reasons if each.blocks]
