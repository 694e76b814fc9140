"""The second step: a code of the app, once, near its time, of this person, soon after the password
(B6; V6.3.3, V6.5.1, V6.5.5, V6.5.8, V6.6.2, V7.2.4).
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from portal.accounts import signing_in
from portal.accounts.models import Factor, Level, SignIn
from portal.accounts.signing_in import Asked, Entered
from portal.kernel import clock
from portal.store.db import atomic, db
from tests.accounts.crowd import enter_with
from tests.accounts.entering import (
    change,
    code_of,
    send,
    signed_in,
    try_code,
    try_password,
)
from tests.concurrency.crowd import together
from tests.conftest import PASSWORD
from tests.people import CHANNEL, LEAD, Browser

START = datetime(2030, 5, 1, 12, 0, 10, tzinfo=UTC)
COOKIE = "__Host-session"
CODE = re.compile(r'"id">((?:[A-Z2-9]{4} ){5}[A-Z2-9]{4})<')


def cookie(browser: Browser) -> str:
    found = browser.client.get_cookie(COOKIE)
    assert found is not None
    return found.value


def test_a_password_alone_signs_nobody_in_who_has_a_factor(visitor: Browser) -> None:
    answer = try_password(visitor, CHANNEL, next="/es/contracts/")
    assert answer.headers["Location"] == "/es/sign-in/code?next=/es/contracts/"
    assert not signed_in(visitor)
    form = visitor.get("/es/sign-in/code?next=/es/contracts/")
    assert 'autocomplete="one-time-code"' in form
    done = try_code(visitor, code_of(CHANNEL), next="/es/contracts/")
    assert (done.status_code, done.headers["Location"]) == (302, "/es/contracts/")
    assert signed_in(visitor)


def test_each_step_begins_a_session_under_a_new_key(visitor: Browser) -> None:
    """B2, V7.2.4: none of the keys before opens anything."""
    seen = [visitor.get("/es/sign-in") and cookie(visitor)]
    try_password(visitor, CHANNEL)
    seen.append(cookie(visitor))
    try_code(visitor, code_of(CHANNEL))
    for before in seen:
        thief = Browser(visitor.app)
        thief.client.set_cookie(COOKIE, before, secure=True)
        assert not signed_in(thief)
        assert thief._send("get", "/es/orders").status_code == 302
    with visitor.app.app_context():
        keys = db.session.execute(select(SignIn.level, SignIn.ended_at)).all()
        db.session.rollback()
    assert sorted((level, ended is None) for level, ended in keys) == [
        (Level.CODE, False),
        (Level.FULL, True),
    ]


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 302), (0, 302), (1, 302), (2, 422)])
def test_the_code_of_this_half_minute_and_its_neighbours_is_taken(
    visitor: Browser, steps: int, status: int
) -> None:
    with time_machine.travel(START, tick=False):
        try_password(visitor, CHANNEL)
        assert try_code(visitor, code_of(CHANNEL, START, steps)).status_code == status


def test_a_code_works_once_and_none_before_it_after(visitor: Browser) -> None:
    """A replay, from elsewhere and at once, is refused; so is the code before."""
    with time_machine.travel(START, tick=False):
        try_password(visitor, CHANNEL)
        assert try_code(visitor, code_of(CHANNEL, START)).status_code == 302
        thief = Browser(visitor.app)
        try_password(thief, CHANNEL)
        assert try_code(thief, code_of(CHANNEL, START)).status_code == 422
        assert try_code(thief, code_of(CHANNEL, START, -1)).status_code == 422
        assert try_code(thief, code_of(CHANNEL, START, 1)).status_code == 302, (
            "the next one is good"
        )


def test_twenty_at_once_with_one_code_sign_in_once(demo: Flask) -> None:
    waiting = signing_in.with_password(CHANNEL, PASSWORD, asked=Asked(), now=clock.wall())
    assert isinstance(waiting, Entered) and waiting.level is Level.CODE
    found = together(demo, enter_with, [(waiting.key, code_of(CHANNEL), 10)] * 2)
    assert sum(found) == 1, found


def test_without_the_taken_step_a_code_could_be_replayed(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with nothing kept of the step, the thief of above gets in."""
    with time_machine.travel(START, tick=False):
        for browser in (visitor, Browser(visitor.app)):
            try_password(browser, CHANNEL)
            assert try_code(browser, code_of(CHANNEL, START)).status_code == 302
            with atomic() as session:
                session.execute(update(Factor).values(last_step=None))


def test_the_code_of_somebody_else_is_no_code(visitor: Browser) -> None:
    try_password(visitor, CHANNEL)
    assert try_code(visitor, code_of(LEAD)).status_code == 422
    assert not signed_in(visitor)


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "0" * 60, "-1", "1e5"]
)
def test_what_is_no_code_is_refused(visitor: Browser, typed: str) -> None:
    try_password(visitor, CHANNEL)
    assert try_code(visitor, typed).status_code == 422


def test_blanks_that_an_app_shows_are_taken(visitor: Browser) -> None:
    try_password(visitor, CHANNEL)
    code = code_of(CHANNEL)
    assert try_code(visitor, f" {code[:3]} {code[3:]} ").status_code == 302


def test_five_wrong_codes_in_five_minutes_and_then_one_waits(visitor: Browser) -> None:
    with time_machine.travel(START, tick=False) as now:
        try_password(visitor, CHANNEL)
        statuses = [try_code(visitor, "000000").status_code for _ in range(6)]
        assert statuses == [422] * 5 + [429]
        other = Browser(visitor.app)
        try_password(other, CHANNEL)
        answer = try_code(other, code_of(CHANNEL, START))
        assert answer.status_code == 429, "another session of the same person counts with it"
        assert answer.headers["Retry-After"] == "301"
        now.shift(timedelta(minutes=5, seconds=1))
        assert try_code(other, code_of(CHANNEL, clock.wall())).status_code == 302


def test_the_second_step_waits_ten_minutes(visitor: Browser) -> None:
    with time_machine.travel(START, tick=False) as now:
        try_password(visitor, CHANNEL)
        now.shift(timedelta(minutes=10, seconds=1))
        answer = try_code(visitor, code_of(CHANNEL, clock.wall()))
        assert answer.headers["Location"].startswith("/es/sign-in") and not signed_in(visitor)
        assert visitor._send("get", "/es/sign-in/code").status_code == 302


@pytest.mark.parametrize("change_of", [{"active": False}, {"session_version": 77}])
def test_what_changed_meanwhile_ends_the_wait(
    visitor: Browser, change_of: dict[str, object]
) -> None:
    try_password(visitor, CHANNEL)
    change(CHANNEL, **change_of)
    assert try_code(visitor, code_of(CHANNEL)).status_code == 302
    assert not signed_in(visitor)


def test_nobody_has_a_second_step_without_the_first(visitor: Browser) -> None:
    assert visitor._send("get", "/es/sign-in/code").headers["Location"] == "/es/sign-in"
    answer = send(visitor, "/es/sign-in/code", code=code_of(CHANNEL))
    assert answer.headers["Location"] == "/es/sign-in" and not signed_in(visitor)
