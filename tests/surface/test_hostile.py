"""Hostile input on every route, on both databases: never a 5xx, never an unexpected event in the log.

Bounded and seeded: the same requests every time (catalogue sections 0.3, A12, B18 to B22).
"""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from portal.web import edge
from tests import people
from tests.conftest import House
from tests.people import TOKEN, Browser

SEED = 20171201
BIG = "9" * 31
NASTY = [
    *("", " ", "\0", "a\0b", "\x01", "\x7f", "\ufffe", "\u202e", "İıſK", "👩‍🚀" * 40, "%", "%%", "%00"),
    *("%C0%80", "%ED%A0%80", "%ff", "../../etc/passwd", "..\\..", "//evil.example", "\\\\evil"),
    *("' OR 1=1 --", '"; DROP TABLE person; --', "<script>alert(1)</script>", "{{7*7}}", "${7*7}"),
    *("\r\nX-Evil: 1", "\t", "\x0b\x0c", "None", "null", "true", "-1", "0", "1", "1e400", "NaN"),
    *(BIG, f"-{BIG}", "2147483647", "2147483648", "9223372036854775808", "0x10", "1_000", "١٢٣"),
    *("0000-00-00", "0001-01-01", "9999-12-31", "2018-02-30", "2017-13-01", "2017-W01-1", "20171201"),
    *("9999-12-31.1", f"2017-01-01.{BIG}", "2017-01-01.-1", ".", "-.-", "2017-01-01.1.1"),
    *("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{" * 36),
    *("[" * 5_000, '{"a":' * 2_000, "a" * 100_000, "é" * 20_000, "a,b;c\n" * 3_000, "-/" * 400),
    *("es_419", "de_DE.UTF-8", "xx", "level3", "centurylink", "q5", "ZZZZ9999", "ß" * 8, "user@norte.example"),
]  # fmt: skip
NAMES = [
    *("q", "a", "s", "p", "k", "new", "key", "customer", "partner", "older", "newer", "after", "before"),
    *("state", "sample", "product", "lang", "next", "on", "email", "password", "demo", "csrf_token"),
    *("idempotency_key", "_external", "_scheme", "_anchor", "_method", "endpoint", "self", "values"),
    *("\0", "[]", "a[0]", "__class__", "é", ""),
]  # fmt: skip
HEADERS = {
    "Accept-Language": ["es" + ",es;q=0.1" * 2_000, ";;;,,,=q", "es_419", "*;q=NaN", "x" * 9_000, "en;q=9e999"],
    "Cookie": [
        *("__Host-session=garbage; lang=xx", "lang=../../etc; ;;=;", "__Host-session=" + "A" * 9_000),
        *("remember_token=1|00; __Host-session=.eJw.", "=; =;\x7f", "lang=\"\\000\""),
    ],
    "X-Partial": ["1", "0", "x" * 5_000],
    "X-Forwarded-Host": ["evil.example"], "X-Forwarded-Proto": ["javascript"], "Forwarded": ["host=evil.example"],
    "X-Forwarded-Prefix": ["/evil"], "X-HTTP-Method-Override": ["DELETE"], "X-Original-URL": ["/en/contracts/"],
    "Referer": ["https://evil.example/", "javascript:1", "%" * 999], "Origin": ["null", "https://evil.example"],
    "If-None-Match": ['"' * 99, "*", "W/"], "If-Modified-Since": ["yesterday"], "Range": ["bytes=9-1", "bytes=0-,0-,0-"],
    "Content-Type": ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "x/y; charset=\\0"],
    "Content-Length": ["-1", "abc", BIG], "Accept": ["*/*;q=NaN", "x" * 999], "Authorization": ["Basic !!!", "Bearer \x7f"],
}  # fmt: skip
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "get")
OURS = ("Content-Security-Policy", "X-Content-Type-Options", "Strict-Transport-Security")


def endpoints(app: Flask) -> list[tuple[str, list[str]]]:
    """Every rule as a pattern, with its arguments."""
    found = []
    for rule in app.url_map.iter_rules():
        pattern = rule.rule.replace("<any(es, en):lang>", "{lang}").replace("<int:", "<")
        for name in rule.arguments - {"lang"}:
            pattern = pattern.replace(f"<{name}>", f"{{{name}}}")
        found.append((pattern, sorted(rule.arguments - {"lang"})))
    return sorted(found)


def requests(app: Flask, count: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """`count` hostile requests: method, raw path, and what else the client is given."""
    dice = random.Random(SEED)
    every = endpoints(app)
    for number in range(count):
        pattern, names = every[number % len(every)]
        values = {name: _segment(dice) for name in names}
        path = pattern.format(lang=dice.choice(("es", "en", "es", "en", "xx")), **values)
        if dice.random() < 0.05:
            path = dice.choice(
                (f"/{path}", f"{path}/", f"{path};x=1", path.upper(), f"/.{path}", f"{path}%00")
            )
        more: dict[str, Any] = {"headers": _headers(dice)}
        if dice.random() < 0.8:
            more["query_string"] = _pairs(dice)
        method = dice.choice(METHODS) if dice.random() < 0.3 else dice.choice(("GET", "POST"))
        if method == "POST":
            more["data"] = _pairs(dice)
        yield method, path, more


def _segment(dice: random.Random) -> str:
    text = dice.choice([*NASTY, "1", "2", "centurylink", "level3"])[:3_000]
    raw = "".join(f"%{byte:02X}" for byte in text.encode("utf-8")) or "%20"
    return dice.choice((raw, raw, "%FF%FE", "%ED%A0%80"))


def _pairs(dice: random.Random) -> str:
    """A raw form: names and values as they come, repeated, unfinished, not UTF-8."""
    pairs = []
    for _ in range(dice.choice((1, 2, 3, 6))):
        name, value = dice.choice(NAMES), dice.choice(NASTY)
        pairs.append(f"{_quoted(dice, name)}={_quoted(dice, value)}")
    if dice.random() < 0.02:
        column = dice.choice("aspk")
        pairs += [f"{column}=new"] * 10_000 + ["s=x"] * dice.randrange(10_000)
    return dice.choice(("&", "&", "&&", ";")).join(pairs)


def _quoted(dice: random.Random, text: str) -> str:
    if len(text) > 1_000 and text.isascii() and text.isalnum():
        return text
    odd = dice.random() < 0.05
    return "".join(f"%{byte:02x}" for byte in text.encode()) + ("%ED%A0%80%f" if odd else "")


def _headers(dice: random.Random) -> dict[str, str]:
    names = dice.sample(sorted(HEADERS), dice.choice((0, 0, 1, 2)))
    return {name: dice.choice(HEADERS[name]) for name in names}


def send(browser: Browser, method: str, path: str, more: dict[str, Any]) -> TestResponse:
    """The request as a server would hand it over."""
    more = dict(more)
    headers = dict(more.pop("headers", {}))
    environ = {}
    for name in ("Content-Length", "Content-Type"):
        if name in headers:
            environ[name.upper().replace("-", "_")] = headers.pop(name)
    with browser.app.app_context():
        return browser.client.open(
            path, method=method, headers=headers, environ_overrides=environ, **more
        )


def attack(browser: Browser, count: int) -> dict[int, int]:
    """How often each status was answered; fails at the first that is not ours."""
    told: dict[int, int] = {}
    for method, path, more in requests(browser.app, count):
        with capture_logs() as events:
            response = send(browser, method, path, more)
        what = f"{method} {path[:200]} {str(more)[:400]}"
        assert response.status_code < 500, what
        assert not [e for e in events if e["log_level"] in ("error", "critical")], what
        for header in OURS:
            assert header in response.headers, what
        where = response.headers.get("Location", "/")
        assert where.startswith("/") and not where.startswith(("//", "/\\")), f"{where}: {what}"
        assert "Traceback" not in response.text and "evil.example/" not in str(response.headers)
        told[response.status_code] = told.get(response.status_code, 0) + 1
    return told


@pytest.mark.parametrize("email", ["", people.NORTE, people.CHANNEL])
def test_nothing_hostile_ever_breaks_a_page(demo: Flask, house: House, email: str) -> None:
    browser = Browser(demo).as_(email) if email else Browser(demo)
    told = attack(browser, 600 if house.kind == "sqlite" else 250)
    assert {200, 400, 404, 405} <= set(told), told


def test_hostile_forms_with_a_good_token_break_nothing_either(demo: Flask, house: House) -> None:
    """Past the token: what views do with what is posted."""
    browser, dice = Browser(demo).as_(people.NORTE), random.Random(SEED)
    for number in range(150 if house.kind == "sqlite" else 60):
        target = ("/es/orders", "/en/on", "/es/sign-in")[number % 3]
        found = TOKEN.search(browser._send("get", "/es/on").text)
        assert found
        token = f"csrf_token={found[1]}"
        response = send(browser, "POST", target, {"data": f"{token}&{_pairs(dice)}", "headers": {
            "Content-Type": "application/x-www-form-urlencoded"}})  # fmt: skip
        assert response.status_code < 500
        if number % 3 == 2:
            browser = Browser(demo).as_(people.NORTE)


def test_without_the_edge_the_databases_answer_differently(
    demo: Flask, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: SQLite takes a NUL, PostgreSQL refuses it and a page breaks."""
    monkeypatch.setattr(edge, "_texts", lambda: iter(()))
    browser = Browser(demo).as_(people.NORTE)
    with capture_logs():
        response = send(browser, "GET", "/es/contracts/?q=a%00b", {})
    assert response.status_code == (200 if house.kind == "sqlite" else 500)


@pytest.mark.parametrize("text", ["\0", "a\0", "\x01", "\x1f"])
@pytest.mark.parametrize("place", ["path", "query", "name", "form"])
def test_what_is_no_text_is_refused_alike_on_both_databases(
    visitor: Browser, text: str, place: str
) -> None:
    raw = "".join(f"%{byte:02x}" for byte in text.encode())
    if place == "form":
        response = send(visitor, "POST", "/es/on", {"data": {"on": text}})
    else:
        path = {"path": f"/es/faq/{raw}", "query": f"/es/faq?q={raw}", "name": f"/es/faq?{raw}=1"}
        response = send(visitor, "GET", path[place], {})
    assert response.status_code == 400
    assert 'lang="es"' in response.text
