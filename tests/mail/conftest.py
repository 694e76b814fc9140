"""A portal that sends to the office of the test, and letters to send."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from portal.config import Smtp
from portal.kernel import clock
from portal.store.db import atomic, db
from portal.store.outbox import KINDS, Mail, post
from tests.mail.office import Office, open_office

WHEN = "2017-12-01T15:04:00+00:00"
TOLD: dict[str, Any] = {
    "name": "Ana Ñandú",
    "path": "/reset/{secret}",
    "company_or_registry": "Andes & Hijos",
    "role": "partner_admin",
    "inviter_name": "Bea Ríos",
    "when": WHEN,
    "company": "Andes & Hijos",
    "registry_name": "CenturyLink",
    "team": "Canal Andino",
    "about": "Una factura",
    "state": "declined",
    "reason": "Falta el contrato.\nEnvíelo y vuelva a pedirlo.",
    "hours": 1,
    "council": "Consejo Consultivo",
    "title": "Reunión de enero",
    "day": "18/01/2018",
    "opens": "10:00",
    "place": "Denver",
    "asker": "Bea Ríos",
    "task": "half",
}


def told(kind: str) -> dict[str, Any]:
    """A context for `kind`, and no more than it asks for (and how long a link works)."""
    keys = KINDS[kind] | ({"hours"} if "path" in KINDS[kind] else set())
    return {key: TOLD[key] for key in keys}


def put(kind: str = "reset_link", now: datetime | None = None, **values: Any) -> Any:
    """The id of a mail put into the outbox."""
    values = {"to": "ana@andes.example", "language": "es", "secret": "s3cret", **values}
    if "context" not in values:
        values["context"] = told(kind)
    with atomic() as session:
        return post(session, kind, now=now or clock.wall(), **values).id


def mail(key: Any) -> Mail:
    """The row as it is now."""
    db.session.rollback()
    return db.session.get_one(Mail, key)


@pytest.fixture
def office() -> Iterator[Office]:
    with open_office() as found:
        yield found


@pytest.fixture
def posting(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The office of a portal that sends: PORTAL_SMTP is set, and nobody is woken."""
    use(app, monkeypatch, office.settings)
    monkeypatch.setattr("portal.web.mail.wake", lambda name: None)
    return office


def use(app: Flask, monkeypatch: pytest.MonkeyPatch, smtp: Smtp | None) -> None:
    """Let the portal send by another server, or by none."""
    settings = replace(app.extensions["portal.config"], smtp=smtp)
    monkeypatch.setitem(app.extensions, "portal.config", settings)


@pytest.fixture
def later() -> Callable[[Any], Callable[[], datetime]]:
    """A clock that much ahead of the wall's."""
    return lambda ahead: lambda: clock.wall() + ahead
