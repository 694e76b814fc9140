"""The trail of what happened, as a page and as a file."""

import csv
import io
import uuid
from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.audit import commands, labels, pages, queries
from portal.audit.pages import Line
from portal.audit.queries import Filters
from portal.audit.rules import ADMINISTRATION, Group
from portal.kernel import clock
from portal.kernel.access import Actor, Permission, Role
from portal.registry.export import tame
from portal.store.db import db
from portal.store.seals import newest
from portal.web.guards import actor, requires
from portal.web.site import row_id

bp = Blueprint("audit", __name__, url_prefix="/trail")
ROWS_AT_ONCE = 500


@bp.get("/")
@requires(Permission.READ_TRAIL)
def index() -> ResponseReturnValue:
    """What happened, newest first, narrowed to a group of events and a person in the address."""
    session, who = db.session(), actor()
    people = queries.own_people(session, who)
    filters = _filters(request.args.get("group", ""), request.args.get("person", type=row_id))
    before = request.args.get("before", type=uuid.UUID)
    found = queries.page(session, who, filters, before)
    chosen = filters.person
    if chosen in found.names and chosen not in dict(people):
        people.append((chosen, found.names[chosen]))
    return render_template(
        "audit/index.html",
        days=pages.by_day(pages.lines(found, who)),
        shown=len(found.rows),
        older=found.older,
        first=before is None,
        filters=filters,
        groups=[(group.value, labels.GROUPS[group]) for group in _groups(who)],
        people=people,
        head=newest(session),
        runs_the_portal=who.role is Role.ADMIN,
    )


@bp.post("/export")
@requires(Permission.READ_TRAIL)
def export() -> ResponseReturnValue:
    """The whole trail, narrowed alike, as CSV; that it was taken is the first line of it."""
    who = actor()
    filters = _filters(request.form.get("group", ""), request.form.get("person", type=row_id))
    commands.note_export(filters, actor=who, now=clock.wall())
    return Response(
        stream_with_context(_csv(who, filters)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{_("trail")}.csv"'},
    )


def _csv(who: Actor, filters: Filters) -> Iterator[str]:
    """The file, some rows at a time: each read ends before the next, however slowly they are taken."""
    yield _row([_("When (UTC)"), _("What"), _("Event"), _("Who"), _("Role"), _("About"),
                _("Details"), _("Registry"), _("From where")])  # fmt: skip
    before: uuid.UUID | None = None
    while True:
        found = queries.page(db.session(), who, filters, before, ROWS_AT_ONCE)
        text = "".join(_row(_cells(line)) for line in pages.lines(found, who))
        db.session().rollback()
        yield text
        before = found.older
        if before is None:
            return


def _cells(line: Line) -> list[str]:
    details = "; ".join(text for text, _page in line.details)
    return [line.at.isoformat(timespec="seconds"), line.what, line.verb, line.who, line.capacity,
            line.about, details, line.registry or "", line.origin]  # fmt: skip


def _row(cells: list[str]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow([tame(cell) for cell in cells])
    return out.getvalue()


def _groups(who: Actor) -> list[Group]:
    """The groups of which the reader's trail can hold any."""
    return [group for group in Group if who.role is not Role.ADMIN or group in ADMINISTRATION]


def _filters(group: str, person: int | None) -> Filters:
    """What was asked for; what says nothing narrows nothing."""
    return Filters(Group(group) if group in set(Group) else None, person)
