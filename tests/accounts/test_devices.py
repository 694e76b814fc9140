"""A browser one signed in with before: it keeps the owner from being locked out, and opens nothing
(B3, B4; V6.3.5).
"""

from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from portal.accounts import devices
from portal.accounts.models import Device
from portal.store.db import atomic, db
from tests.accounts.entering import (
    code_of,
    events,
    forget_device,
    mails,
    signed_in,
    try_code,
    try_password,
)
from tests.people import CHANNEL, NORTE, SUR, Browser

START = datetime(2030, 5, 1, 12, 0, 10, tzinfo=UTC)


def token(browser: Browser) -> str:
    found = browser.client.get_cookie(devices.COOKIE)
    assert found is not None
    return found.value


def count() -> int:
    found = db.session.scalar(select(func.count(Device.id))) or 0
    db.session.rollback()
    return found


def lock(app: Flask, email: str) -> None:
    """Strangers use up the tries at an account, and those of this network."""
    stranger = Browser(app)
    assert [try_password(stranger, email, "wrong").status_code for _ in range(11)][-1] == 429


def test_the_cookie_is_set_at_full_sign_in_and_only_this_portal_reads_it(visitor: Browser) -> None:
    answer = try_password(visitor, CHANNEL)
    assert devices.COOKIE not in str(answer.headers.getlist("Set-Cookie"))
    done = try_code(visitor, code_of(CHANNEL))
    said = next(c for c in done.headers.getlist("Set-Cookie") if c.startswith(devices.COOKIE))
    assert devices.COOKIE.startswith("__Host-") and "Domain" not in said
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={365 * 24 * 3600}"):
        assert part in said, part
    assert len(token(visitor)) >= 43, "256 bits"
    kept = db.session.scalars(select(Device.token_hash)).one()
    db.session.rollback()
    assert token(visitor) not in kept


def test_its_owner_gets_in_while_strangers_try(visitor: Browser) -> None:
    assert try_password(visitor, NORTE).status_code == 302
    lock(visitor.app, NORTE)
    fresh = Browser(visitor.app)
    assert try_password(fresh, NORTE).status_code == 429, "the control: an unknown browser waits"
    assert try_password(visitor, NORTE).status_code == 302
    assert signed_in(visitor)


def test_it_has_ten_tries_of_its_own(visitor: Browser) -> None:
    try_password(visitor, NORTE)
    found = [try_password(visitor, NORTE, "wrong").status_code for _ in range(11)]
    assert found == [422] * 10 + [429]
    assert try_password(Browser(visitor.app), NORTE).status_code == 302, (
        "others are not counted with it"
    )


def test_it_belongs_to_one_person(visitor: Browser) -> None:
    try_password(visitor, NORTE)
    lock(visitor.app, SUR)
    assert try_password(visitor, SUR).status_code == 429


def test_it_opens_nothing_by_itself(visitor: Browser) -> None:
    try_password(visitor, CHANNEL)
    try_code(visitor, code_of(CHANNEL))
    other = Browser(visitor.app)
    other.client.set_cookie(devices.COOKIE, token(visitor), secure=True)
    assert not signed_in(other)
    assert try_password(other, CHANNEL).headers["Location"] == "/es/sign-in/code"


def test_its_token_changes_with_every_sign_in_and_the_one_before_is_worth_nothing(
    visitor: Browser,
) -> None:
    try_password(visitor, NORTE)
    before = token(visitor)
    try_password(visitor, NORTE)
    assert token(visitor) != before and count() == 1
    lock(visitor.app, NORTE)
    thief = Browser(visitor.app)
    thief.client.set_cookie(devices.COOKIE, before, secure=True)
    assert try_password(thief, NORTE).status_code == 429


def test_after_a_year_it_is_a_strange_one(visitor: Browser) -> None:
    with time_machine.travel(START, tick=False) as now:
        try_password(visitor, NORTE)
        now.shift(timedelta(days=366))
        lock(visitor.app, NORTE)
        assert try_password(visitor, NORTE).status_code == 429


def test_a_new_one_is_told_by_mail_but_not_the_first(visitor: Browser) -> None:
    try_password(visitor, NORTE)
    assert mails("signed_in_new_device") == []
    try_password(visitor, NORTE)
    assert mails("signed_in_new_device") == []
    try_password(Browser(visitor.app), NORTE)
    told = mails("signed_in_new_device")
    assert [mail.to_address for mail in told] == [NORTE] and told[0].context["when"]
    assert len(events("person.device_known")) == 2


def test_somebody_else_on_the_same_browser_takes_its_place(visitor: Browser) -> None:
    for email in (NORTE, SUR):
        assert try_password(visitor, email).status_code == 302
    assert count() == 2
    forget_device(visitor)
    assert try_password(visitor, SUR).status_code == 302 and count() == 3


def test_a_made_up_token_is_no_device(visitor: Browser) -> None:
    lock(visitor.app, NORTE)
    for made_up in ("", "x", "A" * 43, "A" * 3000, "\x7f", "é"):
        visitor.client.set_cookie(devices.COOKIE, made_up, secure=True)
        assert try_password(visitor, NORTE).status_code == 429


def test_one_click_of_the_demo_makes_no_device(visitor: Browser) -> None:
    visitor.as_(NORTE)
    assert count() == 0 and mails("signed_in_new_device") == []


def test_old_ones_are_swept(visitor: Browser) -> None:
    from portal.accounts.jobs import sweep

    try_password(visitor, NORTE)
    with atomic() as session:
        session.execute(update(Device).values(created_at=START))
    sweep(START + timedelta(days=364))
    assert count() == 1
    sweep(START + timedelta(days=366))
    assert count() == 0
