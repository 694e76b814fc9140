"""Asking and answering in the demo world, as its people do, and what is then on record."""

import re
from typing import Any

from flask import Flask
from sqlalchemy import select

from portal.concerns.models import Concern
from portal.kernel import clock
from portal.registry.facts import ACCOUNT_TEAM
from portal.registry.models import Contract, Team
from portal.store.db import atomic, db
from portal.store.facts import WarrantKind, warrant
from portal.store.outbox import Mail
from portal.store.periods import take_effect
from tests.companies.cast import actor
from tests.people import ADMIN, NORTE, Browser

TEXT = "CANARIO-TEXTO <b>y más</b>\n\ndos párrafos"
CONTRACT, SERVED_BY = "CTL-2015-0042", "CTL-CUENTA-1"
KEY = re.compile(r'name="key"[^>]*value="([^"]+)"')


def asked(browser: Browser, lang: str = "es", status: int = 302, **changed: Any) -> str:
    """Ask about the relationship with the first registry, or as `changed` says; the thread's path."""
    at = f"/{lang}/ask/new"
    key = KEY.search(browser.get(at))
    assert key
    form = {"about": "relationship:centurylink", "subject": "Una duda", "text": TEXT, "key": key[1]}
    said = browser.post(at, {**form, **changed}, status=status)
    assert browser.page is not None
    return browser.page.headers["Location"] if status == 302 else said


def about_contract(app: Flask, number: str = CONTRACT, email: str = NORTE) -> str:
    """The path of a new question about a contract, as its team has it."""
    path = asked(Browser(app).as_(email), about="contract", number=number)
    return path.replace("/ask/", "/answers/")


def kept() -> Concern:
    """The newest question."""
    found = db.session.scalars(select(Concern).order_by(Concern.id.desc())).first()
    assert found is not None
    db.session.expunge_all()
    db.session.rollback()
    return found


def team(code: str) -> int:
    """The id of a team."""
    found = db.session.scalars(select(Team.id).where(Team.code == code)).one()
    db.session.rollback()
    return found


def told(kind: str, concern_id: int) -> set[str]:
    """To whom mails of that kind about that question went; none says what was written."""
    query = select(Mail).where(Mail.kind == kind)
    found = [
        mail
        for mail in db.session.scalars(query)
        if mail.context["path"].endswith(f"/{concern_id}")
    ]
    assert all("CANARIO" not in repr(mail.context) for mail in found)
    addresses = {mail.to_address for mail in found}
    db.session.rollback()
    return addresses


def moves(number: str, code: str) -> None:
    """Let a notice give the line of a contract another account team from today on."""
    who = actor(ADMIN)
    with atomic() as session:
        line = session.scalars(select(Contract.line_id).where(Contract.number == number)).one()
        stands = warrant(session, WarrantKind.NOTICE, reason="N-1", actor=who, at=clock.wall())
        there = session.scalars(select(Team.id).where(Team.code == code)).one()
        take_effect(session, ACCOUNT_TEAM, {line: there}, on=clock.today(), warrant_id=stands.id)
