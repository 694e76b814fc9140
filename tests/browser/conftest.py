"""A real browser on a real server: Debian's Chromium through Playwright, on SQLite's demo world."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from tests.conftest import House

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-quic"),
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: `apt install chromium`, then run again")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(Path(CHROMIUM)), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(sqlite_house: House) -> Iterator[str]:
    """Where the demo world is served for the browser tests."""
    sqlite_house.state("demo")
    server = make_server("127.0.0.1", 0, sqlite_house.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def context(chromium: Browser, address: str) -> Iterator[BrowserContext]:
    """A fresh reader with a desktop window."""
    found = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    yield found
    found.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which no script may fail and nothing may be refused by the policy."""
    found = context.new_page()
    problems: list[str] = []
    found.on("pageerror", lambda error: problems.append(str(error)))
    found.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )
    yield found
    assert problems == []


def sign_in(page: Page, email: str, language: str = "es") -> None:
    """Sign in as somebody of the demo, by one click."""
    page.goto(f"/{language}/sign-in")
    page.click(f'button[value="{email}"]')
    page.wait_for_load_state()
