"""Signing in as people do: a password, then a code."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pyotp
from flask import Flask
from sqlalchemy import event, select, update
from werkzeug.test import TestResponse

from portal.accounts import demo, devices, factors, links
from portal.accounts.models import Person
from portal.kernel import clock
from portal.store.db import atomic, db
from portal.store.events import Event
from portal.store.outbox import Mail
from tests.conftest import PASSWORD
from tests.people import TOKEN, Browser

OWN_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def send(browser: Browser, path: str, at: str = "/es/sign-in", **form: str) -> TestResponse:
    """The raw answer to a form, with the token of the page `at`."""
    token = TOKEN.search(browser._send("get", at).text)
    assert token, at
    return browser._send("post", path, data={"csrf_token": token[1], **form})


def try_password(
    browser: Browser, email: str, password: str = PASSWORD, **form: str
) -> TestResponse:
    return send(browser, "/es/sign-in", email=email, password=password, **form)


def try_code(browser: Browser, code: str, **form: str) -> TestResponse:
    return send(browser, "/es/sign-in/code", "/es/sign-in/code", code=code, **form)


def code_of(email: str, now: datetime | None = None, steps: int = 0) -> str:
    """The code that a person of the demo sees on their phone."""
    entry = demo.find(email)
    secret = entry.secret if entry and entry.secret else OWN_SECRET
    at = (now or clock.wall()) + timedelta(seconds=30 * steps)
    return pyotp.TOTP(secret).at(at)


def give_factor(email: str) -> tuple[str, ...]:
    """A second factor for a partner's person, and its recovery codes."""
    who = person(email)
    with atomic() as session:
        factors.keep(session, who, factors.encrypted(OWN_SECRET), None, clock.wall())
        return factors.new_recovery_codes(session, who)


def person(email: str) -> int:
    found = db.session.scalars(select(Person.id).where(Person.email == email)).one()
    db.session.rollback()
    return found


def change(email: str, **values: object) -> None:
    with atomic() as session:
        session.execute(update(Person).where(Person.email == email).values(**values))


def events(verb: str) -> list[Event]:
    found = list(db.session.scalars(select(Event).where(Event.verb == verb).order_by(Event.id)))
    db.session.expunge_all()
    db.session.rollback()
    return found


def mails(kind: str) -> list[Mail]:
    found = list(db.session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)))
    db.session.expunge_all()
    db.session.rollback()
    return found


def signed_in(browser: Browser) -> bool:
    return browser._send("get", "/es/account/").status_code == 200


def follow_link(browser: Browser, token: str) -> TestResponse:
    """Open a mailed link, and the page it leads to."""
    first = browser._send("get", f"/es/reset?token={token}")
    assert (first.status_code, first.headers["Location"]) == (302, "/es/reset")
    return browser._send("get", "/es/reset")


def forget_device(browser: Browser) -> None:
    browser.client.delete_cookie(devices.COOKIE)


def reset_link(email: str) -> str:
    """The token of a link that somebody asked for."""
    with atomic() as session:
        found = session.scalars(select(Person).where(Person.email == email)).one()
        bound = (found.id, found.session_version)
        return links.make(session, "reset", email, now=clock.wall(), person=bound)


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Every statement sent to the database meanwhile, its verb and table."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        table = re.search(r"(?:FROM|INTO|UPDATE) (\w+)", statement)
        seen.append(f"{statement.split()[0]} {table[1] if table else ''}")

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
