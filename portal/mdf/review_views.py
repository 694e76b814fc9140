"""The channel's side of requests: what waits, and one request to decide on."""

from collections.abc import Callable

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.mdf import labels, review_labels, review_pages, reviewing, waiting
from portal.mdf.blueprint import bp
from portal.mdf.deciding import Outcome
from portal.mdf.review_desk import answer, review_page, seen, sent
from portal.mdf.rules import RequestState
from portal.mdf.transitions import Verb
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import row_id

STATES: dict[str, RequestState | None] = {
    **{state.value: state for state in RequestState if state is not RequestState.DRAFT},
    "all": None,
}


@bp.get("/queue")
@requires(Permission.REVIEW_MDF)
def queue() -> ResponseReturnValue:
    """What waits for the registry's channel people, the oldest promise first; other states on request."""
    session, who, args = db.session(), actor(), request.args
    state = args.get("state", "")
    company = args.get("company", type=row_id)
    found: list[waiting.Waiting]
    more: str | int | None
    if state in STATES:
        last = args.get("after", type=row_id)
        found, more = waiting.of_state(session, who, STATES[state], company=company, after=last)
    else:
        state, place = waiting.WAITING, args.get("after", "")
        found, more = waiting.waiting(session, who, company=company, after=place)
    return render_template(
        "mdf/queue.html",
        found=found,
        more=more,
        state=state,
        states=[(key, labels.STATES[each][0]) for key, each in STATES.items() if each],
        company=company,
        companies=waiting.companies(session, who),
        later="after" in args,
        today=clock.today(),
        labels=labels,
        words=review_labels,
    )


@bp.get("/requests/<ref>/review")
@requires(Permission.REVIEW_MDF)
def review(ref: str) -> ResponseReturnValue:
    """One request to decide on, with what the rules say of it already."""
    return review_page(ref)


@bp.post("/requests/<ref>/approval")
@requires(Permission.REVIEW_MDF)
def approve(ref: str) -> ResponseReturnValue:
    """Say yes, also to a part: the last word, or the first of two."""
    form = sent(Verb.APPROVE)
    form.currency = seen(ref)[1].currency
    if not form.validate():
        return review_page(ref, Verb.APPROVE, form, 422)
    amount, note = form.parsed, form.note.data or ""
    return answer(
        *(ref, Verb.APPROVE, form), lambda **told: reviewing.approve(ref, amount, note, **told)
    )


@bp.post("/requests/<ref>/question")
@requires(Permission.REVIEW_MDF)
def question(ref: str) -> ResponseReturnValue:
    """Ask the company to mend what is named."""
    seen(ref)
    form = sent(Verb.ASK)
    if not form.validate():
        return review_page(ref, Verb.ASK, form, 422)
    fields, note = tuple(form.fields.data), form.note.data
    return answer(ref, Verb.ASK, form, lambda **told: reviewing.ask(ref, fields, note, **told))


@bp.post("/requests/<ref>/rejection")
@requires(Permission.REVIEW_MDF)
def reject(ref: str) -> ResponseReturnValue:
    """Send it back with a reason: it may be mended and sent again."""
    return _refuse(ref, Verb.REJECT, reviewing.reject)


@bp.post("/requests/<ref>/decline")
@requires(Permission.REVIEW_MDF)
def decline(ref: str) -> ResponseReturnValue:
    """Say no for good, with a reason and what would be accepted instead."""
    return _refuse(ref, Verb.DECLINE, reviewing.decline)


def _refuse(ref: str, verb: Verb, command: Callable[..., Outcome]) -> ResponseReturnValue:
    seen(ref)
    form = sent(verb)
    if not form.validate():
        return review_page(ref, verb, form, 422)
    found = review_pages.one(db.session(), actor(), ref, clock.today())
    note = form.note(found.instead if found else "")
    return answer(ref, verb, form, lambda **told: command(ref, note, **told))
