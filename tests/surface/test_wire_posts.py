"""Posts are ours or refused; reading changes nothing (catalogue B1). Found by the address map.

Two walls stand before every post: what a browser says of where it comes from, and the token of the
very session. Each is tried without the other.
"""

from pathlib import Path

import pytest
from flask import Flask, request
from flask_wtf import csrf

from portal.web import edge
from tests import people
from tests.conftest import House
from tests.people import TOKEN, Browser
from tests.surface.dump import changed, columns, dump
from tests.surface.paths import path_of, rules, walk
from tests.surface.rivals import settle

FOREIGN = [
    *("https://evil.example", "null", "", "http://localhost.evil.example", "https://localhost:8443"),
    *("https://portal.test.evil.example", "http://portal.test", "file://", "portal.test", "https://portal.test:8443"),
]  # fmt: skip


def token(browser: Browser) -> str:
    found = TOKEN.search(browser._send("get", "/es/on").text)
    assert found
    return found[1]


def posts(app: Flask) -> list[str]:
    return [path_of(rule) for rule in rules(app, "POST")]


class Past:
    """Counts the posts that got past every guard to where views are called."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0

        def dispatch() -> str:
            self.count += request.method == "POST"
            return "reached"

        monkeypatch.setattr(app, "dispatch_request", dispatch)


@pytest.mark.parametrize("email", ["", people.NORTE_ADMIN, people.CHANNEL, people.ADMIN])
def test_a_post_without_the_sessions_own_token_reaches_no_view(
    demo: Flask, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No token, an empty, a broken, a stranger's one; in the query, as JSON, as plain text."""
    browser, other = Browser(demo), Browser(demo)
    if email:
        browser.as_(email)
    good, stranger = token(browser), token(other)
    past = Past(demo, monkeypatch)
    for path in posts(demo):
        for sent in ({}, {"csrf_token": ""}, {"csrf_token": f"{good}x"}, {"csrf_token": stranger}):
            assert browser._send("post", path, data=sent).status_code == 400, (path, sent)
        for more in (
            {"query_string": {"csrf_token": good}},
            {"json": {"csrf_token": good}},
            {"data": f"csrf_token={good}", "content_type": "text/plain"},
            {"headers": {"Cookie": f"csrf_token={good}"}},
        ):
            assert browser._send("post", path, **more).status_code == 400, (path, more)
    assert past.count == 0


def test_another_sites_page_reaches_no_view_even_with_a_good_token(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(demo).as_(people.NORTE_ADMIN)
    good = {"csrf_token": token(browser)}
    past = Past(demo, monkeypatch)
    told = [{"Origin": origin, "Host": "portal.test"} for origin in FOREIGN]
    told += [{"Sec-Fetch-Site": site} for site in ("cross-site", "same-site", "")]
    told += [{"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}]
    for path in posts(demo):
        for headers in told:
            response = browser._send("post", path, data=good, headers=headers)
            assert response.status_code == 400, (path, headers)
    assert past.count == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost:8000", "Host": "localhost:8000"},
        {"Origin": "http://127.0.0.1:8000", "Host": "127.0.0.1:8000"},
        {"Origin": "http://[::1]:8000", "Host": "[::1]:8000"},
        {"Origin": "https://portal.test"},
        {"Origin": "https://portal.test:443", "Host": "portal.test"},
        {"Origin": "https://PORTAL.test", "Host": "Portal.Test:443"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_ones_own_page_reaches_it(
    demo: Flask, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: by each name of the portal; by its own behind a proxy that keeps no Host."""
    browser = Browser(demo)
    good = {"csrf_token": token(browser)}
    monkeypatch.setitem(demo.config, "WTF_CSRF_ENABLED", True)
    past = Past(demo, monkeypatch)
    browser._send("post", "/es/on", data=good, headers=headers)
    # The session's cookie is this client's for "localhost" alone: elsewhere the token is no token.
    assert past.count == ("Host" not in headers or headers["Host"].startswith("localhost"))


@pytest.mark.parametrize("wall", ["origin", "token"])
def test_with_one_wall_down_the_other_stands(
    demo: Flask, wall: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The controls: each alone still refuses; with both down a stranger's post gets through."""
    browser = Browser(demo).as_(people.NORTE_ADMIN)
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    past = Past(demo, monkeypatch)
    if wall == "origin":
        monkeypatch.setattr(edge, "_foreign", lambda own: False)
    else:
        monkeypatch.setattr(csrf, "validate_csrf", lambda *_, **__: None)
    assert browser._send("post", "/es/orders", headers=headers).status_code == 400
    assert past.count == 0
    monkeypatch.setattr(edge, "_foreign", lambda own: False)
    monkeypatch.setattr(csrf, "validate_csrf", lambda *_, **__: None)
    assert browser._send("post", "/es/orders", headers=headers).status_code == 200
    assert past.count == 1


# The only writes that reading makes: receipts that are only added to, and when a notice was opened.
RECEIPTS = {"faq_miss", "sign_in", "event", "material_download"}
# Opening one serves the company, which may settle from when it holds (N2).
OPENED = {
    ("notice_reader", "opened_at"),
    *(("notice_partner", column) for column in ("served_at", "served_how", "due_at", "effect_on")),
}
TOLD = {"access.denied", "file.downloaded", "material.downloaded", "mdf.exported", "notices.opened"}


@pytest.mark.parametrize(
    "email", ["", people.NORTE, people.NORTE_ADMIN, people.CHANNEL, people.ADMIN]
)
def test_reading_changes_nothing(sqlite_house: House, tmp_path: Path, email: str) -> None:
    """Every link of a reader is followed, every page asked by HEAD and OPTIONS too."""
    settle(sqlite_house, tmp_path)
    app = sqlite_house.app
    browser = Browser(app).as_(email) if email else Browser(app)
    before = dump(app)
    found = walk(browser)
    for rule in rules(app, "GET"):
        for method in ("get", "head", "options"):
            browser._send(method, path_of(rule, found)).close()  # a download holds its file open
    after = dump(app)
    assert set(changed(before, after)) - {table for table, _ in OPENED} <= RECEIPTS
    assert {each for each in columns(before, after) if each[0] not in RECEIPTS} <= OPENED
    for name in RECEIPTS & set(before):
        assert len(after[name]) >= len(before[name]), name
    told = changed(before, after).get("event", [])
    assert {getattr(row, "verb", "") for row in told} <= TOLD, "an act by reading"


def test_the_comparison_sees_one_value(sqlite_house: House, tmp_path: Path) -> None:
    """The control: looking at another date is kept in the cookie; signing out is a row."""
    settle(sqlite_house, tmp_path)
    app = sqlite_house.app
    browser = Browser(app).as_(people.NORTE)
    before = dump(app)
    browser.post("/es/sign-out", {}, at="/es/on")
    assert "event" in changed(before, dump(app))
