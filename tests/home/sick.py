"""A portal that stands well, and one way to break each thing the doctor looks at, on real databases."""

import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import delete, select

from portal.accounts.factors import encrypted, new_secret
from portal.accounts.models import Factor, Membership, Person
from portal.config import from_environment
from portal.home import doctor
from portal.kernel import clock
from portal.kernel.access import STAFF_ROLES, Role, actor_for
from portal.orders.commands import place as place_order
from portal.registry.models import Partner
from portal.store import blobs
from portal.store.db import atomic, db
from portal.store.files import Upload, keep
from portal.store.outbox import post
from portal.web.checkup import Place
from portal.web.jobs import JobRun
from tests.library.papers import lay_out
from tests.orders.world import add, basket

ENVIRONMENT = {
    "PORTAL_URL": "https://partners.example",
    "PORTAL_PROXIES": "1",
    "PORTAL_SMTP": "smtps://mail.example",
    "PORTAL_MAIL_FROM": "portal@partners.example",
}


@dataclass
class Ward:
    """A portal of the demo's rows that is fit for the world, and what puts it right again."""

    place: Place
    monkeypatch: pytest.MonkeyPatch
    after: ExitStack = field(default_factory=ExitStack)

    @property
    def app(self) -> Flask:
        return self.place.app

    @property
    def data(self) -> Path:
        return self.place.settings.data

    @property
    def sqlite(self) -> bool:
        return db.engine.dialect.name == "sqlite"

    def codes(self) -> dict[str, bool]:
        """The code of each finding, and whether it is a fault here."""
        told = [one for outcome in doctor.ask(self.place) for one in outcome.told]
        return {one.finding.code: one.fault for one in told}

    def settings(self, **changed: Any) -> None:
        self.place = replace(self.place, settings=replace(self.place.settings, **changed))

    def configure(self, **changed: Any) -> None:
        for name, value in changed.items():
            self.monkeypatch.setitem(self.app.config, name, value)

    def raw(self, *statements: str) -> None:
        """Past the portal and all that the database would check."""
        db.session.rollback()
        if self.sqlite:
            connection = sqlite3.connect(str(db.engine.url.database))
            connection.execute("PRAGMA foreign_keys = OFF")
        else:
            url = db.engine.url.set(drivername="postgresql")
            connection = psycopg.connect(url.render_as_string(False))  # type: ignore[assignment]
            connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    def later(self, *statements: str) -> None:
        """What puts the schema right again."""
        self.after.callback(self.raw, *statements)


def fit(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Ward:
    """The demo's rows under a portal that has what the world asks for."""
    settings = from_environment({**ENVIRONMENT, "PORTAL_DATA": str(folder)})
    monkeypatch.setitem(app.extensions, "portal.config", settings)
    for name, value in {"SECRET_KEY": settings.secret_key, "TESTING": False}.items():
        monkeypatch.setitem(app.config, name, value)
    lay_out()  # the files of the demo
    program = app.extensions["portal.program"]
    monkeypatch.setattr(clock, "_clock", clock.BusinessClock(clock.zone()))
    now = clock.wall()
    with atomic() as session:
        for person in session.scalars(select(Person)):
            person.email = person.email_key = f"real{person.id}@partners.example"
        staff = select(Membership.person_id).where(Membership.role.in_(STAFF_ROLES))
        session.execute(delete(Factor))  # those of the demo are under the key of the tests
        secret = encrypted(new_secret())
        for person_id in session.scalars(staff.distinct()).all():
            session.add(
                Factor(
                    person_id=person_id,
                    kind="totp",
                    secret=secret,
                    created_at=now,
                    confirmed_at=now,
                )
            )
        session.add(JobRun(name="heartbeat", slot="now", started_at=now))
    return Ward(Place(app, settings, program, now, deploy=True, deep=True), monkeypatch)


def someone() -> int:
    found = db.session.scalars(select(Person.id).order_by(Person.id)).first()
    db.session.rollback()
    assert found is not None
    return found


def a_decision(ward: Ward) -> None:
    with atomic() as session:
        member = session.scalars(select(Membership).where(Membership.partner_id.is_not(None)))
        one = member.first()
        assert one is not None
        company = session.get_one(Partner, one.partner_id).code
        actor = actor_for(Role.PARTNER_USER, person_id=one.person_id, partner_id=one.partner_id)
    asked = basket(add("nowhere", line="a"), partner=company)
    place_order(asked, actor=actor, now=clock.business(), key="k")


def a_file(ward: Ward) -> str:
    blob = blobs.write(b"hello")
    with atomic() as session:
        actor = actor_for(Role.FINANCE, person_id=someone())
        upload = Upload("a.txt", "text/plain", blob.sha256, blob.size)
        places = {"partner_id": None, "registry_id": None, "subject": "test:1"}
        keep(session, upload, **places, actor=actor, now=clock.wall())  # type: ignore[arg-type]
    return blob.sha256


def a_mail(**values: Any) -> None:
    now = clock.wall() - timedelta(hours=1)
    with atomic() as session:
        told = {"name": "A", "when": "now"}
        mail = post(
            session,
            "password_changed",
            to="a@x.example",
            language="es",
            now=now,
            context=told,
        )
        for name, value in values.items():
            setattr(mail, name, value)
