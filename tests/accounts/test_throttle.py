"""Tries are counted before any work is done for them, exactly, whoever tries (B4; V6.3.1, V6.6.3)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal.accounts import throttle
from portal.accounts.jobs import sweep
from portal.accounts.models import Attempt
from portal.accounts.throttle import Bucket, Later, Reserved, network, reserve
from portal.kernel import clock
from portal.store.db import atomic, db
from tests.accounts.crowd import try_passwords, try_passwords_unlocked, try_passwords_unreserved
from tests.accounts.entering import events, signed_in, try_password
from tests.concurrency.crowd import together
from tests.conftest import PASSWORD
from tests.people import NORTE, SUR, TOKEN, Browser

START = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)


def wrong(browser: Browser, email: str, times: int, origin: str = "192.0.2.1") -> list[int]:
    """The status of each of so many wrong tries."""
    return [_try(browser, email, "wrong", origin).status_code for _ in range(times)]


def _try(browser: Browser, email: str, password: str, origin: str):
    token = TOKEN.search(browser._send("get", "/es/sign-in").text)
    form = {"csrf_token": token[1], "email": email, "password": password}
    where = {"REMOTE_ADDR": origin}
    return browser._send("post", "/es/sign-in", data=form, environ_base=where)


def test_ten_wrong_tries_are_answered_and_the_next_must_wait(visitor: Browser) -> None:
    with time_machine.travel(START, tick=False):
        assert wrong(visitor, NORTE, 11) == [422] * 10 + [429]
        answer = _try(visitor, NORTE, PASSWORD, "198.51.100.7")
    assert answer.status_code == 429, "from another network too, and with the right password"
    assert answer.headers["Retry-After"] == "901"
    assert "/es/forgot" in answer.text and "16" in answer.text
    assert not signed_in(visitor)
    assert len(events("person.sign_in_failed")) == 10
    assert len(events("person.sign_in_throttled")) == 2


def test_the_next_try_may_come_when_the_oldest_is_a_quarter_of_an_hour_old(
    visitor: Browser,
) -> None:
    with time_machine.travel(START, tick=False) as now:
        wrong(visitor, NORTE, 5)
        now.shift(timedelta(minutes=5))
        wrong(visitor, NORTE, 5)
        now.shift(timedelta(minutes=9))
        assert wrong(visitor, NORTE, 3) == [429] * 3, "a refused try does not make it longer"
        now.shift(timedelta(minutes=1, seconds=1))
        assert wrong(visitor, NORTE, 6) == [422] * 5 + [429]


def test_an_address_that_nobody_has_is_counted_alike(visitor: Browser) -> None:
    assert wrong(visitor, "nobody@norte.example", 11) == [422] * 10 + [429]


def test_the_address_is_counted_as_it_is_compared(visitor: Browser) -> None:
    with time_machine.travel(START, tick=False):
        for number, typed in enumerate((NORTE, NORTE.upper(), f" {NORTE} ", NORTE.title())):
            assert wrong(visitor, typed, 3, f"192.0.2.{number}")[-1] == (
                429 if number == 3 else 422
            )


def test_one_network_tries_ten_addresses_and_no_more(visitor: Browser) -> None:
    found = [wrong(visitor, f"{n}@x.example", 1, f"2001:db8:1:2::{n:x}")[0] for n in range(11)]
    assert found == [422] * 10 + [429], "one IPv6 customer has a whole /64"
    assert wrong(visitor, "last@x.example", 1, "2001:db8:1:3::1") == [422]


def test_a_forwarded_for_header_buys_no_more_tries(visitor: Browser) -> None:
    found = []
    for number in range(11):
        token = TOKEN.search(visitor._send("get", "/es/sign-in").text)
        assert token
        form = {"csrf_token": token[1], "email": f"{number}@x.example", "password": "wrong"}
        told = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
        found.append(visitor._send("post", "/es/sign-in", data=form, headers=told).status_code)
    assert found[-1] == 429


def test_strangers_all_together_have_a_limit(app: Flask) -> None:
    with atomic() as session:
        for number in range(300):
            taken = reserve(
                session,
                throttle.sign_in_buckets(
                    f"{number}@x.example", f"10.0.{number % 250}.{number // 250}", None
                ),
                START,
            )
            assert isinstance(taken, Reserved)
        more = reserve(session, throttle.sign_in_buckets("y@x.example", "10.1.1.1", None), START)
        known = reserve(session, throttle.sign_in_buckets("y@x.example", "10.1.1.1", "d"), START)
    assert isinstance(more, Later) and isinstance(known, Reserved)


def test_a_try_that_succeeds_is_taken_off_the_count(visitor: Browser) -> None:
    for _ in range(12):
        assert try_password(Browser(visitor.app), NORTE).status_code == 302
    assert db.session.scalar(select(func.count(Attempt.id))) == 0
    db.session.rollback()
    wrong(visitor, NORTE, 9, "127.0.0.1")
    assert try_password(visitor, NORTE).status_code == 302
    assert db.session.scalar(select(func.count(Attempt.id))) == 27, "three counts for each of nine"
    db.session.rollback()


def test_what_is_counted_names_nobody(visitor: Browser) -> None:
    wrong(visitor, NORTE, 1)
    kept = db.session.execute(select(Attempt.kind, Attempt.key)).all()
    db.session.rollback()
    assert kept and "norte" not in str(kept) and "192.0.2" not in str(kept)
    for event in events("person.sign_in_failed"):
        assert "norte" not in str(event.payload) and event.origin == "192.0.2.1"


def test_old_tries_are_forgotten(visitor: Browser) -> None:
    with time_machine.travel(START, tick=False):
        wrong(visitor, NORTE, 1)
    sweep(START + timedelta(minutes=59))
    assert db.session.scalar(select(func.count(Attempt.id))) == 3
    db.session.rollback()
    sweep(START + timedelta(minutes=61))
    assert db.session.scalar(select(func.count(Attempt.id))) == 0
    db.session.rollback()


NETWORKS = [
    ("192.0.2.7", "192.0.2.7"),
    ("::ffff:192.0.2.7", "192.0.2.7"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ("fe80::1%eth0", "fe80::/64"),
    ("", "unknown"),
    ("x" * 999, "unknown"),
]


@pytest.mark.parametrize(("origin", "whose"), NETWORKS)
def test_a_network_is_an_address_or_a_64(origin: str, whose: str) -> None:
    assert network(origin) == whose


def test_refused_is_refused_in_every_bucket(app: Flask) -> None:
    """A try that one bucket refuses takes no place in another."""
    full, open_ = Bucket("a", "1", limit=0 + 1), Bucket("b", "1")
    with atomic() as session:
        assert isinstance(reserve(session, [full], START), Reserved)
        assert reserve(session, [full, open_], START) == Later(901)
        assert session.scalar(select(func.count(Attempt.id)).where(Attempt.kind == "b")) == 0


def test_twenty_at_once_over_two_processes_never_hash_more_than_ten_times(demo: Flask) -> None:
    hashes = together(demo, try_passwords, [(SUR, 10)] * 2)
    assert sum(hashes) == 10, hashes
    assert len(events("person.sign_in_failed")) == 10
    assert len(events("person.sign_in_throttled")) == 10


def test_without_the_reservation_all_twenty_are_hashed(demo: Flask) -> None:
    """The control."""
    assert sum(together(demo, try_passwords_unreserved, [(SUR, 10)] * 2)) == 20


def test_without_queueing_more_than_ten_are_hashed(demo: Flask) -> None:
    """The control on PostgreSQL; on SQLite the transaction itself is the queue."""
    hashes = together(demo, try_passwords_unlocked, [(SUR, 10)] * 2)
    if db.engine.dialect.name == "postgresql":
        assert sum(hashes) > 10
    else:
        assert sum(hashes) == 10


def test_the_clock_of_the_throttle_is_the_wall(visitor: Browser) -> None:
    wrong(visitor, NORTE, 1)
    newest = db.session.scalar(select(func.max(Attempt.at)))
    db.session.rollback()
    assert newest is not None and abs(clock.wall() - newest) < timedelta(minutes=5)
