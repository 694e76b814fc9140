"""A company that is no partner yet, walking in by the pages; and the mails it gets."""

import re
from typing import Any

from flask import Flask
from sqlalchemy import select

from portal.companies.models import Application
from portal.companies.rules import ApplicationState
from portal.registry.models import Agreement, Partner, Registry, Team
from portal.registry.rules import TeamKind
from portal.store.db import db
from portal.store.outbox import Mail
from tests.people import Browser
from tests.registry.world import CTL, L3

EMAIL, COMPANY, CONTACT = "rosa@nuevo.example", "Enlaces Nuevo Puerto", "Rosa Candelaria"
NOTE = "Vendemos enlaces CANARIO-NOTA\n\na puertos <b>y astilleros</b>."
PASSWORD = "siete faroles bajo llovizna"


def form(**changed: Any) -> dict[str, Any]:
    """What a visitor types: for both registries, unless told otherwise."""
    typed = {
        "company": COMPANY,
        "contact": CONTACT,
        "email": EMAIL,
        "language": "es",
        f"program_{CTL}": "indirect",
        f"program_{L3}": "alliance",
        "note": NOTE,
    }
    return {**typed, **changed}


def mails(kind: str = "") -> list[Mail]:
    """The mails written so far, oldest first."""
    found = list(db.session.scalars(select(Mail).order_by(Mail.created_at, Mail.id)))
    db.session.expunge_all()
    db.session.rollback()
    return [mail for mail in found if not kind or mail.kind == kind]


def ask(app: Flask, **changed: Any) -> str:
    """Apply as a visitor; the token that was mailed."""
    browser = Browser(app)
    browser.post("/es/apply", form(**changed))
    token = mails("application_link")[-1].secret
    assert token
    return token


def join(app: Flask, **changed: Any) -> Browser:
    """Apply and confirm; nobody is signed in by it."""
    token, browser = ask(app, **changed), Browser(app)
    page = f"/es/apply/confirm?token={token}"
    browser.post("/es/apply/confirm", {"token": token, "password": PASSWORD}, at=page)
    return browser


def company(app: Flask, **changed: Any) -> Browser:
    """The administrator of a company that has applied, signed in."""
    browser = join(app, **changed)
    browser.post("/es/sign-in", {"email": changed.get("email", EMAIL), "password": PASSWORD})
    return browser


def applications(name: str = COMPANY) -> dict[str, Application]:
    """The latest application of a company by registry."""
    rows = db.session.execute(
        select(Registry.slug, Application)
        .join(Registry, Registry.id == Application.registry_id)
        .join(Partner, Partner.id == Application.partner_id)
        .where(Partner.name == name)
        .order_by(Application.id)
    ).all()
    db.session.expunge_all()
    db.session.rollback()
    return {row[0]: row[1] for row in rows}


def state(name: str = COMPANY, slug: str = CTL) -> ApplicationState:
    """Where the latest application of a company to a registry stands."""
    return applications(name)[slug].state


def team(slug: str) -> int:
    """A channel team of a registry."""
    found = db.session.scalars(
        select(Team.id)
        .join(Registry, Registry.id == Team.registry_id)
        .where(Registry.slug == slug, Team.kind == TeamKind.CHANNEL)
        .order_by(Team.id)
    ).first()
    db.session.rollback()
    assert found
    return found


def terms(slug: str = CTL, **changed: Any) -> dict[str, Any]:
    """What a channel manager types to approve."""
    typed = {
        "number": "N-9001",
        "starts_on": "2017-12-01",
        "ends_on": "",
        "team": str(team(slug)),
        "compensation": "Indirect 2017 · 11 % MRC",
        "schedule": "Mensual · día 20",
    }
    return {**typed, **changed}


def plain(page: str) -> str:
    """A page without the number it was asked by and without its token."""
    return re.sub(r'/applications/\d+|name="csrf_token" value="[^"]*"', "", page)


def agreements(name: str = COMPANY) -> list[Agreement]:
    """The agreements of a company."""
    query = select(Agreement).join(Partner, Partner.id == Agreement.partner_id)
    found = list(db.session.scalars(query.where(Partner.name == name)))
    db.session.expunge_all()
    db.session.rollback()
    return found
