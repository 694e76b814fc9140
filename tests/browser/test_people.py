"""Invitations and what is done to people, in a real browser: each state looked at in each look."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import update

from portal.accounts.models import Membership, Person
from portal.kernel import clock
from portal.store.db import atomic
from tests.browser.conftest import sign_in
from tests.browser.looks import look, reading
from tests.companies import cast
from tests.companies.inviting import NEW, SECRET, invite
from tests.conftest import House
from tests.people import ADMIN, NORTE, NORTE_ADMIN, SUR, SUR_ADMIN

BACK, SHUT = "back@norte.example", "shut@norte.example"


@pytest.fixture
def portal(sqlite_house: House, address: str) -> Flask:
    """The portal behind the address, the demo world as it was made."""
    sqlite_house.state("demo")
    return sqlite_house.app


def links(portal: Flask) -> dict[str, str]:
    """Who was invited, and the token each was mailed."""
    with portal.app_context():
        with atomic() as session:
            for email, active in ((BACK, True), (SHUT, False)):
                known = {"email": email, "email_key": email, "name": "N", "password_hash": "!"}
                session.add(Person(**known, language="es", active=active, created_at=clock.wall()))
        for email in (NEW, SUR, BACK, SHUT):
            invite(email)
        return {email: cast.tokens(email)[0] for email in (NEW, SUR, BACK, SHUT)}


def press(page: Page, selector: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.click(selector)
    page.wait_for_load_state()


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_invitation_looks_right_to_whoever_opens_it(
    chromium: Browser, address: str, portal: Flask, language: str
) -> None:
    sent, found = links(portal), []
    context = reading(chromium, address)
    page = context.new_page()
    for token in (*sent.values(), "A" * 43):
        found += look(page, f"/{language}/invitation?token={token}")
    page.goto(f"/{language}/invitation?token={sent[NEW]}")
    page.fill("#name", "Nueva Persona")
    page.fill("#password", SECRET)
    press(page, "main form button[type=submit]")
    assert page.url.endswith(f"/{language}/sign-in")
    page.fill("#email", NEW)
    page.fill("#password", SECRET)
    press(page, "main form:first-of-type button[type=submit]")
    assert "Integradora Norte" in page.inner_text(".account")
    found += look(page, f"/{language}/invitation?token={sent[SUR]}")
    context.clear_cookies()
    page.goto(f"/{language}/invitation?token={sent[SUR]}")
    press(page, "main .actions a")
    press(page, f'button[value="{SUR}"]')
    found += look(page, f"/{language}/invitation?token={sent[SUR]}")
    press(page, "main form button[type=submit]")
    assert "Integradora Norte" in page.inner_text("main")
    context.close()
    assert found == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_companys_people_look_right_in_every_state(
    chromium: Browser, address: str, portal: Flask, language: str
) -> None:
    links(portal)
    with portal.app_context(), atomic() as session:
        session.execute(update(Person).where(Person.email == NORTE).values(active=False))
    with portal.app_context():
        mine, theirs = cast.membership(NORTE_ADMIN), _membership(NORTE)
        invited = cast.sent()[0].id
    context = reading(chromium, address)
    page = context.new_page()
    sign_in(page, NORTE_ADMIN, language)
    paths = ("", "invite", mine, theirs, f"invitations/{invited}")
    found = [problem for path in paths for problem in look(page, f"/{language}/people/{path}")]
    page.goto(f"/{language}/people/{mine}")
    page.check("#role-0")
    press(page, "main form button[type=submit]")
    assert "Integradora Norte" in page.inner_text("[data-errors]")
    found += [f"{page.url}: too wide"] * page.evaluate(
        "document.documentElement.scrollWidth > window.innerWidth"
    )
    context.close()
    assert found == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_what_the_portals_administrators_do_to_people_looks_right(
    chromium: Browser, address: str, portal: Flask, language: str
) -> None:
    with portal.app_context():
        shut, place = cast.person(SUR), cast.membership(SUR)
        with atomic() as session:
            for email in (SUR, SUR_ADMIN):
                session.execute(update(Person).where(Person.email == email).values(active=False))
    context = reading(chromium, address)
    page = context.new_page()
    sign_in(page, ADMIN, language)
    paths = (
        *("?state=shut", "?q=zzzz", shut, f"{shut}/reactivation", f"memberships/{place}"),
        "invite-administrator",
    )
    found = [problem for path in paths for problem in look(page, f"/{language}/staff/{path}")]
    page.goto(f"/{language}/staff/{shut}/reactivation")
    press(page, "main form button[type=submit]")
    assert page.locator(".notice--yes").count() == 1
    context.close()
    assert found == []


def _membership(email: str) -> int:
    """A membership of somebody who may be shut out."""
    with atomic() as session:
        found = cast.membership_in(session, email)
        assert session.get(Membership, found) is not None
        return int(found)
