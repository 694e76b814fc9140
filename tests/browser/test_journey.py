"""From the signed-out home to a placed mixed order, as a partner walks it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.people import NORTE

MIXED = "73/HCGS/123456/000/NE\nbbwx 7301"


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_mixed_order_is_placed_in_five_screens(page: Page, language: str) -> None:
    """Home, sign-in, home, where it goes, receipt; nothing is asked that the portal knows."""
    screens = []
    page.on("framenavigated", lambda frame: screens.append(frame.url))
    page.goto(f"/{language}/")
    page.click('a[href$="/sign-in"]')
    page.click(f'button[value="{NORTE}"]')
    page.fill("textarea[name=q]", MIXED)
    page.click("main form[method=get] button")
    expect(page.locator(".receipt__card")).to_have_count(2)
    page.click("form[method=post][action$='/orders'] button")
    expect(page).to_have_url(re.compile(r"/d/[0-9A-Z]{8}$"))
    assert len(screens) <= 5, screens
    expect(page.locator("main .row-link")).to_have_count(2)


def test_a_double_click_the_back_button_and_a_retry_make_one_order(page: Page) -> None:
    sign_in(page, NORTE)
    page.goto("/es/orders")
    before = page.locator("main .row-link").count()
    page.goto("/es/orders/new?q=BCLN-4410")
    button = page.locator("form[method=post][action$='/orders'] button")
    button.dblclick()
    page.wait_for_url(re.compile(r"/d/"))
    receipt = page.url
    page.go_back()
    page.locator("form[method=post][action$='/orders'] button").click()
    page.wait_for_url(re.compile(r"/d/"))
    assert page.url == receipt
    page.goto("/es/orders")
    assert page.locator("main .row-link").count() == before + 1
