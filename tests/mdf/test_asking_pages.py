"""The first look and the form: an answer before any form, nothing typed is lost, nobody's figure is told."""

import io
import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.mdf.busy import ENOUGH, UNKNOWN, pace_words
from portal.mdf.models import FundRequest
from portal.mdf.rules import RequestState
from portal.mdf.transitions import Verb
from portal.store.db import atomic, db
from portal.store.decisions import StoredDecision
from tests.mdf.world import actor_in, allot, make_fund, make_request, put_step
from tests.people import CHANNEL, CHANNEL_L3, NORTE, NORTE_ADMIN, SUR, Browser
from tests.registry.test_pages_cost import counted
from tests.registry.world import L3

ASK = "/{}/mdf/ask?activity=event&starts_on=2017-12-20&asked={}"
KEPT = (FundRequest, StoredDecision)
WORDS = {
    "es": ("asignado por completo", "se puede solicitar para esto", "4 de diciembre de 2017"),
    "en": ("is fully allocated", "can be asked for this", "December 4, 2017"),
}
BEGUN = {"fund": "centurylink-2017", "activity": "event", "starts_on": "2017-12-20"}
FORM = {"title": "Feria", "total_cost": "9.000,50", "outcome-attendees": "1,200", "details": "Plan"}


def begun(browser: Browser, lang: str = "es", **more: str) -> str:
    """The address of a new draft."""
    form = {**BEGUN, "asked": "4,000", **more}
    browser.post(f"/{lang}/mdf/requests", form, at=f"/{lang}/mdf/ask")
    assert browser.page is not None
    return browser.page.headers["Location"].removesuffix("/form")


def row_of(path: str) -> FundRequest:
    db.session.rollback()
    return db.session.scalars(
        select(FundRequest).where(FundRequest.ref == path.rpartition("/")[2])
    ).one()


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\xa0", " ").split())


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_funds_answer_before_any_form_and_nothing_is_stored(demo: Flask, lang: str) -> None:
    """Q14: the one's no with its reason and the other's way; M3: who decides, by when, what is owed."""
    norte = Browser(demo).as_(NORTE, lang)
    full, can, decided = WORDS[lang]
    kept = [db.session.scalar(select(func.count()).select_from(each)) for each in KEPT]
    page = plain(norte.get(ASK.format(lang, "4,000")))
    for said in (full, can, decided, "Canal Andino", "USD 4,000.00", "USD 20,000.00"):
        assert said in page
    assert page.index(can) < page.index(full), "a yes comes first"
    db.session.rollback()
    assert kept == [db.session.scalar(select(func.count()).select_from(each)) for each in KEPT]


@pytest.mark.parametrize(
    ("asked", "lang", "told"),
    [
        ("x", "es", "Escriba el monto en USD"),
        ("1,2345", "en", "Write an amount such as 1,250.00"),
        ("", "es", "Indique cuánto solicita"),
    ],
)
def test_what_is_no_amount_is_told_and_kept(demo: Flask, asked: str, lang: str, told: str) -> None:
    page = Browser(demo).as_(NORTE, lang).get(ASK.format(lang, asked))
    assert told in page and f'value="{asked}"' in page and 'data-verdict="' not in page


def test_the_nearest_yes_is_one_click_away(demo: Flask) -> None:
    norte = Browser(demo).as_(NORTE, "en")
    page = norte.get("/en/mdf/ask?activity=event&starts_on=2017-12-02&asked=4,000&total_cost=9000")
    assert "December 8, 2017" in page
    link = re.findall(r'href="(/en/mdf/ask\?[^"]+)#answer"', page)[0]
    assert 'data-verdict="yes"' in norte.get(link.replace("&amp;", "&"))


def test_a_pool_says_the_same_whatever_others_have_left_in_it(demo: Flask) -> None:
    """M2, and the wall: neither the page nor an ever larger question measures it."""
    pool = make_fund("pozo", pooled=True, budget=9_000_00)
    norte = Browser(demo).as_(NORTE, "en")
    asks = [ASK.format("en", amount) for amount in ("1", "8999", "9001", "80000")]
    before = [plain(norte.get(each)) for each in asks]
    for _ in range(2):
        make_request(pool, "sur", RequestState.APPROVED, asked=4_000_00)
    assert [plain(norte.get(each)) for each in asks] == before
    assert "Fund pozo can be asked for this" in before[-1]
    make_request(pool, "sur", RequestState.APPROVED, asked=1_000_00)
    assert "Fund pozo is fully allocated" in plain(norte.get(asks[0]))


def test_how_busy_they_are_is_said_of_many_alone() -> None:
    """Of fewer answers than five nothing, however long they took; of more a word, never a number."""
    assert {pace_words([days] * (ENOUGH - 1)) for days in (0.1, 9)} == {UNKNOWN}
    said = [str(pace_words([days] * ENOUGH)) for days in (0.5, 2, 6, 20)]
    assert len(set(said)) == 4 and not any(char.isdigit() for text in said for char in text)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_request_is_begun_with_what_is_known_filled_in_and_sent(demo: Flask, lang: str) -> None:
    norte = Browser(demo).as_(NORTE, lang)
    path = begun(norte, lang)
    page = norte.get(f"{path}/form")
    assert 'value="4,000.00"' in page and 'value="2017-12-20"' in page
    norte.post(
        f"{path}/submission", {"revision": "0", "title": "Feria"}, at=f"{path}/form", status=422
    )
    missing = plain(norte.page.text if norte.page else "")
    assert ("Complete: Costo total." if lang == "es" else "Fill in: Total cost.") in missing
    norte.post(f"{path}/submission", {"revision": "1", **FORM}, at=f"{path}/form")
    assert WORDS[lang][2] in norte.follow()
    row = row_of(path)
    assert row.state is RequestState.SUBMITTED
    assert (row.asked, row.total_cost, row.outcome) == (4_000_00, 9_000_50, {"attendees": 1200})
    assert row.ends_on == date(2017, 12, 20)
    norte.post(f"{path}/form", {"title": "Otra"}, at=f"/{lang}/mdf/ask")
    assert row_of(path).title == "Feria", "what is sent stands"


def test_what_cannot_be_read_is_kept_as_typed_and_the_rest_is_saved(demo: Flask) -> None:
    norte = Browser(demo).as_(NORTE)
    path = begun(norte)
    form = {**FORM, "revision": "0", "total_cost": "nueve mil", "outcome-leads": "muchas"}
    page = norte.post(f"{path}/form", form, at=f"{path}/form", status=422)
    assert 'value="nueve mil"' in page and 'value="muchas"' in page
    assert page.count('class="field__error"') >= 2
    row = row_of(path)
    assert (row.title, row.total_cost, row.outcome) == ("Feria", None, {})


@pytest.mark.parametrize("lang", ["es", "en"])
def test_two_devices_lose_nothing_of_each_other(demo: Flask, lang: str) -> None:
    """Both texts are shown, of the fields that differ; a second save keeps one's own."""
    here, there = Browser(demo).as_(NORTE, lang), Browser(demo).as_(NORTE_ADMIN, lang)
    path = begun(here, lang)
    at = f"{path}/form"
    there.post(at, {"revision": "0", "title": "De allá"}, at=at)
    page = here.post(at, {"revision": "0", "title": "De acá", "asked": "4000"}, at=at, status=409)
    assert 'value="De acá"' in page and "De allá" in page and row_of(path).title == "De allá"
    assert page.count("De allá") == 3, "heading and title of the page, and under its field"
    (revision,) = re.findall(r'name="revision" value="(\d+)"', page)
    here.post(at, {"revision": revision, "title": "De acá"}, at=at)
    assert row_of(path).title == "De acá"
    said = here.post(f"{path}/draft", {"revision": "0", "title": "Otra"}, at=at, status=409)
    assert 'data-ends="yes"' in said
    typed = {"revision": "2", "title": "Otra", "asked": "x"}
    said = here.post(f"{path}/draft", typed, at=at, status=200)
    assert 'data-revision="3"' in said
    assert row_of(path).title == "Otra" and row_of(path).asked == 4_000_00


def test_a_quote_is_attached_with_what_is_typed_and_taken_away_again(demo: Flask) -> None:
    norte, channel = Browser(demo).as_(NORTE), Browser(demo).as_(CHANNEL)
    path = begun(norte)
    at = f"{path}/form"
    quote = (io.BytesIO(b"a;b\n1;2\n"), "cotizacion.csv")
    norte.post(at, {"revision": "0", **FORM, "files": quote}, at=at)
    page = norte.get(at)
    (link,) = re.findall(r'href="(/es/files/[^"]+)"', page)
    assert row_of(path).title == "Feria" and 'capture="environment"' in page
    channel.get(link, status=404)
    norte.post(f"{path}/submission", {}, at=at)
    assert row_of(path).state is RequestState.SUBMITTED
    channel.get(link)
    assert channel.page is not None
    channel.page.close()
    Browser(demo).as_(SUR).get(link, status=404)
    Browser(demo).as_(CHANNEL_L3).get(link, status=404)
    with_one = begun(norte, asked="1")
    norte.post(
        f"{with_one}/form", {"files": (io.BytesIO(b"x"), "nota.txt")}, at=at.replace(path, with_one)
    )
    (key,) = re.findall(r'name="remove" value="([^"]+)"', norte.get(f"{with_one}/form"))
    norte.post(f"{with_one}/form", {"remove": key}, at=f"{with_one}/form")
    assert "nota.txt" not in norte.get(f"{with_one}/form")


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_channel_asks_for_a_company_of_its_registry_and_both_names_stand_there(
    demo: Flask, lang: str
) -> None:
    channel = Browser(demo).as_(CHANNEL, lang)
    page = channel.get(ASK.format(lang, "4000"))
    assert 'name="company"' in page and 'data-verdict="' not in page
    page = channel.get(ASK.format(lang, "4000") + "&company=norte")
    assert 'data-verdict="yes"' in page and "Level 3 MDF" not in page
    path = begun(channel, lang, company="norte")
    page = plain(channel.get(f"{path}/form"))
    filed = {
        "es": "para Integradora Norte, presentada por",
        "en": "for Integradora Norte, filed by",
    }
    assert filed[lang] in page
    assert filed[lang] in plain(Browser(demo).as_(NORTE, lang).get(f"{path}/form"))
    Browser(demo).as_(CHANNEL_L3, lang).get(f"{path}/form", status=404)


def test_a_question_of_the_review_names_what_to_look_at_again(demo: Flask) -> None:
    fund = make_fund("duda", registry=L3)
    allot(fund, "norte", 50_00)
    ref = make_request(fund, "norte", RequestState.NEEDS_INFO)
    row = row_of(f"/{ref}")
    with atomic() as session:
        held = session.get_one(FundRequest, row.id)
        who = actor_in(session, CHANNEL_L3)
        asked = {"note": "¿Qué incluye?", "fields": ["asked", "total_cost"]}
        put_step(session, held, Verb.ASK, who, **asked)
    page = plain(Browser(demo).as_(NORTE).get(f"/es/mdf/requests/{ref}/form"))
    assert "¿Qué incluye?" in page and "Monto que solicita" in page
    assert page.count("le pide revisar esto") == 2


def test_ten_funds_cost_no_more_queries_than_two(demo: Flask) -> None:
    norte = Browser(demo).as_(NORTE)
    page = ASK.format("es", "4000")
    norte.get(page)
    with counted() as few:
        norte.get(page)
    for number in range(8):
        make_fund(f"fondo-{number}")
    with counted() as many:
        norte.get(page)
    assert len(many) == len(few)
