"""Setting up the second step, changing and losing it (B6; V6.3.3, V6.4.4, V6.5.6, V7.4.3, V7.5.1)."""

import re

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts import demo as kept
from portal.accounts import factors, proofs, signing_in
from portal.accounts.models import Factor, Level, Membership, RecoveryCode
from portal.accounts.signing_in import Asked, Entered
from portal.kernel import clock
from portal.kernel.access import STAFF_ROLES, Role
from portal.store.db import atomic, db
from tests.accounts.entering import (
    OWN_SECRET,
    code_of,
    events,
    give_factor,
    mails,
    person,
    send,
    signed_in,
    try_code,
    try_password,
)
from tests.conftest import PASSWORD
from tests.people import CHANNEL, EVERYONE, NORTE, NORTE_ADMIN, Browser

COOKIE = "__Host-session"
CODE = re.compile(r'"id">((?:[A-Z2-9]{4} ){5}[A-Z2-9]{4})<')


def cookie(browser: Browser) -> str:
    found = browser.client.get_cookie(COOKIE)
    assert found is not None
    return found.value


def without_factor(email: str) -> None:
    who = person(email)
    with atomic() as session:
        factors.remove(session, who)


def secret_on(page: str) -> str:
    found = re.search(r'<span class="id">([A-Z2-7 ]{39})</span>', page)
    assert found
    return found[1].replace(" ", "")


def test_staff_without_a_factor_reach_nothing_but_setting_it_up(visitor: Browser) -> None:
    without_factor(CHANNEL)
    answer = try_password(visitor, CHANNEL)
    assert answer.headers["Location"] == "/es/enrol"
    for path in ("/es/orders", "/es/contracts/", "/es/account/", "/es/directory/"):
        found = visitor._send("get", path)
        assert (found.status_code, found.headers.get("Location")) == (302, "/es/enrol"), path
    page = visitor.get("/es/enrol")
    assert "<svg" in page and "style" not in page.partition("<svg")[2].partition("</svg>")[0]
    before = cookie(visitor)
    code = pyotp.TOTP(secret_on(page)).now()
    done = send(visitor, "/es/enrol", "/es/enrol", code=code)
    assert done.status_code == 200 and len(CODE.findall(done.text)) == 10
    assert signed_in(visitor)
    thief = Browser(visitor.app)
    thief.client.set_cookie(COOKIE, before, secure=True)
    assert not signed_in(thief)
    assert [e.verb for e in events("person.factor_added")][-1:] and mails("factor_changed")
    assert events("person.signed_in")[-1].payload == {"by": "set_up"}


def test_what_is_set_up_is_what_the_app_has(visitor: Browser) -> None:
    """A wrong first code keeps the secret shown, so that the app need not scan again."""
    without_factor(CHANNEL)
    try_password(visitor, CHANNEL)
    shown = secret_on(visitor.get("/es/enrol"))
    wrong = send(visitor, "/es/enrol", "/es/enrol", code="000000")
    assert wrong.status_code == 422 and secret_on(wrong.text) == shown
    assert shown not in cookie(visitor)
    with visitor.app.app_context():
        assert factors.confirmed(db.session(), person(CHANNEL)) is None
        db.session.rollback()


def test_the_role_decides_who_needs_a_factor(demo: Flask) -> None:
    """Each staff role, and no partner's; a partner's person who is staff elsewhere needs one too."""
    for email in EVERYONE:
        entry = kept.find(email)
        assert entry is not None
        assert bool(entry.secret) == (entry.role in STAFF_ROLES), email
    assert not proofs.factor_required(person(NORTE))
    who = person(NORTE)
    with atomic() as session:
        added = Membership(person_id=who, role=Role.SUPPORT, since=clock.wall())
        session.add(added)
    entered = signing_in.with_password(NORTE, PASSWORD, asked=Asked(), now=clock.wall())
    assert isinstance(entered, Entered) and entered.level is Level.ENROL


def test_a_partners_person_may_have_a_factor_and_do_without_again(visitor: Browser) -> None:
    """V6.5.6; other sessions end with either change (V7.4.3)."""
    other = Browser(visitor.app).as_(NORTE)
    visitor.as_(NORTE)
    page = visitor.get("/es/enrol")
    code = pyotp.TOTP(secret_on(page)).now()
    assert send(visitor, "/es/enrol", "/es/enrol", code=code).status_code == 200
    assert not signed_in(other)
    assert try_password(other, NORTE).headers["Location"] == "/es/sign-in/code"
    assert "10" in visitor.get("/es/enrol")
    assert send(visitor, "/es/enrol/removal", "/es/enrol").status_code == 302
    assert signed_in(visitor)
    assert try_password(other, NORTE).headers["Location"] == "/es/"
    assert len(mails("factor_changed")) == 2 and len(events("person.factor_removed")) == 1


def test_staff_cannot_do_without(visitor: Browser) -> None:
    visitor.as_(CHANNEL)
    assert "enrol/removal" not in visitor.get("/es/enrol")
    assert send(visitor, "/es/enrol/removal", "/es/enrol").status_code == 403
    assert factors.confirmed(db.session(), person(CHANNEL)) is not None
    db.session.rollback()


def test_a_new_phone_takes_the_place_of_the_old(visitor: Browser) -> None:
    give_factor(NORTE_ADMIN)
    visitor.as_(NORTE_ADMIN)
    page = visitor.get("/es/enrol?again=1")
    code = pyotp.TOTP(secret_on(page)).now()
    assert secret_on(page) != OWN_SECRET
    assert send(visitor, "/es/enrol", "/es/enrol?again=1", code=code).status_code == 200
    other = Browser(visitor.app)
    try_password(other, NORTE_ADMIN)
    assert try_code(other, code_of(NORTE_ADMIN)).status_code == 422
    assert db.session.scalar(select(func.count(RecoveryCode.id))) == 10
    db.session.rollback()


def test_the_secret_is_kept_encrypted_and_is_lost_with_the_key(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = db.session.scalars(select(Factor.secret)).all()
    db.session.rollback()
    secrets = [entry.secret for entry in kept.people() if entry.secret]
    assert rows and not [s for s in secrets if any(s in row for row in rows)]
    assert {factors.decrypted(row) for row in rows} == set(secrets)
    monkeypatch.setattr(factors, "derived", lambda purpose: b"x" * 32)
    assert {factors.decrypted(row) for row in rows} == {None}
    try_password(visitor, CHANNEL)
    assert try_code(visitor, code_of(CHANNEL)).status_code == 422


def test_the_operator_helps_whoever_lost_phone_and_codes(visitor: Browser) -> None:
    """V6.4.4, V6.4.6: the factor goes, nobody learns a password; staff set up a new one."""
    browser = visitor.as_(CHANNEL)
    done = visitor.app.test_cli_runner().invoke(args=["accounts", "reset-factor", CHANNEL])
    assert done.exit_code == 0, done.output
    assert not signed_in(browser)
    assert try_password(visitor, CHANNEL).headers["Location"] == "/es/enrol"
    assert mails("factor_changed")[-1].person_id == person(CHANNEL)
    again = visitor.app.test_cli_runner().invoke(args=["accounts", "reset-factor", CHANNEL])
    assert again.exit_code == 1 and "no second step" in again.output


def test_the_demo_keeps_its_secrets_when_it_is_made_again(demo: Flask) -> None:
    before = {entry.email: entry.secret for entry in kept.people()}
    done = demo.test_cli_runner().invoke(args=["seed", "demo", "--json"])
    assert done.exit_code == 0, done.output
    assert {entry.email: entry.secret for entry in kept.people()} == before
    assert before[CHANNEL] in done.output
