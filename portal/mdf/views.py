"""The pages of MDF that everybody lands on: what one has to do with, and one request whole."""

from datetime import date

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.mdf import labels, overview, review_labels, turn_words, waiting
from portal.mdf.actions import actions
from portal.mdf.blueprint import bp
from portal.mdf.idle import idle
from portal.mdf.keys import new_key
from portal.mdf.receipt import receipt
from portal.mdf.request_pages import RequestPage, one
from portal.mdf.rules import Party
from portal.mdf.steps import party_of
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.site import row_id
from portal.web.upload_words import asked


@bp.get("/")
@requires(Permission.READ_MDF)
def index() -> ResponseReturnValue:
    """What a company asked, claimed and was allocated; what waits for those of the registry's side."""
    session, who, on = db.session(), actor(), clock.today()
    after = request.args.get("after", type=row_id)
    party = party_of(who)
    found, more = overview.listed(session, who, after=after)
    staff = party in (Party.CHANNEL, Party.LEAD)
    queued, later = waiting.waiting(session, who) if staff else ([], None)
    return render_template(
        "mdf/index.html",
        found=found,
        more=more,
        after=after,
        waiting=queued,
        later=later,
        claims=[] if staff else overview.claims(session, who, overview.CLAIMS_OF[party]),
        counts=overview.counts(session, who),
        idle=idle(session, who, on),
        shares=overview.shares(session, who.partner_id) if who.partner_id else [],
        said=lambda each: _said(each, party, on),
        labels=labels,
        words=review_labels,
        party=party,
        on=on,
    )


@bp.get("/requests/<ref>")
@requires(Permission.READ_MDF)
def request_page(ref: str) -> ResponseReturnValue:
    """One request: what is asked, what it got, and everything that happened, in one timeline (M5)."""
    who, on = actor(), clock.today()
    page = one(db.session(), who, ref)
    if page is None:
        abort(404)
    party = party_of(who)
    return render_template(
        "mdf/request.html",
        page=page,
        row=page.row,
        labels=labels,
        words=turn_words,
        turns=_turns(page, party),
        ways=actions(page, who, on),
        receipt_of=receipt(page, ours=party is Party.PARTNER),
        sent=asked(page.files)["kept"],
        ours=party is Party.PARTNER,
        key=new_key(),
    )


def _said(each: overview.Listed, reader: Party, on: date) -> turn_words.Said | None:
    if each.turn is None:
        return None
    return turn_words.said(each.turn, each.row.state, each.claim, reader, on)


def _turns(page: RequestPage, reader: Party) -> list[turn_words.Said]:
    states = {claim.ref: claim.state for claim in page.claims}
    return [
        turn_words.said(
            *(turn, page.row.state, states[turn.claim] if turn.claim else None),
            *(reader, clock.today()),
        )
        for turn in page.turns
    ]
