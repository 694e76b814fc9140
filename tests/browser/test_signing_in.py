"""Signing in by hand, in a real browser: each step looked at in each look, in both languages."""

import re

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from portal.accounts import demo
from tests.accounts.entering import reset_link
from tests.browser.conftest import sign_in
from tests.browser.looks import look, reading
from tests.conftest import PASSWORD, House
from tests.people import FINANCE, SUR_ADMIN

SUBMIT = "main form:first-of-type button[type=submit]"


@pytest.fixture
def portal(sqlite_house: House, address: str) -> Flask:
    """The portal behind the address, the demo world as it was made."""
    sqlite_house.state("demo")
    return sqlite_house.app


def send(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.fill(f"#{name}", value)
    page.click(SUBMIT)
    page.wait_for_load_state()


def shown(page: Page) -> list[str]:
    """What is wrong with the page as it stands, where it cannot be asked for again."""
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{page.url}: {over} pixels too wide"] if over > 0 else []


@pytest.mark.parametrize("language", ["es", "en"])
def test_each_step_of_signing_in_passes_axe_and_fits(
    chromium: Browser, address: str, portal: Flask, language: str
) -> None:
    context = reading(chromium, address, viewport={"width": 360, "height": 800})
    page = context.new_page()
    with portal.app_context():
        staff, link = demo.find(FINANCE), reset_link(SUR_ADMIN)
    assert staff is not None
    page.goto(f"/{language}/sign-in")
    send(page, email=FINANCE, password=PASSWORD)
    found = look(page, f"/{language}/sign-in/code")
    found += look(page, f"/{language}/sign-in/code?recovery=1")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"/{language}/sign-in/code")
    send(page, code="000000")
    found += shown(page)
    assert page.locator("[data-errors] a").count() == 1
    send(page, code=pyotp.TOTP(staff.secret).now())
    found += look(page, f"/{language}/confirm")
    found += look(page, f"/{language}/enrol")
    page.goto(f"/{language}/sign-in")
    sign_in(page, SUR_ADMIN, language)
    found += look(page, f"/{language}/enrol")
    page.set_viewport_size({"width": 360, "height": 800})
    key = page.inner_text("main .steps .id").replace(" ", "")
    send(page, code=pyotp.TOTP(key).now())
    assert len(re.findall(r"(?:[A-Z2-9]{4} ){5}", page.inner_text("main .codes"))) == 10
    found += shown(page)
    page.goto(f"/{language}/reset?token={link}")
    assert link not in page.url
    found += look(page, f"/{language}/reset")
    send(page, password="short")
    found += shown(page)
    send(page, password="plinth ogre vat kettle")
    assert page.url.endswith("/sign-in")
    context.close()
    assert found == []
