"""Sending files in a real browser: a bar while they travel, the answer in the page's place, and the
same form without JavaScript (B12).
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests import people
from tests.browser.conftest import sign_in
from tests.conftest import House
from tests.people import SUR_ADMIN
from tests.registry.world import L3

NEW = "/en/company/applications/new"
SEND = "main form[enctype] button[type=submit]"
LINK = re.compile(r'href="(/en/company/applications/\d+)"')


def payload(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.fixture
def documents(sqlite_house: House, address: str) -> str:
    """The page of an application of Sur's, where documents are added."""
    admin = people.Browser(sqlite_house.app).as_(SUR_ADMIN, "en")
    if not LINK.search(admin.get("/en/company/applications/")):
        admin.post(NEW, {"registry": L3, "program": "indirect", "note": "Networks for banks."})
    found = LINK.search(admin.get("/en/company/applications/"))
    assert found
    return found[1]


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def reader(
    request: pytest.FixtureRequest, chromium: Browser, address: str, documents: str
) -> Iterator[Page]:
    """Sur's administrator before that page, with JavaScript and without."""
    context = chromium.new_context(base_url=address, java_script_enabled=request.param)
    page = context.new_page()
    page.set_default_timeout(60_000)
    sign_in(page, SUR_ADMIN, "en")
    page.goto(documents)
    yield page
    context.close()


def test_what_was_fit_stays_and_what_was_not_is_told(reader: Page, documents: str) -> None:
    reader.set_input_files(
        "input[type=file]", [payload("carta.txt", b"hola"), payload("setup.exe", b"MZ")]
    )
    reader.click(SEND)
    expect(reader.locator("#files-error")).to_contain_text("setup.exe")
    expect(reader.locator(".upload__kept").get_by_role("link", name="carta.txt")).to_be_visible()
    reader.set_input_files("input[type=file]", [payload("plan.csv", b"a;b\n1;2\n")])
    reader.get_by_label("carta.txt").check()
    reader.click(SEND)
    expect(reader.locator("main .notice")).to_contain_text("The documents are kept.")
    assert reader.url.endswith(documents)
    expect(reader.locator(".upload__name a")).to_have_text(["plan.csv"])
    with reader.expect_download() as started:
        reader.click(".upload__name a")
    assert started.value.suggested_filename == "plan.csv"
    reader.get_by_label("plan.csv").check()
    reader.click(SEND)
    expect(reader.locator(".upload__kept")).to_have_count(0)


@pytest.mark.parametrize("reader", [True], indirect=True, ids=["script"])
def test_a_file_that_is_too_large_is_told_before_it_travels(reader: Page) -> None:
    sent: list[str] = []
    reader.on("request", lambda request: sent.append(request.method))
    large = payload("plano.txt", b"x" * (10 * 1024 * 1024 + 1))
    reader.set_input_files("input[type=file]", [large])
    expect(reader.locator("[data-upload-says]")).to_contain_text("plano.txt")
    reader.click(SEND)
    expect(reader.locator("[data-upload-says]")).to_be_visible()
    assert "POST" not in sent
    assert reader.get_attribute("main form[enctype]", "data-sent") is None
    reader.set_input_files("input[type=file]", [])
    expect(reader.locator("[data-upload-says]")).to_be_hidden()


@pytest.mark.parametrize("reader", [True], indirect=True, ids=["script"])
def test_the_bar_moves_while_the_files_travel_and_the_reader_is_told_where_it_went_wrong(
    reader: Page,
) -> None:
    reader.evaluate(
        """() => {
            window.values = [];
            const set = Object.getOwnPropertyDescriptor(HTMLProgressElement.prototype, "value");
            Object.defineProperty(HTMLProgressElement.prototype, "value", {
                get: set.get,
                set(value) { window.values.push([value, this.hidden]); set.set.call(this, value); },
            });
        }"""
    )
    reader.set_input_files("input[type=file]", [payload("plano.pdf", b"x" * 3_000_000)])
    reader.click(SEND)
    expect(reader.locator("#files-error")).to_contain_text("plano.pdf")
    values = reader.evaluate("window.values")
    assert values[0][0] == 0 and values[-1] == [100, False], values
    assert reader.evaluate("document.activeElement.matches('[data-errors]')")
    assert reader.locator("[data-errors] a[href='#files']").count() == 1


@pytest.mark.parametrize("reader", [True], indirect=True, ids=["script"])
def test_files_that_do_not_arrive_leave_the_form_as_it_was(reader: Page) -> None:
    reader.route("**/documents", lambda route: route.abort())
    reader.set_input_files("input[type=file]", [payload("a.txt", b"a")])
    reader.click(SEND)
    expect(reader.locator("[data-upload-says]")).to_contain_text("could not be sent")
    expect(reader.locator("[data-upload-bar]")).to_be_hidden()
    assert reader.evaluate("document.querySelector('input[type=file]').files.length") == 1
