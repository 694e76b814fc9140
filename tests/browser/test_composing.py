"""A first notice, from an empty composer to published, as channel staff walk it, in either language."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.people import CHANNEL

WRITTEN = {
    "title_es": "Cambia el horario de atención",
    "title_en": "Office hours change",
    "body_es": "Desde ese día atendemos de **8 a 17 horas**.",
    "body_en": "From that day our office is open from **8 to 17**.",
}


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_first_notice_takes_three_screens_and_six_fields(page: Page, language: str) -> None:
    """Topic, date, a title and a text in each language; composer, review, given out."""
    sign_in(page, CHANNEL)
    page.goto(f"/{language}/notices/desk")
    screens: list[str] = []
    page.on("framenavigated", lambda frame: screens.append(frame.url))
    page.click("main a[href$='/notices/new']")
    page.select_option("[name=topic]", "other")
    page.fill("[name=effective_on]", "2018-02-01")
    for name, text in WRITTEN.items():
        page.fill(f"[name={name}]", text)
    asked = page.locator("main form .field__label:visible:not(:has(.field__optional))")
    assert asked.count() <= 6, asked.all_inner_texts()
    page.click("main button[value=review]")
    expect(page.locator(".receipt")).to_have_attribute("data-verdict", "yes")
    expect(page.locator("#reached a").first).to_be_visible()
    page.click("form[action$='/publication'] button")
    expect(page).to_have_url(re.compile(rf"/{language}/notices/[0-9A-Z]{{8}}/proof$"))
    expect(page.locator("form[action$='/recall'] button")).to_be_visible()
    assert len(screens) == 3, screens


def test_a_key_that_sends_the_form_takes_no_change_out(page: Page) -> None:
    """Return in a field saves the draft; the buttons that take changes out stand before the fields."""
    sign_in(page, CHANNEL)
    page.goto("/es/notices/new?fact=agreement.channel_team&subject=1")
    page.select_option("select[name=value]", index=1)
    page.fill("[name=title_es]", "Otro equipo")
    page.click("main button[value=save]")
    expect(page.locator("button[value^='drop:']")).to_have_count(1)
    page.fill("[name=title_es]", "Otro equipo de canal")
    page.press("[name=title_es]", "Enter")
    page.wait_for_load_state()
    expect(page.locator("h1")).to_have_text("Otro equipo de canal")
    expect(page.locator("button[value^='drop:']")).to_have_count(1)
