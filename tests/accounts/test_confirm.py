"""Proving again who one is, before what can do harm (V7.2.4, V7.5.1, V7.5.3)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from portal.accounts import demo as kept
from portal.accounts.models import SignIn
from portal.kernel import clock
from portal.store.db import atomic, db
from tests.accounts.entering import (
    change,
    code_of,
    events,
    send,
    signed_in,
    try_code,
    try_password,
)
from tests.conftest import PASSWORD
from tests.people import CHANNEL, NORTE, Browser

START = datetime(2030, 5, 1, 12, 0, 10, tzinfo=UTC)
RISKY = "/es/enrol"
COOKIE = "__Host-session"


def long_ago(**ago: int) -> None:
    """Every session proved who it is that long ago."""
    with atomic() as session:
        session.execute(update(SignIn).values(confirmed_at=clock.wall() - timedelta(**ago)))


def confirm(browser: Browser, **form: str):
    return send(browser, "/es/confirm", "/es/confirm", **form)


def asked_to(browser: Browser) -> bool:
    found = browser._send("get", RISKY)
    return found.status_code == 302 and found.headers["Location"] == "/es/confirm?next=/es/enrol"


def test_what_can_do_harm_asks_who_proved_it_ten_minutes_ago(visitor: Browser) -> None:
    visitor.as_(NORTE)
    assert not asked_to(visitor)
    long_ago(minutes=9)
    assert not asked_to(visitor)
    long_ago(minutes=11)
    assert asked_to(visitor)
    visitor.get("/es/orders")


def test_a_form_may_take_half_an_hour_to_fill(visitor: Browser) -> None:
    visitor.as_(CHANNEL)
    page = visitor.get(RISKY)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    long_ago(minutes=29)
    data = {"csrf_token": token}
    assert visitor._send("post", "/es/enrol/recovery-codes", data=data).status_code == 200
    long_ago(minutes=31)
    answer = visitor._send("post", "/es/enrol/recovery-codes", data=data)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/es/confirm")


def test_the_password_proves_it_and_leads_back_under_a_new_key(visitor: Browser) -> None:
    visitor.as_(NORTE)
    long_ago(minutes=11)
    before = visitor.client.get_cookie(COOKIE)
    answer = confirm(visitor, password=PASSWORD, next=RISKY)
    assert (answer.status_code, answer.headers["Location"]) == (302, RISKY)
    assert not asked_to(visitor)
    thief = Browser(visitor.app)
    thief.client.set_cookie(COOKIE, before.value, secure=True)
    assert not signed_in(thief)
    assert len(events("person.confirmed")) == 1
    assert events("person.signed_out") == []


def test_who_has_a_factor_needs_a_code_too(visitor: Browser) -> None:
    with time_machine.travel(START, tick=False) as now:
        try_password(visitor, CHANNEL)
        try_code(visitor, code_of(CHANNEL, START))
        now.shift(timedelta(minutes=11))
        assert asked_to(visitor)
        assert confirm(visitor, password=PASSWORD).status_code == 422
        assert confirm(visitor, password=PASSWORD, code="000000").status_code == 422
        assert confirm(visitor, password="wrong", code=code_of(CHANNEL)).status_code == 422
        done = confirm(visitor, password=PASSWORD, code=code_of(CHANNEL), next="//evil.example")
        assert (done.status_code, done.headers["Location"]) == (302, "/es/")
        assert confirm(visitor, password=PASSWORD, code=code_of(CHANNEL)).status_code == 422, "once"


def test_a_wrong_password_proves_nothing_and_ten_are_enough(visitor: Browser) -> None:
    visitor.as_(NORTE)
    long_ago(minutes=11)
    found = [confirm(visitor, password="wrong").status_code for _ in range(11)]
    assert found == [422] * 10 + [429]
    assert confirm(visitor, password=PASSWORD).status_code == 429
    assert asked_to(visitor) and signed_in(visitor)
    assert len(events("person.sign_in_failed")) == 10


def test_one_click_confirms_in_a_demo_only(visitor: Browser) -> None:
    visitor.as_(NORTE)
    long_ago(minutes=11)
    assert confirm(visitor, demo="1").status_code == 302
    assert not asked_to(visitor)
    long_ago(minutes=11)
    path = kept._file()
    hidden = path.with_suffix(".away")
    path.rename(hidden)
    try:
        assert 'name="demo"' not in visitor.get("/es/confirm")
        assert confirm(visitor, demo="1").status_code == 422
        assert asked_to(visitor)
    finally:
        hidden.rename(path)


def test_a_session_that_ended_meanwhile_is_not_confirmed(visitor: Browser) -> None:
    visitor.as_(NORTE)
    page = visitor.get("/es/confirm")
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    change(NORTE, session_version=9)
    data = {"csrf_token": token, "password": PASSWORD}
    assert visitor._send("post", "/es/confirm", data=data).headers["Location"] == "/es/sign-in"
    assert not signed_in(visitor)


def test_what_was_typed_in_other_tabs_may_still_be_sent(visitor: Browser) -> None:
    """The token of forms stays through a confirmation; only the key of the session changes."""
    visitor.as_(NORTE)
    page = visitor.get("/es/orders/new")
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    confirm(visitor, password=PASSWORD)
    assert visitor._send("post", "/es/orders", data={"csrf_token": token}).status_code == 422


@pytest.mark.parametrize("path", ["/es/confirm", "/es/enrol"])
def test_nobody_confirms_who_is_not_signed_in(visitor: Browser, path: str) -> None:
    answer = visitor._send("get", path)
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/es/sign-in")


def test_the_confirmed_session_acts_in_the_same_capacity(visitor: Browser) -> None:
    visitor.as_(NORTE)
    before = db.session.scalars(select(SignIn.membership_id)).all()
    db.session.rollback()
    confirm(visitor, password=PASSWORD)
    after = db.session.scalars(select(SignIn.membership_id)).all()
    db.session.rollback()
    assert set(after) == set(before) and len(after) == 2
