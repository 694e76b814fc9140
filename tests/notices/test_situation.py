"""What stands beside the answers and in "what still holds" follows the sealed day, with its notice (P2)."""

import pytest
from flask import Flask

from portal.kernel import clock
from portal.notices.rules import Kind
from tests.notices.world import (
    actor,
    agreement_id,
    draft,
    next_version,
    opens,
    publish,
    team_id,
    when,
)
from tests.people import CHANNEL, NORTE, SUR, Browser

TEAM = "agreement.channel_team"
QUESTION = {"es": "/es/faq/quien-me-dara-soporte", "en": "/en/faq/who-will-support-me"}


@pytest.fixture
def sealed(demo: Flask) -> str:
    """The reference of a notice that gives Norte another channel team from January 15 on."""
    notice = draft(
        actor(CHANNEL),
        (TEAM, agreement_id("CTL-A-1042"), team_id("CTL-CANAL-2")),
        effective="2018-01-15",
    )
    publish(notice, actor(CHANNEL), when("2017-12-01"))
    opens(notice, actor(NORTE), when("2017-12-02"))
    return notice.ref


def on(browser: Browser, day: str) -> Browser:
    """The same reader, looking at another date."""
    browser.post("/es/on", {"on": day})
    return browser


@pytest.mark.parametrize("lang", ["es", "en"])
def test_your_situation_changes_on_the_sealed_day_and_names_the_notice(
    demo: Flask, sealed: str, lang: str
) -> None:
    reader = Browser(demo).as_(NORTE)
    for day, team, other in (
        ("2018-01-14", "Canal Andino", "Canal Austral"),
        ("2018-01-15", "Canal Austral", "Canal Andino"),
    ):
        page = on(reader, day).get(QUESTION[lang])
        beside = page[page.index("<aside") :]
        assert beside.index(team) < beside.index(other), "the team that serves stands first"
        assert f"/{lang}/notices/{sealed}" in beside
    assert sealed not in on(Browser(demo).as_(SUR), "2018-01-15").get(QUESTION[lang])


def test_what_still_holds_tells_each_promise_of_a_company_on_a_day(
    demo: Flask, sealed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a day to come nothing is certain: it has no page."""
    norte, sur = Browser(demo).as_(NORTE), Browser(demo).as_(SUR)
    today = clock.today().isoformat()
    assert "Nada ha cambiado para Integradora Norte" in norte.get(f"/es/promises/{today}")
    assert sealed in norte.get(f"/es/promises/{today}")
    assert sealed not in sur.get(f"/es/promises/{today}")
    norte.get("/es/promises/2018-01-15", status=404)
    later = when("2018-01-20")
    monkeypatch.setattr(clock, "business", lambda: later)
    changed = norte.get("/es/promises/2018-01-15")
    assert "Qué sigue vigente para Integradora Norte" in changed and sealed in changed
    assert "Nada ha cambiado para Integradora Norte" in norte.get("/es/promises/2018-01-07")
    assert "Nada ha cambiado para Conexiones Sur" in sur.get("/es/promises/2018-01-15")


def test_a_day_that_is_past_goes_on_telling_what_was_announced_then(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page keeps its address and its word: a notice called off later was announced on that day."""
    author = actor(CHANNEL)
    notice = draft(
        author, (TEAM, agreement_id("CTL-A-1042"), team_id("CTL-CANAL-2")), effective="2018-01-15"
    )
    publish(notice, author, when("2017-12-01"))
    opens(notice, actor(NORTE), when("2017-12-02"))
    ended = next_version(notice, author, when("2017-12-05"), Kind.WITHDRAWAL)
    publish(ended, author, when("2017-12-05"))
    later = when("2018-02-01")
    monkeypatch.setattr(clock, "business", lambda: later)
    reader = Browser(demo).as_(NORTE)
    assert notice.ref in reader.get("/es/promises/2017-12-04")
    assert notice.ref not in reader.get("/es/promises/2017-12-05")
    assert notice.ref not in reader.get("/es/promises/2018-02-01")
