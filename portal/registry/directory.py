"""The directory: the teams of both registries with their people, and the partners."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from portal.kernel.access import Permission
from portal.registry import companies, page_labels, pages, team_pages
from portal.registry.training import trainings
from portal.store.db import db
from portal.web.guards import actor, requires
from portal.web.hours import hours_text
from portal.web.moment import looking_on

directory = Blueprint("directory", __name__, url_prefix="/directory")


@directory.get("/")
@requires(Permission.READ_DIRECTORY)
def index() -> ResponseReturnValue:
    """Every team, its people and its hours; `q` finds teams and people, by a former address too (Q9).

    Asked with the header X-Partial it gives the results alone, for the search that follows typing.
    """
    session, who, on = db.session(), actor(), looking_on()
    q = request.args.get("q", "").strip()[: team_pages.LONGEST]
    hits = team_pages.search(session, who, q, on)
    partial = bool(request.headers.get("X-Partial"))
    return render_template(
        "directory/_results.html" if partial else "directory/index.html",
        q=q,
        hits=hits,
        teams=[] if q else team_pages.all_teams(session, who, on),
        own=set() if q else team_pages.own_teams(session, who, on),
        words=page_labels,
        hours=hours_text,
        sees_partners=who.may(Permission.READ_PARTNERS),
    )


@directory.get("/teams/<int:team_id>")
@requires(Permission.READ_DIRECTORY)
def team(team_id: int) -> ResponseReturnValue:
    """One team with its people."""
    session, who, on = db.session(), actor(), looking_on()
    found = team_pages.cards(session, who, [team_id], on).get(team_id) or abort(404)
    own = team_id in team_pages.own_teams(session, who, on)
    return render_template(
        "directory/team.html", team=found, words=page_labels, hours=hours_text, own=own
    )


@directory.get("/partners/")
@requires(Permission.READ_PARTNERS)
def partners() -> ResponseReturnValue:
    """The partner companies the reader knows; `q` finds one by part of its name or its id."""
    session, who = db.session(), actor()
    q = request.args.get("q", "").strip()[: team_pages.LONGEST]
    found = companies.partners(session, who, q, request.args.get("after"))
    ids = [row[0] for row in found.rows]
    agreed = companies.agreements(session, who, looking_on(), partner_ids=ids)
    return render_template(
        "directory/partners.html", q=q, found=found, agreements=agreed, words=page_labels
    )


@directory.get("/partners/<int:partner_id>")
@requires(Permission.READ_PARTNERS)
def partner(partner_id: int) -> ResponseReturnValue:
    """One partner company, with its agreements and contracts where the reader's role sees them."""
    session, who, on = db.session(), actor(), looking_on()
    found = companies.partner(session, who, partner_id) or abort(404)
    books = pages.registries(session, who) if who.may(Permission.READ_CONTRACTS) else []
    counted = pages.counts(session, who, on, partner_id) if books else {}
    return render_template(
        "directory/partner.html",
        partner=found,
        agreements=companies.agreements(session, who, on, partner_ids=[partner_id]),
        books=[(book, *counted.get(book.id, (0, 0, 0))) for book in books],
        trainings=trainings(session, who, partner_id, on) if books else [],
        words=page_labels,
        on=on,
    )
