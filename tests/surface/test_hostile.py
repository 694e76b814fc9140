"""Ten thousand hostile requests on every route and form, on both databases: never a 5xx, never an
unexpected event in the log (catalogue sections 0.3, A12, B18 to B22), and no change of what only
notices change (N1).

Seeded: the same requests on the same portal, a thousand as each reader.
"""

import io
from pathlib import Path

import pytest
from flask import Flask
from structlog.testing import capture_logs

from portal.accounts import views as accounts
from portal.kernel.access import GRANTS
from portal.web import edge, guards
from tests import people
from tests.conftest import House
from tests.notices.invariant import strays, timelines
from tests.people import TOKEN, Browser
from tests.surface.attack import Attack
from tests.surface.paths import rules
from tests.surface.rivals import settle

READERS = (
    *("", people.NORTE, people.NORTE_ADMIN, people.CHANNEL, people.LEAD_L3, people.ACCOUNT),
    *(people.SUPPORT, people.CSM, people.FINANCE, people.ADMIN),
)
EACH = 1_000


@pytest.mark.parametrize("email", READERS)
def test_nothing_hostile_ever_breaks_a_page(
    house: House, tmp_path: Path, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(house, tmp_path)
    with house.app.app_context():
        before = timelines()
    attack = Attack(house, email, monkeypatch)
    told = attack.run(EACH)
    with house.app.app_context():
        assert not strays(before), "what a notice announces changed without one (N1)"
    assert len(told.asked) == EACH
    reached = sum(told.reached.values())
    assert reached > EACH / 2, f"only {reached} got past the guards: {told.statuses}"
    assert {200, 400, 404, 405} <= set(told.statuses), told.statuses
    missed = set(attack.walk.pages) | {form.endpoint for form in attack.walk.forms.values()}
    assert not missed - set(told.reached), "pages of this reader that no request reached"


def test_the_readers_are_ten_thousand_strong() -> None:
    assert len(READERS) * EACH >= 10_000


def test_every_route_is_somebodys_who_attacks_it(sqlite_house: House) -> None:
    """What no page leads to is asked and posted all the same, by whoever may call it."""
    app = sqlite_house.app
    granted = {"public", *(permission for role in GRANTS.values() for permission in role)}
    every = {rule.endpoint for method in ("GET", "POST") for rule in rules(app, method)}
    assert not {each for each in every if guards.access_of(app, each) not in granted}


def test_without_the_edge_the_databases_answer_differently(
    demo: Flask, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: SQLite takes a NUL, PostgreSQL refuses it and a page breaks."""
    monkeypatch.setattr(edge, "_texts", lambda: iter(()))
    browser = Browser(demo).as_(people.NORTE)
    with capture_logs():
        response = browser._send("get", "/es/contracts/?q=a%00b")
    assert response.status_code == (200 if house.kind == "sqlite" else 500)


@pytest.mark.parametrize("text", ["\0", "a\0", "\x01", "\x1f"])
@pytest.mark.parametrize("place", ["path", "query", "name", "form", "header"])
def test_what_is_no_text_is_refused_alike_on_both_databases(
    visitor: Browser, text: str, place: str
) -> None:
    raw = "".join(f"%{byte:02x}" for byte in text.encode())
    if place == "form":
        response = visitor._send("post", "/es/on", data={"on": text})
    elif place == "header":
        response = visitor._send("get", "/es/faq", environ_overrides={"HTTP_USER_AGENT": text})
    else:
        path = {"path": f"/es/faq/{raw}", "query": f"/es/faq?q={raw}", "name": f"/es/faq?{raw}=1"}
        response = visitor._send("get", path[place])
    assert response.status_code == 400
    assert 'lang="es"' in response.text


def test_a_file_in_place_of_a_text_is_refused(visitor: Browser) -> None:
    """A form would take the file for the text: every page with a form would break."""
    for name in ("email", "files"):
        form = {"csrf_token": "", "password": "x", name: (io.BytesIO(b"x"), "x.pdf")}
        assert visitor._send("post", "/es/sign-in", data=form).status_code == 400


def test_without_that_a_file_in_place_of_a_text_breaks_a_form(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(accounts.start_session, "body", 1_000_000, raising=False)
    found = TOKEN.search(visitor.get("/es/sign-in"))
    assert found
    monkeypatch.setattr(edge, "FILES", "email")
    form = {"csrf_token": found[1], "password": "x", "email": (io.BytesIO(b"x"), "x.pdf")}
    with capture_logs():
        assert visitor._send("post", "/es/sign-in", data=form).status_code == 500
