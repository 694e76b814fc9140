"""Two browsers, one for each rival, through everything they have: neither shows a word of the other's."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from portal.registry.models import Customer
from portal.store import scope
from tests.conftest import PASSWORD, House
from tests.people import NORTE_ADMIN, SUR_ADMIN
from tests.surface.rivals import World, settle

MARKS = {NORTE_ADMIN: "CANARIO-N", SUR_ADMIN: "CANARIO-S"}
SUBMIT = "main form:first-of-type button[type=submit]"
LINKS = "() => [...document.querySelectorAll('a[href^=\"/es\"]')].map(a => a.pathname + a.search)"
# Of pages that differ in what they are about alone, one is read.
# What a browser takes down instead of showing it.
FILE = re.compile(r"/files?(/|\?|$)|/feed$|\.csv$")
ABOUT = re.compile(r"\d+|(?<=/)[0-9A-Z]{8}\b|[0-9a-f-]{36}|(?<=/faq/)[a-z-]+|(?<==)[^&]+")


class Rival:
    """An administrator before a browser: whatever is opened is read for what is not theirs."""

    def __init__(self, page: Page, email: str, world: World) -> None:
        self.page, self.email = page, email
        self.foreign = world.foreign(email) | {mark for who, mark in MARKS.items() if who != email}
        self.links: set[str] = set()
        self.found: list[str] = []

    def open(self, path: str) -> int:
        answer = self.page.goto(path)
        assert answer is not None
        self.look()
        return answer.status

    def look(self) -> None:
        told = self.page.content() + self.page.inner_text("body")
        # An address that was typed stands on the page that says there is none such.
        foreign = {word for word in self.foreign if word not in self.page.url}
        self.found += [f"{self.page.url}: {word}" for word in foreign if word in told]
        self.links.update(self.page.evaluate(LINKS))

    def send(self, path: str, **typed: str) -> None:
        self.open(path)
        for name, value in typed.items():
            self.page.fill(f"#{name}", value)
        self.page.click(SUBMIT)
        self.page.wait_for_load_state()
        self.look()

    def walk(self) -> None:
        """Open what links lead to, and what that leads to, one of each shape."""
        opened: set[str] = set()
        while ahead := {ABOUT.sub("…", path) for path in self.links} - opened:
            for shape in sorted(ahead):
                opened.add(shape)
                path = next(path for path in sorted(self.links) if ABOUT.sub("…", path) == shape)
                if not FILE.search(path):
                    self.open(path)

    def about(self, other: "Rival") -> list[str]:
        """One page of each shape that the other has of its own and this one has not."""
        theirs = sorted(other.links - self.links)
        numbered = (path for path in theirs if ABOUT.search(path) and "?" not in path)
        return list({ABOUT.sub("…", path): path for path in numbered}.values())


@pytest.fixture
def world(sqlite_house: House, address: str, tmp_path: Path) -> Iterator[World]:
    yield settle(sqlite_house, tmp_path)
    sqlite_house.state("demo")


@pytest.fixture
def rivals(chromium: Browser, address: str, world: World) -> Iterator[list[Rival]]:
    contexts = [chromium.new_context(base_url=address) for _ in MARKS]
    for context in contexts:
        context.set_default_timeout(60_000)
    yield [
        Rival(context.new_page(), email, world)
        for context, email in zip(contexts, MARKS, strict=True)
    ]
    for context in contexts:
        context.close()


def begin(rival: Rival) -> None:
    """Sign in by hand, and leave a mark wherever one may write."""
    mark = MARKS[rival.email]
    rival.send("/es/sign-in", email=rival.email, password=PASSWORD)
    rival.send("/es/account/settings", name=f"{mark} Jefa")
    rival.send("/es/people/invite", email=f"{mark}@nuevo.example")


def apply(rival: Rival) -> None:
    """To the other registry, with a document."""
    mark = MARKS[rival.email]
    rival.open("/es/company/applications/new")
    rival.page.check("input[name=program][value=alliance]")
    rival.page.fill("#note", f"{mark} vende redes")
    rival.page.click(SUBMIT)
    rival.page.wait_for_load_state()
    rival.look()
    rival.page.click("main a[href*='/company/applications/']:not([href$='/new'])")
    kept = {"name": f"{mark}.txt", "mimeType": "text/plain", "buffer": mark.encode()}
    rival.page.set_input_files("input[type=file]", [kept])
    rival.page.click("main form[enctype] button[type=submit]")
    rival.page.wait_for_selector(f"a:has-text('{mark}.txt')")
    rival.look()


def test_two_rivals_go_through_everything_and_neither_reads_of_the_other(
    rivals: list[Rival], address: str
) -> None:
    """A3, A4, and the issue: two browsers, one per rival, driven through everything."""
    norte, sur = rivals
    for rival in rivals:
        begin(rival)
    apply(sur)
    for rival in rivals:
        rival.walk()
        rival.open("/es/trail/")
        with rival.page.expect_download() as file:
            rival.page.click("form[action$='/export'] button")
        told = file.value.path().read_text("utf-8")
        rival.found += [f"trail.csv: {word}" for word in rival.foreign if word in told]
        assert MARKS[rival.email] in told
    for rival, other in ((norte, sur), (sur, norte)):
        paths = rival.about(other)
        assert len(paths) >= 8, paths
        answers = {path: _asked(rival, path) for path in paths}
        assert set(answers.values()) == {404}, answers
    assert norte.found == sur.found == []


def test_without_a_scope_the_browser_would_show_it(
    rivals: list[Rival], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    norte, sur = rivals
    sur.send("/es/sign-in", email=SUR_ADMIN, password=PASSWORD)
    monkeypatch.setitem(scope._SCOPES, Customer, lambda actor: None)
    scope._condition.cache_clear()
    try:
        for number in range(1, 12):
            sur.open(f"/es/contracts/customers/{number}")
    finally:
        scope._condition.cache_clear()
    assert sur.found and not norte.found


def _asked(rival: Rival, path: str) -> int:
    """What the browser is answered, a download included."""
    if not FILE.search(path):
        return rival.open(path)
    answer = rival.page.request.get(path)
    told = answer.body().decode("utf-8", "replace")
    rival.found += [f"{path}: {word}" for word in rival.foreign if word in told]
    return answer.status
