"""Reading the library: materials, tools, processes, portals, and what logo one may use."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.library import brand as logos
from portal.library import commands, labels, materials, queries
from portal.library.materials import Filters, Listed
from portal.library.receipt import look
from portal.library.rules import MaterialKind
from portal.registry import page_labels, pages
from portal.store.db import db
from portal.store.files import File
from portal.web import downloads
from portal.web.guards import actor, requires
from portal.web.moment import FIRST, LAST, looking_on
from portal.web.site import LANGUAGES, row_id
from portal.web.upload_words import size_text

bp = Blueprint("library", __name__, url_prefix="/library")


@bp.get("/")
@requires(Permission.READ_LIBRARY)
def index() -> ResponseReturnValue:
    """The sales materials, narrowed by portfolio, kind and language; the tools and the processes."""
    session, who, on = db.session(), actor(), looking_on()
    registries = pages.registries(session, who)
    asked = {key: request.args.get(key, "") for key in ("portfolio", "kind", "language")}
    numbers = {each.slug: each.id for each in registries} | {"all": 0}
    filters = Filters(
        numbers.get(asked["portfolio"]),
        MaterialKind(asked["kind"]) if asked["kind"] in set(MaterialKind) else None,
        asked["language"] if asked["language"] in LANGUAGES else None,
    )
    before = _key(request.args.get("before"))
    found, more = materials.listed(session, who, on, filters, before)
    return page(
        "library/index.html",
        materials=found,
        more=more,
        first=before is None,
        asked=asked,
        narrowed=filters != Filters(),
        registries=registries,
        tools=[_standing(card) for card in queries.tools(session, who, on)],
        processes=queries.processes(session, who, on),
        edits=who.may(Permission.EDIT_LIBRARY),
    )


@bp.get("/materials/<int:material_id>")
@requires(Permission.READ_LIBRARY)
def material(material_id: int) -> ResponseReturnValue:
    """One material: what is offered on the date, what is announced, what was before."""
    found = materials.one(db.session(), actor(), looking_on(), material_id) or abort(404)
    return page("library/material.html", material=found, shown=shown(found))


@bp.get("/files/<int:material_file_id>")
@requires(Permission.READ_LIBRARY)
def file(material_file_id: int) -> ResponseReturnValue:
    """The file of a version that is offered today; who fetches it is on record."""
    who = actor()
    found = materials.file_of(db.session(), who, material_file_id) or abort(404)

    def begun() -> None:
        try:
            commands.note_download(material_file_id, actor=who, now=clock.wall())
        except commands.Unseen:
            abort(404)

    return downloads.hand_out(found, begun)


@bp.get("/portals")
@requires(Permission.READ_LIBRARY)
def portals() -> ResponseReturnValue:
    """Which portal for what, registry by registry, on the date (Q16)."""
    session, who, on = db.session(), actor(), looking_on()
    return page("library/portals.html", portals=queries.portals(session, who, on))


@bp.get("/brand")
@requires(Permission.READ_LIBRARY)
def brand() -> ResponseReturnValue:
    """Every logo with its status on the date; with `asset`, whether it may be used `on` a day (Q17)."""
    found = logos.logos(db.session(), actor(), looking_on())
    slug, typed = request.args.get("asset", ""), request.args.get("on", "").strip()
    day, error = _day(typed) if typed else looking_on(), ""
    if day is None:
        error = _("Write a date between 1990 and 2099, such as 2018-01-31.")
    known = slug in found
    return page(
        "library/brand.html",
        logos=[(logo, labels.worded(logo.status, status_word)) for logo in found.values()],
        names={key: logo.name for key, logo in found.items()},
        usable={key: logo.asset.usable(clock.today()) for key, logo in found.items()},
        slug=slug,
        typed=typed or looking_on().isoformat(),
        error=error,
        receipt=look(found, slug, day) if known and day is not None else None,
    ), 422 if error else 200


@bp.get("/brand/<int:asset_id>/file")
@requires(Permission.READ_LIBRARY)
def logo_file(asset_id: int) -> ResponseReturnValue:
    """The file of a logo that may be used today; those who keep it may have it at any time."""
    session, who, today = db.session(), actor(), clock.today()
    found = next(
        (each for each in logos.logos(session, who, today).values() if each.id == asset_id), None
    )
    if found is None or found.file_id is None or not (found.edits or found.asset.usable(today)):
        abort(404)
    kept = session.get_one(File, found.file_id)
    return downloads.hand_out(kept, lambda: downloads.note(kept))


def page(template: str, **context: Any) -> str:
    """A page of the library, with its words."""
    return render_template(
        template,
        words=page_labels,
        labels=labels,
        size=size_text,
        on=looking_on(),
        **context,
    )


def shown(found: Listed) -> Any:
    """Which version of a material is offered, when, in words."""

    def say(version_id: int | None) -> Any:
        number = found.number(version_id)
        return labels.NO_LONGER if number is None else labels.version(number)

    return labels.worded(found.shown, say)


def status_word(status: Any) -> Any:
    """A status of a brand asset as a word."""
    return labels.STATUSES[status][0]


def _standing(card: queries.Card) -> tuple[queries.Card, Any]:
    return card, labels.worded(card.fact, lambda standing: labels.STANDINGS[standing][0])


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST <= day < LAST else None


def _key(text: str | None) -> int | None:
    try:
        return row_id(text or "")
    except ValueError:
        return None
