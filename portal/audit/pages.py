"""An event as its reader may see it: in words, with the names of their own side only."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _

from portal.accounts.labels import ROLES
from portal.audit import labels
from portal.audit.queries import Happened, Page, is_own, subject
from portal.kernel import clock
from portal.kernel.access import PARTNER_ROLES, REGISTRY_ROLES, Actor, Permission, Role
from portal.web.site import url


class Line(NamedTuple):
    """One event in a reader's words. `person` is whose events the reader can narrow the trail to."""

    at: datetime
    verb: str
    what: str
    who: str
    person: int | None
    capacity: str
    about: str
    details: tuple[tuple[str, str | None], ...]
    origin: str
    registry: str | None
    thread: int | None


def lines(found: Page, reader: Actor) -> list[Line]:
    """The rows of a page as `reader` may see them."""
    return [_line(row, found.names, reader) for row in found.rows]


def by_day(told: list[Line]) -> list[tuple[datetime, list[tuple[str, Line]]]]:
    """The lines by the program's days, each with its time of day; order is kept."""
    days: list[tuple[datetime, list[tuple[str, Line]]]] = []
    for line in told:
        local = line.at.astimezone(clock.zone())
        if not days or days[-1][0].date() != local.date():
            days.append((local, []))
        days[-1][1].append((f"{local:%H:%M}", line))
    return days


def _line(row: Happened, names: dict[int, str], reader: Actor) -> Line:
    event, own = row.event, is_own(reader, row.event)
    name = names.get(event.person_id) if own and event.person_id is not None else None
    capacity = _capacity(row, reader)
    about = subject(event)
    return Line(
        at=event.at,
        verb=event.verb,
        what=str(labels.VERBS.get(event.verb, event.verb)),
        who=name or capacity or _nobody(event.actor),
        person=event.person_id if name else None,
        capacity=capacity if name else "",
        about=names.get(about, "") if about is not None and about != event.person_id else "",
        details=tuple(_details(row, reader)),
        origin=_origin(event.origin) if own else "",
        registry=row.registry,
        thread=row.thread,
    )


def _nobody(actor: str) -> str:
    if actor == "system":
        return str(_("The portal"))
    return str(_("Somebody not signed in") if actor == "visitor" else _("Somebody"))


def _capacity(row: Happened, reader: Actor) -> str:
    """The side and the role somebody acted in; the reader's own side goes without saying."""
    if row.event.role not in set(Role):
        return ""
    role = Role(row.event.role)
    whom = None
    if role in PARTNER_ROLES and reader.role not in PARTNER_ROLES:
        whom = row.partner
    elif role in REGISTRY_ROLES and reader.role not in REGISTRY_ROLES:
        whom = row.registry
    return " · ".join(filter(None, (whom, str(ROLES[role]))))


def _origin(origin: str) -> str:
    return _("command line") if origin == "command line" else origin


def _details(row: Happened, reader: Actor) -> Iterator[tuple[str, str | None]]:
    """What of the payload is told, each with its page where the reader has one."""
    payload: dict[str, Any] = row.event.payload
    acts_elsewhere = row.event.role not in PARTNER_ROLES
    if row.partner and reader.role not in PARTNER_ROLES and acts_elsewhere:
        yield row.partner, None
    may = reader.may(Permission.READ_ORDERS)
    for ref in payload.get("orders", ()) if row.event.verb == "orders.placed" else ():
        yield str(ref), url("site.orders.order", ref=str(ref)) if may else None
    if payload.get("role") in set(Role) and row.event.verb not in _OF_THEIR_OWN:
        yield str(ROLES[Role(payload["role"])]), None
    if payload.get("kind") in labels.KINDS:
        counts = {key: int(payload.get(key) or 0) for key in ("created", "changed")}
        yield str(labels.KINDS[payload["kind"]]), None
        yield _("%(created)s new, %(changed)s changed", **counts), None
    if "endpoint" in payload:
        yield str(payload["endpoint"]).removeprefix("site."), None


_OF_THEIR_OWN = frozenset({"person.signed_in", "person.signed_out"})
