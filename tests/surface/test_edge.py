"""The edge of the portal: names it answers to, where it leads, what it says when all else fails."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from portal.config import ROOT, ConfigError, from_environment
from portal.store.db import db
from portal.web import logs
from portal.web.headers import HEADERS
from tests.conftest import House
from tests.people import NORTE, Browser

STRANGE = [
    *("evil.example", "portal.test.evil.example", "evil.portal.test", "portal.test@evil.example", ""),
    *("a b", "[::2]", "[", "portal.test:99999999", "x" * 300, "portal.test,evil.example", "127.1"),
]  # fmt: skip


def test_a_strange_name_is_refused_and_stands_on_no_page(demo: Flask) -> None:
    client = demo.test_client()
    for host in STRANGE:
        for path in ("/", "/es/", "/es/orders", "/healthz", "/api/v1/faq", "/es/nada"):
            response = client.get(path, headers={"Host": host})
            assert response.status_code == 400, (host, path)
            assert not host or host not in response.text + str(response.headers)
            told = response.headers["Content-Security-Policy"]
            assert told == HEADERS["Content-Security-Policy"]


def test_a_strange_name_gets_no_static_file_either(demo: Flask) -> None:
    path = next(iter(demo.extensions["portal.static"].values()))
    client = demo.test_client()
    assert client.get(path, buffered=True).status_code == 200
    assert client.get(path, headers={"Host": "evil.example"}, buffered=True).status_code == 400


@pytest.mark.parametrize(
    "host", ["portal.test", "PORTAL.TEST:443", "localhost:8000", "127.0.0.1", "[::1]:8000"]
)
def test_the_portals_own_names_are_answered(demo: Flask, host: str) -> None:
    assert demo.test_client().get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("environ", "known", "strange"),
    [
        ({}, "localhost", "0.0.0.0"),
        ({"PORTAL_HOST": "::1"}, "[::1]", "::1"),
        ({"PORTAL_HOST": "192.0.2.7"}, "192.0.2.7", "192.0.2.8"),
        ({"PORTAL_URL": "https://Socios.example:8443/x"}, "socios.example", "x.socios.example"),
        ({"PORTAL_HOST": "0.0.0.0", "PORTAL_URL": "https://a.example"}, "a.example", "b.example"),
    ],
)
def test_the_names_come_from_the_settings(
    tmp_path: Path, environ: dict[str, str], known: str, strange: str
) -> None:
    hosts = from_environment({"PORTAL_DATA": str(tmp_path), **environ}).hosts
    assert known in hosts and strange not in hosts


def test_a_portal_that_listens_everywhere_goes_by_its_machines_name(tmp_path: Path) -> None:
    settings = from_environment({"PORTAL_DATA": str(tmp_path), "PORTAL_HOST": "0.0.0.0"})
    assert os.uname().nodename.lower() in settings.hosts


def test_an_address_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="PORTAL_URL"):
        from_environment({"PORTAL_DATA": str(tmp_path), "PORTAL_URL": "portal.example"})


@pytest.mark.parametrize(
    "path", ["/es", "//es/faq", "///evil.example/es", "/es//faq", "/en/contracts"]
)
def test_every_redirect_is_to_a_path_of_the_portal(demo: Flask, path: str) -> None:
    response = demo.test_client().get(
        f"http://localhost{path}?a=1", headers={"X-Forwarded-Host": "e"}
    )
    if response.status_code in (301, 302, 308):
        where = response.headers["Location"]
        assert where.startswith("/") and not where.startswith("//")
    else:
        assert response.status_code in (200, 404)


@pytest.mark.parametrize(
    "query",
    ["endpoint=x", "_external=1&_scheme=javascript", "_anchor=x", "_method=POST", "lang=xx"],
)
def test_the_language_switch_keeps_a_query_and_obeys_none(visitor: Browser, query: str) -> None:
    page = visitor.get(f"/es/faq?{query}")
    assert f'href="/en/faq?{query.replace("&", "&amp;")}"' in page


def test_every_answer_carries_the_headers(visitor: Browser) -> None:
    """Pages, errors of every kind, static files and what is wrong with them."""
    static = next(iter(visitor.app.extensions["portal.static"].values()))
    asked = [
        *(("GET", "/es/"), ("HEAD", "/es/faq"), ("OPTIONS", "/es/faq"), ("PUT", "/es/faq")),
        *(("GET", "/es/nada"), ("GET", "/es"), ("POST", "/es/sign-in"), ("GET", static)),
        *(
            ("HEAD", static),
            ("POST", static),
            ("GET", "/static/none.css"),
            ("GET", "/es/faq?q=%00"),
        ),
    ]
    for method, path in asked:
        response = visitor._send(method, path, buffered=True)
        assert {name: response.headers.get(name) for name in HEADERS} == HEADERS, (method, path)
    large = visitor._send("post", "/es/sign-in", data={"email": "x" * 3_000_000})
    assert large.status_code == 413 and large.headers["X-Frame-Options"] == "DENY"


def test_who_may_keep_an_answer_and_in_what_it_varies(visitor: Browser) -> None:
    static = next(iter(visitor.app.extensions["portal.static"].values()))
    kept = visitor._send("get", static, buffered=True).headers
    assert "immutable" in kept["Cache-Control"] and "Access-Control-Allow-Origin" not in kept
    for headers in ({}, {"X-Partial": "1"}):
        told = visitor._send("get", "/es/faq?q=pago", headers=headers).headers
        assert {"Cookie", "Accept-Language", "X-Partial"} <= set(told["Vary"].split(", "))
    browser = visitor.as_(NORTE)
    for path in ("/es/", "/es/faq", "/es/nada", "/es/orders/ZZZZ9999", "/es/directory/partners/"):
        assert browser._send("get", path).headers["Cache-Control"] == "no-store", path


def test_a_wrong_method_is_told_the_right_ones(visitor: Browser) -> None:
    response = visitor._send("delete", "/es/faq")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_method_is_what_it_says(visitor: Browser, header: str) -> None:
    assert visitor._send("get", "/es/sign-out", headers={header: "POST"}).status_code == 405


def test_when_the_database_is_gone_the_error_is_still_a_page_of_ours(
    visitor: Browser, house: House
) -> None:
    browser = visitor.as_(NORTE)

    def refuse(*_: object) -> None:
        raise ConnectionError("gone")

    event.listen(db.engine, "before_cursor_execute", refuse)
    try:
        response = browser._send("get", "/es/orders")
    finally:
        event.remove(db.engine, "before_cursor_execute", refuse)
    assert response.status_code == 500
    assert "<h1>" in response.text and 'lang="es"' in response.text
    assert "gone" not in response.text and "Traceback" not in response.text


def test_while_another_date_is_looked_at_nothing_can_be_done_but_going_back(
    visitor: Browser,
) -> None:
    browser = visitor.as_(NORTE)
    browser.post("/es/on", {"on": "2018-05-01"})
    form = {"a": "change", "s": "BBWX-7301", "p": "", "k": "", "idempotency_key": "k" * 12}
    browser.post("/es/orders", form, at="/es/on", status=409)
    browser.post("/es/on", {"on": ""})
    browser.post("/es/orders", form, at="/es/on", status=302)
    browser.post("/es/on", {"on": "2018-05-01"})
    browser.post("/es/sign-out", {}, at="/es/on")
    browser.post("/es/on", {"on": "2018-05-01"})
    browser.as_(NORTE).get("/es/orders")


@pytest.mark.parametrize(
    "on", ["0000-00-00", "9999-12-31", "2018-02-30", "x", "1" * 5_000, "1989-12-31"]
)
def test_a_date_that_is_none_moves_nothing(visitor: Browser, on: str) -> None:
    visitor.post("/es/on", {"on": on}, status=422)


def test_an_order_form_whose_key_is_no_key_gets_a_new_one_once(visitor: Browser) -> None:
    browser = visitor.as_(NORTE)
    browser.get("/es/orders/new?a=change&s=BBWX-7301&key=no&endpoint=x", status=302)
    assert browser.page is not None
    browser.get(browser.page.headers["Location"])


def test_one_event_is_one_line_whatever_people_send() -> None:
    event = {
        "event": "request",
        "path": "/es/\r\n{}\x1b[31m\x00",
        "status": 404,
        "exception": "a\nb",
    }
    told = logs.one_line(None, "info", dict(event))
    assert told["path"] == "/es/\\r\\n{}\\x1b[31m\\x00"
    assert told["exception"] == "a\nb" and told["status"] == 404


def test_files_are_this_users_alone_and_the_log_holds_no_secret(tmp_path: Path) -> None:
    """A real portal in a folder of its own, under the usual umask of a machine."""
    data, word = tmp_path / "data", "a-password-for-one-test"
    environ = {**os.environ, "PORTAL_DATA": str(data), "PORTAL_DEMO_PASSWORD": word}
    environ.pop("PORTAL_DATABASE_URL", None)
    script = (
        "import os; os.umask(0o022)\n"
        "from app import app\n"
        "run = app.test_cli_runner().invoke\n"
        "for words in (['db', 'upgrade'], ['program', 'load'], ['seed', 'demo']):\n"
        "    assert run(args=words).exit_code == 0\n"
        "from tests.people import *\n"
        "browser = Browser(app)\n"
        f"browser.post('/es/sign-in', {{'email': NORTE, 'password': {word!r}}})\n"
        "browser.get('/es/contracts/?q=secret-search')\n"
        "browser.get('/es/x%0Ay', status=404)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in data.rglob("*") if path.is_dir()} == {
        0o700
    }
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in data.rglob("*") if path.is_file()
    }
    assert {"secret.key", "demo.json", "portal.sqlite3"} <= set(modes)
    assert set(modes.values()) == {0o600}, modes
    secret = (data / "secret.key").read_text()
    events = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert len(events) >= 4
    for hidden in (word, secret, "secret-search", "csrf_token", "argon2"):
        assert hidden not in done.stderr
