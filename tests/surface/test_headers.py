"""The wire: every response carries the headers, error pages and static files of ours included."""

import pytest
from flask import Flask
from sqlalchemy import update

from portal.store.db import atomic
from portal.store.program import LoadedProgram
from tests.people import NORTE, Browser

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@pytest.mark.parametrize(
    "path", ["/", "/es/", "/en/faq", "/healthz", "/es/no-such-page", "/api/v1/faq", "/es/sign-in"]
)
def test_every_response_carries_the_headers(demo: Flask, path: str) -> None:
    response = demo.test_client().get(path)
    assert response.headers["Content-Security-Policy"] == CSP
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "max-age=63072000" in response.headers["Strict-Transport-Security"]


def test_a_page_for_a_signed_in_reader_is_never_stored(visitor: Browser) -> None:
    visitor.get("/es/faq")
    assert visitor.page is not None
    assert visitor.page.headers["Cache-Control"] != "no-store"
    visitor.as_(NORTE).get("/es/faq")
    assert visitor.page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["invitation", "account/address/new", "apply/confirm"])
def test_what_a_mailed_link_opens_is_never_stored(visitor: Browser, path: str) -> None:
    """It tells an address, and its form holds the token: nobody's back button brings it up again."""
    answer = visitor._send("get", f"/es/{path}?token={'A' * 43}")
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_session_cookie_is_bound_to_this_host_and_hidden_from_scripts(visitor: Browser) -> None:
    visitor.client.get("/es/sign-in")
    visitor.as_(NORTE)
    assert visitor.page is not None
    cookie = visitor.page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie


def test_an_error_page_speaks_the_language_of_the_path(visitor: Browser) -> None:
    assert 'lang="es"' in visitor.get("/es/nada", status=404)
    assert 'lang="en"' in visitor.get("/en/nothing", status=404)
    assert 'lang="en"' in visitor.get("/en/sign-out", status=405)


def test_what_is_not_there_reads_the_same_each_time_it_is_asked(visitor: Browser) -> None:
    """Another company's object answers as an unknown one, byte for byte: no number tells them apart."""
    assert visitor.get("/es/nada", status=404) == visitor.get("/es/nada", status=404)


def test_an_error_under_api_is_json(demo: Flask) -> None:
    response = demo.test_client().get("/api/v1/nothing")
    assert response.status_code == 404
    assert response.get_json()["status"] == 404


def test_a_form_without_its_token_changes_nothing_and_says_so(demo: Flask) -> None:
    response = demo.test_client().post("/es/sign-in", data={"demo": NORTE})
    assert response.status_code == 400
    assert "Set-Cookie" not in response.headers or "user_id" not in response.headers["Set-Cookie"]


def test_the_front_door_leads_to_the_readers_language(demo: Flask) -> None:
    client = demo.test_client()
    english = client.get("/", headers={"Accept-Language": "en-GB,en;q=0.9"})
    spanish = client.get("/", headers={"Accept-Language": "es-MX"})
    assert english.headers["Location"] == "/en/"
    assert spanish.headers["Location"] == "/es/"
    assert "Accept-Language" in english.headers["Vary"]


def test_another_date_is_chosen_where_one_stands_and_nothing_is_done_on_it(
    visitor: Browser,
) -> None:
    """Looking at another date leads back to the page one was on; an act on it is refused (409)."""
    visitor.as_(NORTE)
    page = visitor.get("/es/contracts/")
    assert "/es/on?next=/es/contracts/" in page
    visitor.post("/es/on", {"on": "2010-01-01", "next": "/es/contracts/"})
    assert visitor.page is not None
    assert visitor.page.headers["Location"] == "/es/contracts/"
    visitor.post("/es/orders", {}, status=409, at="/es/on")
    visitor.post("/es/on", {"on": "", "next": "https://elsewhere.example/"}, at="/es/on")
    assert visitor.page.headers["Location"] == "/es/"


def test_health_is_said_of_a_loaded_program_only(visitor: Browser) -> None:
    """With nothing loaded, or another program's rows, the portal does not call itself well."""
    visitor.get("/healthz")
    with visitor.app.app_context(), atomic() as session:
        session.execute(update(LoadedProgram).values(slug="another"))
    visitor.get("/healthz", status=503)
