"""What people type is text: in queries, names, headers, logs and addresses (catalogue B18 to B20, D5)."""

import io
import json
import logging
from pathlib import Path

import pytest
import structlog
from flask import Flask
from werkzeug.test import TestResponse

from portal.web import edge, logs
from tests import people
from tests.conftest import House
from tests.people import TOKEN, Browser
from tests.surface.paths import Walk, walk
from tests.surface.rivals import settle

BROAD = ["%", "_", "%%", "_" * 7, "%_%", "\\", "\\%", "'", "' OR ''='", "*", "?"]
TAILS = ["", "x", "../../etc", "es-419", "es_419", "de_DE.UTF-8", "EN", "en ", "es,en", "x" * 5_000, "en\x00", "%en", "İ"]  # fmt: skip


def rows(response: TestResponse) -> int:
    return response.text.count("<tr") + response.text.count("<li")


@pytest.fixture
def finders(sqlite_house: House, tmp_path: Path) -> list[tuple[Browser, str, str]]:
    """Every page with something to type into, as those who have it: reader, path, name."""
    settle(sqlite_house, tmp_path)
    found = []
    for email in (people.NORTE_ADMIN, people.CHANNEL, people.ADMIN):
        browser = Browser(sqlite_house.app).as_(email)
        for form in walk(browser, deep=1).forms.values():
            kinds = {name: kind for name, kind, _ in form.fields}
            if form.method == "GET" and "design" not in form.action:
                found += [
                    (browser, form.action, n) for n, k in kinds.items() if k in ("text", "search")
                ]
    return list({(id(b), path, name): (b, path, name) for b, path, name in found}.values())


def test_a_wildcard_is_a_letter_like_any_other(finders: list[tuple[Browser, str, str]]) -> None:
    """No finder gives more for it than for a word that nobody has."""
    assert len(finders) >= 5
    for browser, path, name in finders:
        nothing = browser._send("get", path, query_string={name: "zqxw"})
        for word in BROAD:
            response = browser._send("get", path, query_string={name: word})
            assert response.status_code in (200, 302), path
            if nothing.status_code == response.status_code == 200:
                assert rows(response) <= rows(nothing) + 2, (path, word)


def queries(found: Walk) -> list[tuple[str, str]]:
    return [
        (path, name)
        for endpoint, paths in found.pages.items()
        for path in paths[:1]
        for name in sorted(found.queries.get(endpoint, set()))
    ]


PAGES = [
    "-1",
    "0",
    "1" * 31,
    "9223372036854775808",
    "1e400",
    "NaN",
    "0x1",
    "x",
    "2017-12-01.1",
    "9999-12-31." + "9" * 31,
]


@pytest.mark.parametrize("email", [people.NORTE_ADMIN, people.CHANNEL, people.ADMIN])
def test_no_page_key_filter_or_order_breaks_a_list_or_lengthens_it(
    sqlite_house: House, tmp_path: Path, email: str
) -> None:
    """Whatever is put where an address says which page or which part: a page of at most 200 rows."""
    settle(sqlite_house, tmp_path)
    browser = Browser(sqlite_house.app).as_(email)
    for path, name in queries(walk(browser, deep=1)):
        for value in (*PAGES, "id; DROP TABLE person", "name desc", "1) UNION SELECT 1 --"):
            response = browser._send("get", path, query_string={name: value})
            assert response.status_code in (200, 302, 400, 404, 422), (path, name, value)
            assert response.text.count("<tr") <= 201, (path, name)
    for extra in (
        "limit",
        "per_page",
        "size",
        "sort",
        "order",
        "page",
        "offset",
        "fields",
        "expand",
    ):
        plain = browser._send("get", "/es/directory/")
        more = browser._send("get", "/es/directory/", query_string={extra: "1000000"})
        assert more.status_code == 200 and rows(more) == rows(plain), extra


@pytest.mark.parametrize("lang", TAILS)
def test_a_language_that_is_none_is_ours(demo: Flask, lang: str) -> None:
    """In the path it is no page; in cookie, header or query it is the default, never a 500 (B19)."""
    client = Browser(demo).client
    if lang.strip("/").isalnum() and lang not in ("EN",):
        assert client.get(f"/{lang[:2_000]}/faq").status_code == 404
    for headers in (
        {"Accept-Language": lang.replace("\0", "")},
        {"Accept-Language": f"{lang.strip(chr(0))};q=9"},
    ):
        response = client.get("/", headers=headers)
        assert response.headers["Location"] in ("/es/", "/en/")
        assert {"Cookie", "Accept-Language"} <= set(response.headers["Vary"].split(", "))
    bare = demo.test_client(use_cookies=False)
    assert bare.get("/", headers={"Cookie": f"lang={lang}"}).status_code in (302, 400)
    assert client.get("/es/faq", query_string={"lang": lang}).status_code in (200, 400)


@pytest.mark.parametrize("lang", ["", "xx", "../../etc", "es_419", "x" * 5_000, "['es']"])
def test_the_interface_knows_two_languages_and_says_so(demo: Flask, lang: str) -> None:
    response = demo.test_client().get("/api/v1/faq", query_string={"lang": lang, "q": "pago"})
    assert response.status_code in (200, 400, 404) and response.is_json


def test_one_request_is_one_line_of_the_log(demo: Flask) -> None:
    """Whatever stands in path, name or header: one event, one line, no control character."""
    settings, written, client = structlog.get_config(), io.StringIO(), Browser(demo).client
    structlog.configure(
        **{
            **settings,
            "wrapper_class": structlog.make_filtering_bound_logger(logging.INFO),
            "logger_factory": structlog.PrintLoggerFactory(file=written),
        }
    )
    try:
        for path in FORGED:
            client.get(path, headers={"User-Agent": "x", "X-Forwarded-For": "a\tb"})
    finally:
        structlog.configure(**settings)
    told = written.getvalue().removesuffix("\n").split("\n")
    assert len(told) == len(FORGED)
    for line in told:
        assert line.isprintable(), line
        assert json.loads(line)["event"] == "request"


FORGED = ("/es/a%0d%0aevent=forged", "/es/%1b%5b2J", "/es/%e2%80%a8x", "/es/%c2%85", "/es/faq/%7f")


def test_without_the_guard_of_the_log_a_line_could_be_forged() -> None:
    """The control: drawn for a terminal, the very event would be two lines."""
    event = {"event": "request", "path": "/es/a\r\nevent=forged", "level": "info"}
    bare = structlog.dev.ConsoleRenderer(colors=False)(None, "info", dict(event))
    kept = structlog.dev.ConsoleRenderer(colors=False)(
        None, "info", logs.one_line(None, "info", dict(event))
    )
    assert "\n" not in str(kept)
    assert str(kept) != str(bare)


def parts(form: dict[str, str]) -> dict[str, object]:
    """The form in parts, as a browser sends one with files."""
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form.items()
    )
    return {"data": f"{body}--x--\r\n", "content_type": "multipart/form-data; boundary=x"}


LARGE = {
    "MAX_CONTENT_LENGTH": {f"f{number}": "x" * 400_000 for number in range(6)},
    "MAX_FORM_MEMORY_SIZE": {"email": "x" * 600_000},
    "MAX_FORM_PARTS": {f"f{number}": "x" for number in range(1_100)},
}


@pytest.mark.parametrize("limit", LARGE)
def test_a_form_is_bounded_in_bytes_in_texts_and_in_parts(demo: Flask, limit: str) -> None:
    """B20: 413, a page of ours, before anything reads it."""
    assert demo.config["MAX_CONTENT_LENGTH"] <= 2 * 1024 * 1024
    assert demo.config["MAX_FORM_MEMORY_SIZE"] <= 512 * 1024
    assert demo.config["MAX_FORM_PARTS"] <= 1_000
    response = Browser(demo)._send("post", "/es/sign-in", **parts(LARGE[limit]))
    assert response.status_code == 413 and "<h1" in response.text


def test_so_is_a_form_in_one_piece(demo: Flask) -> None:
    """What is not in parts is read whole: the same bounds, held at the edge."""
    browser = Browser(demo)
    assert browser._send("post", "/es/sign-in", data={"email": "x" * 600_000}).status_code == 413
    many = "&".join(["a=1"] * (edge.MOST_FIELDS + 1))
    kind = "application/x-www-form-urlencoded"
    assert browser._send("post", "/es/sign-in", data=many, content_type=kind).status_code == 413
    fits = many.removesuffix("&a=1")
    assert browser._send("post", "/es/sign-in", data=fits, content_type=kind).status_code == 400


@pytest.mark.parametrize("limit", ["MAX_FORM_MEMORY_SIZE", "MAX_FORM_PARTS"])
def test_without_a_limit_the_same_form_gets_in(
    demo: Flask, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    browser = Browser(demo)
    found = TOKEN.search(browser._send("get", "/es/on").text)
    assert found
    monkeypatch.setitem(demo.config, limit, None)
    response = browser._send("post", "/es/on", **parts({"csrf_token": found[1], **LARGE[limit]}))
    assert response.status_code in (302, 422)
