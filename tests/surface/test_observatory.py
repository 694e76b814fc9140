"""Every answer scores 120 or more by the weights of the Mozilla HTTP Observatory (section 0.4, B11).

Pages as a visitor and signed in, error pages, redirects, downloads, static files and JSON. What
cannot be judged here, redirection from http and the certificate, is said in `observatory.py`.
"""

from pathlib import Path

import pytest
from sqlalchemy import event
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from portal.store.db import db
from portal.web import headers as wire
from tests import people
from tests.conftest import House
from tests.page import parse
from tests.people import Browser
from tests.surface.observatory import results, score
from tests.surface.paths import path_of, rules, walk
from tests.surface.rivals import settle

BAR = 120
READERS = ("", people.NORTE_ADMIN, people.CHANNEL, people.SUPPORT, people.ADMIN)


def judge(response: TestResponse, what: str) -> int:
    """The score of an answer; the page itself may not undo what the headers say."""
    html = response.text if response.mimetype == "text/html" else ""
    found = score(response.headers, html)
    assert found >= BAR, f"{what}: {found}, {results(response.headers, html)}"
    metas = [node.attrs for node in parse(html).all("meta", "base")] if html else []
    assert not [each for each in metas if "http-equiv" in each or "href" in each], what
    return found


@pytest.mark.parametrize("email", READERS)
def test_every_page_somebody_reaches_scores_it(
    sqlite_house: House, tmp_path: Path, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is asked on the way is judged: pages, redirects, refusals, downloads."""
    settle(sqlite_house, tmp_path)
    browser, seen = Browser(sqlite_house.app), []
    if email:
        browser.as_(email)
    ask = browser._send

    def judged(method: str, path: str, **more: object) -> TestResponse:
        response = ask(method, path, buffered=True, **more)
        seen.append(judge(response, path))
        return response

    monkeypatch.setattr(browser, "_send", judged)
    found = walk(browser, deep=1)
    for rule in rules(browser.app, "GET"):
        judged("get", path_of(rule, found))
        judged("head", path_of(rule))
    for rule in rules(browser.app, "POST"):
        judged("post", path_of(rule, found))
    for source in sorted(found.static):
        judged("get", source)
    assert len(seen) > 60 and found.static


@pytest.mark.parametrize(
    ("status", "method", "path", "more"),
    [
        (301, "get", "/es/faq/", {}),
        (302, "get", "/es/contracts/", {}),
        (304, "get", "/static", {"headers": {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}}),
        (400, "post", "/es/sign-in", {}),
        (400, "get", "/es/faq?q=%00", {}),
        (400, "get", "/es/", {"headers": {"Host": "evil.example"}}),
        (404, "get", "/es/nada", {}),
        (404, "get", "/api/v1/nothing", {}),
        (404, "get", "/static/nothing.css", {}),
        (405, "put", "/es/faq", {}),
        (413, "post", "/es/sign-in", {"data": {"email": "x" * 3_000_000}}),
    ],
)  # fmt: skip
def test_so_does_every_error(
    visitor: Browser, status: int, method: str, path: str, more: dict[str, object]
) -> None:
    if path == "/static":
        path = next(iter(visitor.app.extensions["portal.static"].values()))
    if path == "/es/faq/":
        status = visitor._send(method, path).status_code  # this portal knows no such address
    response = visitor._send(method, path, buffered=True, **more)
    assert response.status_code == status
    judge(response, path)


def test_so_do_what_ones_role_has_not_what_is_wrong_and_another_date(visitor: Browser) -> None:
    browser = visitor.as_(people.FINANCE)
    for path, status in (("/es/orders", 403), ("/es/contracts/", 403)):
        browser.get(path, status=status)
        assert browser.page is not None
        judge(browser.page, path)
    browser = Browser(visitor.app).as_(people.NORTE)
    for at, form, status in (("/es/on", {"on": "x"}, 422), ("/es/on", {"on": "2018-05-01"}, 302)):
        browser.post(at, form, status=status)
        assert browser.page is not None
        judge(browser.page, at)
    browser.post("/es/orders", {}, status=409, at="/es/on")
    assert browser.page is not None
    judge(browser.page, "409")


def test_so_does_the_page_of_what_went_wrong_on_our_side(visitor: Browser) -> None:
    browser = visitor.as_(people.NORTE)

    def refuse(*_: object) -> None:
        raise ConnectionError("gone")

    event.listen(db.engine, "before_cursor_execute", refuse)
    try:
        response = browser._send("get", "/es/orders")
    finally:
        event.remove(db.engine, "before_cursor_execute", refuse)
    assert response.status_code == 500
    judge(response, "500")


def test_the_session_cookie_brings_the_full_score(visitor: Browser) -> None:
    """135: the most there is for one whose scripts are its own, who is in no preload list."""
    visitor._send("get", "/es/sign-in")
    response = visitor._send("get", "/es/sign-in")
    visitor.as_(people.NORTE)
    assert visitor.page is not None and "Set-Cookie" in visitor.page.headers
    assert (judge(visitor.page, "with"), judge(response, "without")) == (135, 130)


def test_without_its_policy_a_page_falls_below(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: each header taken away costs what the table says."""
    costs = {}
    for name in list(wire.HEADERS):
        with monkeypatch.context() as patch:
            patch.delitem(wire.HEADERS, name)
            response = visitor._send("get", "/es/")
        costs[name] = 130 - score(response.headers, response.text)
    assert costs["Content-Security-Policy"] == 55  # 25, and no reward stands below 90
    assert costs["Strict-Transport-Security"] == 50
    assert costs["X-Content-Type-Options"] == 5 and costs["Referrer-Policy"] == 5
    assert costs["Cross-Origin-Resource-Policy"] == 10


@pytest.mark.parametrize(
    ("policy", "points"),
    [
        (wire.CSP, 130),
        (wire.CSP.replace("default-src 'none'", "default-src 'self'"), 125),
        (wire.CSP.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"), 120),
        (wire.CSP.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'"), 80),
        (wire.CSP.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'"), 110),
        (wire.CSP.replace("script-src 'self'", "script-src https:"), 80),
        (wire.CSP.replace("connect-src 'self'", "connect-src http://a.example"), 80),
        (f"{wire.CSP}; default-src 'self'", 75),
        ("frame-ancestors 'none'", 80),
    ],
)
def test_what_a_looser_policy_would_cost(policy: str, points: int) -> None:
    """The control of the judge: known answers of the published table."""
    assert score(Headers({**wire.HEADERS, "Content-Security-Policy": policy})) == points


@pytest.mark.parametrize(
    ("cookie", "result"),
    [
        ("__Host-session=x; Secure; HttpOnly; Path=/; SameSite=Lax", "cookies-samesite"),
        ("lang=es; Secure; Path=/", "cookies-secure"),
        ("lang=es; Path=/; SameSite=Lax", "cookies-not-secure-hsts"),
        ("session=x; HttpOnly; SameSite=Lax", "cookies-session-not-secure-hsts"),
        ("session=x; Secure; SameSite=Lax", "cookies-session-not-httponly"),
        ("lang=es; Secure; SameSite=Maybe", "cookies-samesite-invalid"),
        ("csrf=x; Secure; HttpOnly", "cookies-csrf-without-samesite"),
    ],
)
def test_what_a_looser_cookie_would_cost(cookie: str, result: str) -> None:
    assert result in results(Headers({**wire.HEADERS, "Set-Cookie": cookie}))
