"""MDF from the first look to the money, as everybody who has a part in it walks it (M2 to M5)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from portal.web.paper import paper
from tests.browser.conftest import sign_in
from tests.browser.test_mdf_asking import empty_and_required
from tests.people import CHANNEL, FINANCE, LEAD, NORTE

# In the format that each language types: what is asked, what of it approved, and the two lines billed.
TYPED = {
    "es": ("1.200,00", "1.000,50", "1.900,00", "1.700,75", "199,25"),
    "en": ("1,200.00", "1,000.50", "1,900.00", "1,700.75", "199.25"),
}
SAID = {
    "es": ("Sí. La solicitud está aprobada en parte", "Cerrada", "Pagada por completo"),
    "en": ("Yes. The request is approved in part", "Closed", "Paid in full"),
}


@pytest.mark.parametrize("lang", ["es", "en"])
def test_from_the_first_look_to_the_money_every_cent_is_on_the_pages(
    chromium: Browser, address: str, lang: str
) -> None:
    """Half of what is eligible, 1,700.75, is paid, rounded down; of 1,000.50 the rest, 150.13, returns."""
    asked, approved, billed, venue, wine = TYPED[lang]
    part, closed, is_paid = SAID[lang]
    with _reader(chromium, address, NORTE, lang) as partner:
        ref = _ask(partner, lang, asked)
        with _reader(chromium, address, CHANNEL, lang) as team:
            team.goto(f"/{lang}/mdf/requests/{ref}/review")
            team.fill("[name$=amount]", approved)
            _send(team, "approval")
        partner.goto(f"/{lang}/mdf/requests/{ref}")
        expect(partner.locator(".receipt__title")).to_have_text(part)
        _figures(partner, "1,200.00", "1,000.50")
        _send(partner, "claims")
        claim = partner.url
        partner.goto(f"{claim}/invoices/new")
        _bill(partner, lang, (billed, venue, wine))
        _prove(partner, lang)
        partner.goto(f"{claim}/outcome")
        partner.fill("[name=metric-attendees]", "38")
        partner.fill("[name=metric-leads]", "5")
        partner.check("[name=final]")
        _send(partner, "outcome")
        expect(partner.locator("#sum .figure__number")).to_have_text(_usd("850.37"))
        _send(partner, "submission")
        with _reader(chromium, address, CHANNEL, lang) as team:
            team.goto(f"{claim}/review")
            expect(team.locator("form[action$='/approval']")).to_have_count(0)
        with _reader(chromium, address, LEAD, lang) as second:
            second.goto(f"{claim}/review")
            second.click("button[name=rest]")
            _figures(second, "1,700.75", "199.25", "850.37")
            _send(second, "approval")
        with _reader(chromium, address, FINANCE, lang) as finance:
            finance.goto(f"{claim}/payment")
            expect(finance.locator("[name$=amount]")).to_have_value("850.37")
            finance.fill("[name$=reference]", f"TR-{ref}")
            _send(finance, "payment")
        partner.goto(claim)
        expect(partner.locator("h1 + p")).to_contain_text(is_paid)
        partner.goto(f"/{lang}/mdf/requests/{ref}")
        expect(partner.locator("h1 + p")).to_contain_text(closed)
        _figures(partner, "1,200.00", "1,000.50", "850.37", "150.13", "0.00")
        course = partner.locator(".timeline")
        expect(course).to_contain_text(f"TR-{ref}")
        assert course.locator("> li").count() == 8


@contextmanager
def _reader(chromium: Browser, address: str, who: str, lang: str) -> Iterator[Page]:
    """A page of somebody's own, on which no script may fail and nothing may be refused."""
    context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    page, problems = context.new_page(), list[str]()
    page.set_default_timeout(5000)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    sign_in(page, who, lang)
    yield page
    context.close()
    assert problems == []


def _ask(page: Page, lang: str, asked: str) -> str:
    """Three screens and at most seven fields; the reference of the request that was sent."""
    page.goto(f"/{lang}/mdf/ask")
    screens, fields = [page.url], empty_and_required(page)
    page.select_option("[name=activity]", "event")
    page.fill("[name=starts_on]", "2017-12-20")
    page.fill("[name=asked]", asked)
    page.click("main .box__ask button")
    page.click('#fund-centurylink-2017 [type="submit"]')
    page.wait_for_url(re.compile("/form$"))
    screens.append(page.url)
    fields += empty_and_required(page)
    page.fill("[name=title]", "Seminario")
    page.fill("[name=total_cost]", "2400")
    page.fill("[name=outcome-attendees]", "40")
    page.click("button[formaction]")
    page.wait_for_url(re.compile(r"/requests/[0-9A-Z]+$"))
    screens.append(page.url)
    assert (len(screens), len(fields)) <= (3, 7), fields
    return page.url.rpartition("/")[2]


def _bill(page: Page, lang: str, amounts: tuple[str, str, str]) -> None:
    """An invoice of two lines, one of which the fund does not pay for."""
    for name, text in (("issuer", "Hotel Central"), ("tax_id", "30-71"), ("number", f"F-{lang}")):
        page.fill(f"[name={name}]", text)
    page.fill("[name=issued_on]", "2017-12-01")
    page.fill("[name=amount]", amounts[0])
    page.click("button[name=more]")
    for place, cost in enumerate(("venue", "alcohol")):
        page.locator("[name=cost]").nth(place).select_option(cost)
        page.locator("[name=line_amount]").nth(place).fill(amounts[place + 1])
    page.click("form:has([name=issuer]) .actions button:not([name])")
    page.wait_for_url(re.compile(r"/claims/[0-9A-Z]+"))


def _prove(page: Page, lang: str) -> None:
    """The invoice's copy and the proofs, each a file."""
    for place in ("invoice", "agenda", "photos", "attendance"):
        of_it = "name=invoice" if place == "invoice" else f"value={place}"
        drawer = page.locator(f"form:has(input[type=hidden][{of_it}])")
        sent = FilePayload(
            name=f"{place}.pdf", mimeType="application/pdf", buffer=paper(f"{lang} {place}")
        )
        drawer.locator("input[type=file]:not([capture])").set_input_files(sent)
        with page.expect_navigation():
            drawer.locator("button[type=submit]").click()
        expect(page.get_by_role("link", name=f"{place}.pdf")).to_be_visible()


def _send(page: Page, deed: str) -> None:
    """Send the form of a deed, and land on the page that follows without an error."""
    with page.expect_navigation():
        page.click(f"form[action$='/{deed}'] button[type=submit]:not([name])")
    expect(page.locator(".errors, .error-summary")).to_have_count(0)


def _usd(amount: str) -> re.Pattern[str]:
    """An amount as either language shows it."""
    return re.compile(rf"(USD\s|\$|US\$){re.escape(amount)}")


def _figures(page: Page, *amounts: str) -> None:
    """Every amount stands on the page, to the cent."""
    text = page.inner_text("main")
    assert [each for each in amounts if not _usd(each).search(text)] == [], text
