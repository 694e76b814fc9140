"""Every address that is read: what kind of answer it is, and what it does not tell (A12)."""

import pytest
from flask import Flask

from tests.people import ADMIN, CHANNEL, NORTE_ADMIN, Browser

READERS = ["", NORTE_ADMIN, CHANNEL, ADMIN]
FEED = "application/atom+xml; charset=utf-8"
KINDS = {"text/html; charset=utf-8", "application/json", FEED}


def addresses(app: Flask) -> list[str]:
    """Every GET that needs no id, in both languages."""
    found = set()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments - {"lang"}:
            found |= {rule.rule.replace("<any(es, en):lang>", lang) for lang in ("es", "en")}
    return sorted(found)


@pytest.mark.parametrize("email", READERS)
def test_every_answer_says_what_it_is_and_in_which_letters(demo: Flask, email: str) -> None:
    """V4.1.1: a kind, and UTF-8 where it is text."""
    browser = Browser(demo).as_(email) if email else Browser(demo)
    for path in addresses(demo):
        response = browser._send("get", path, buffered=True)
        kind = response.headers.get("Content-Type", "")
        assert kind in KINDS, (path, kind)
        assert (kind == FEED) == path.endswith("/feed"), (path, kind)
        assert response.data.decode("utf-8") is not None


def test_no_address_echoes_a_request(demo: Flask) -> None:
    """V13.4.4: TRACE is no method of ours."""
    browser = Browser(demo)
    for path in addresses(demo):
        response = browser._send("trace", path, headers={"X-Secret": "told-to-nobody"})
        assert response.status_code == 405, path
        assert "told-to-nobody" not in response.text


def test_no_answer_says_what_the_portal_runs_on(demo: Flask) -> None:
    """V13.4.6: neither a header of ours nor an error page names a library or a version."""
    browser = Browser(demo)
    for path in ("/es/", "/es/nada", "/es/faq?q=%00", "/api/v1/nothing", "/healthz"):
        response = browser._send("get", path, buffered=True)
        told = (str(response.headers) + response.text).lower()
        for word in ("flask", "werkzeug", "python", "sqlalchemy", "x-powered-by", "server:"):
            assert word not in told, (path, word)
