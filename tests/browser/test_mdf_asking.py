"""The first request for funds, as it is: at most three screens and seven required fields."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sign_in
from tests.people import NORTE

REQUIRED = "main form .field:not(:has(.field__optional)) :is(input, select, textarea)"


def empty_and_required(page: Page) -> list[str]:
    """The names of the fields that must be filled in and are not."""
    found: list[str] = page.locator(REQUIRED).evaluate_all(
        "all => all.filter(each => !each.value && each.type !== 'file').map(each => each.name)"
    )
    return found


@pytest.mark.parametrize(
    ("lang", "width", "amount", "told"),
    [
        ("es", 360, "4.000,00", "Su solicitud está enviada"),
        ("en", 1280, "4,000.00", "Your request is sent"),
    ],
)
def test_a_first_request_takes_three_screens_and_at_most_seven_fields(
    chromium: Browser, address: str, lang: str, width: int, amount: str, told: str
) -> None:
    context = chromium.new_context(base_url=address, viewport={"width": width, "height": 800})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    sign_in(page, NORTE, lang)
    page.goto(f"/{lang}/mdf/ask")
    screens, fields = [page.url], empty_and_required(page)
    page.select_option("[name=activity]", "event")
    page.fill("[name=starts_on]", "2017-12-20")
    page.fill("[name=asked]", amount)
    page.click("main .box__ask button")
    expect(page.locator('article[data-verdict="no"]')).to_have_count(1)
    page.click('article[data-verdict="yes"] button')

    page.wait_for_url(re.compile("/form$"))
    screens.append(page.url)
    fields += empty_and_required(page)
    page.fill("[name=title]", "Seminario")
    page.fill("[name=total_cost]", "9000")
    # It is kept without a word of the reader's, and taken up on another device.
    expect(page.locator("[data-autosave-says] [data-revision]")).to_be_visible()
    other = context.new_page()
    other.goto(page.url)
    expect(other.locator("[name=title]")).to_have_value("Seminario")
    other.close()
    page.fill("[name=outcome-attendees]", "40")
    page.click("button[formaction]")

    page.wait_for_url(re.compile(r"/requests/[0-9A-Z]+$"))
    screens.append(page.url)
    expect(page.get_by_text(told)).to_be_visible()
    assert len(screens) == 3
    assert len(fields) <= 7, fields
    assert problems == []
    context.close()
