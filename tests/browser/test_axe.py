"""Every page passes axe in both languages, at 360 and 1280 pixels, light and dark, and fits its width."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import sign_in
from tests.people import ADMIN, CHANNEL, NORTE

PAGES = {
    "": (
        *("/", "/?sample=follows-service", "/?sample=mixed", "/?sample=other-portfolio"),
        *("/faq", "/faq/q5", "/faq?q=contrato", "/faq?q=zzzz", "/faq/print", "/rules", "/design"),
        *("/on", "/sign-in", "/nothing-here"),
    ),
    NORTE: (
        *("/", "/faq/q1", "/faq/q4", "/faq/q5", "/faq/q7", "/orders", "/orders/new"),
        "/orders/new?q=73/HCGS/123456/000/NE%0Abbwx 7301",
        "/orders/new?a=add&s=BBWX-7301&p=CTL-INTERNET&k=&customer=",
        *("/contracts/", "/directory/"),
    ),
    CHANNEL: ("/", "/contracts/", "/orders", "/faq/misses"),
    ADMIN: ("/",),
}
LOOKS = [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("email", list(PAGES), ids=lambda email: email or "visitor")
def test_every_page_passes_axe_and_fits(
    chromium: Browser, address: str, email: str, language: str, width: int, scheme: str
) -> None:
    context = chromium.new_context(
        base_url=address, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    page = context.new_page()
    if email:
        sign_in(page, email, language)
    found = [problem for path in PAGES[email] for problem in look(page, f"/{language}{path}")]
    context.close()
    assert found == []


def look(page: Page, path: str) -> list[str]:
    response = page.goto(path)
    assert response is not None
    problems = [] if response.status in (200, 404) else [f"{path}: {response.status}"]
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if width > 0:
        problems.append(f"{path}: {width} pixels too wide")
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    for violation in results.response["violations"]:
        nodes = [node["target"] for node in violation["nodes"]][:3]
        problems.append(f"{path}: {violation['id']} {nodes}")
    return problems
