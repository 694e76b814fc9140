"""Who has an account is told by no text, status, header or work done (0.5, B4, B5; V6.3.8).

Time itself is measured by `./dev bench security`; here the work behind it is counted.
"""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.accounts import passwords, signing_in
from portal.accounts.forgetting import NO_PASSWORD
from tests.accounts.entering import change, send, statements
from tests.people import CHANNEL, NORTE, SUR, TOKEN, Browser

ADDRESS = re.compile(r"[^\s\"<>]+@[^\s\"<>,]+")
NOBODY = "nobody@norte.example"


class Work:
    """What one try costs and says."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app, self.hashed = app, []
        real = passwords.HASHER.verify

        def verify(kept: str, typed: str) -> bool:
            self.hashed.append(kept.rsplit("$", 2)[0])
            return bool(real(kept, typed))

        monkeypatch.setattr(
            type(passwords.HASHER), "verify", lambda _self, *asked: verify_of(*asked)
        )
        verify_of = verify

    def of(self, act: Callable[[Browser, str], TestResponse], email: str) -> tuple[object, ...]:
        self.hashed.clear()
        browser = Browser(self.app)
        browser._send("get", "/es/sign-in")
        with statements(self.app) as seen:
            answer = act(browser, email)
        text = ADDRESS.sub("@", TOKEN.sub("", answer.text))
        headers = sorted(
            (name, "" if name == "Set-Cookie" else value) for name, value in answer.headers
        )
        headers = [(name, value) for name, value in headers if name != "Content-Length"]
        return answer.status_code, text, tuple(headers), tuple(self.hashed), tuple(seen)


@pytest.fixture
def work(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> Work:
    change(SUR, active=False, password_hash=NO_PASSWORD)
    return Work(demo, monkeypatch)


def try_wrong(browser: Browser, email: str) -> TestResponse:
    return send(browser, "/es/sign-in", email=email, password="wrong")


def ask_for_a_link(browser: Browser, email: str) -> TestResponse:
    return send(browser, "/es/forgot", "/es/forgot", email=email)


PEOPLE = {"known": NORTE, "with a factor": CHANNEL, "who left": SUR, "nobody": NOBODY}


def test_a_wrong_password_says_and_costs_the_same_for_everybody(work: Work) -> None:
    found = {who: work.of(try_wrong, email) for who, email in PEOPLE.items()}
    assert len(set(found.values())) == 1, found
    status, _text, _headers, hashed, seen = found["known"]
    assert status == 422 and len(hashed) == 1 and len(seen) > 5


def test_a_try_that_must_wait_says_and_costs_the_same_for_everybody(work: Work) -> None:
    found = {}
    for number, (who, email) in enumerate(PEOPLE.items()):
        where = {"REMOTE_ADDR": f"192.0.2.{number}"}

        def act(browser: Browser, email: str, where: dict[str, str] = where) -> TestResponse:
            token = TOKEN.search(browser._send("get", "/es/sign-in").text)
            assert token
            form = {"csrf_token": token[1], "email": email, "password": "wrong"}
            return browser._send("post", "/es/sign-in", data=form, environ_base=where)

        for _ in range(10):
            act(Browser(work.app), email)
        status, text, headers, hashed, seen = work.of(act, email)
        headers = tuple(pair for pair in headers if pair[0] != "Retry-After")
        found[who] = status, re.sub(r"\d+ min", "", text), headers, hashed, seen
    assert len(set(found.values())) == 1, found
    status, text, _headers, hashed, _seen = found["known"]
    assert status == 429 and hashed == () and "/es/forgot" in str(text)


def test_asking_for_a_link_says_and_costs_the_same_for_everybody(work: Work) -> None:
    """Where nobody gets a mail, as much is read and written, in tables of their own."""
    found = {who: work.of(ask_for_a_link, email) for who, email in PEOPLE.items()}
    said = {(status, text, headers) for status, text, headers, _, _ in found.values()}
    assert len(said) == 1
    kinds = {
        who: sorted(statement.split()[0] for statement in cost[4]) for who, cost in found.items()
    }
    assert len(set(map(tuple, kinds.values()))) == 1, {who: cost[4] for who, cost in found.items()}


def test_without_the_hash_of_nobody_an_unknown_address_costs_less(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the count sees a check that is left out."""
    real = passwords.verify
    monkeypatch.setattr(
        signing_in.passwords, "verify", lambda kept, typed: bool(kept) and real(kept, typed)
    )
    assert work.of(try_wrong, NORTE) != work.of(try_wrong, NOBODY)


def test_without_the_decoy_an_unknown_address_writes_less(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the count sees a row that is left out."""
    from portal.accounts import resets

    monkeypatch.setattr(resets, "_as_if", lambda session, now: None)
    known, unknown = (work.of(ask_for_a_link, email)[4] for email in (NORTE, NOBODY))
    assert isinstance(known, tuple) and isinstance(unknown, tuple)
    assert len(known) > len(unknown)


def test_an_address_of_any_kind_is_answered(work: Work) -> None:
    for email in ("x", "a@b", "ü@ñ.example", "a" * 254, "'; --", "<b>@x.example"):
        assert work.of(try_wrong, email)[0] == 422
