"""Reading the questions, one by one and all of them, in both languages, on any date."""

import re
from datetime import date

import pytest
from sqlalchemy import event

from portal.faq.models import FaqEntry
from portal.faq.shelf import shelf_on
from portal.kernel.localized import Localized
from portal.store.db import atomic, db
from tests.conftest import TODAY
from tests.people import CHANNEL, NORTE, Browser

BOTH = pytest.mark.parametrize("lang", ["es", "en"])
Q5 = {
    "es": "/es/faq/vender-level-3-con-contratos-de-centurylink",
    "en": "/en/faq/sell-level-3-on-centurylink-contracts",
}


@BOTH
def test_every_question_has_a_page_that_begins_with_its_answer(visitor, lang):
    library = shelf_on(TODAY)
    for one in library.questions:
        page = visitor.get(f"/{lang}/faq/{one.slug[lang]}")
        answer = page.partition('<div class="prose">')[2]
        said = re.sub(r"<[^>]+>", "", answer.partition("</p>")[0])
        assert one.text[lang].startswith(said.strip()[:20]), one.id


@BOTH
@pytest.mark.parametrize("name", ["q5", "Q5"])
def test_a_number_leads_to_the_lasting_address(visitor, lang, name):
    visitor.get(f"/{lang}/faq/{name}", status=302)
    assert visitor.page.headers["Location"] == Q5[lang]


def test_an_address_of_the_other_language_leads_to_this_ones(visitor):
    visitor.get("/es" + Q5["en"][3:], status=302)
    assert visitor.page.headers["Location"] == Q5["es"]


def test_a_former_address_still_leads_there(visitor):
    with atomic() as session:
        entry = session.get(FaqEntry, "Q5")
        entry.former_slugs = [entry.slug["es"]]
        entry.slug = Localized(es="nueva-direccion", en=entry.slug["en"])
        entry.revision += 1
    visitor.get(Q5["es"], status=302)
    assert visitor.page.headers["Location"] == "/es/faq/nueva-direccion"


def test_a_question_there_is_not_is_not_found(visitor):
    for slug in ("q19", "q0", "nada", "%C0%80"):
        visitor.get(f"/es/faq/{slug}", status=404)


@BOTH
def test_the_language_switch_stays_on_the_question(visitor, lang):
    other = {"es": "en", "en": "es"}[lang]
    assert f'href="{Q5[other]}" lang="{other}"' in visitor.get(Q5[lang])


def test_the_language_switch_stays_on_the_search(visitor):
    assert 'href="/en/faq?q=pagos" lang="en"' in visitor.get("/es/faq?q=pagos")


def test_an_answer_says_since_when_it_holds(visitor):
    page = visitor.get(Q5["en"])
    assert "In force on December 1, 2017" in page
    assert "Unchanged since November 1, 2017" in page


def test_before_its_date_an_answer_is_said_not_to_hold_yet(visitor):
    with visitor.client.session_transaction() as session:
        session["look_on"] = date(2017, 10, 1).isoformat()
    page = visitor.get(Q5["en"])
    assert "Not in force yet on October 1, 2017" in page
    assert "In force from November 1, 2017" in page


@BOTH
def test_the_rules_behind_an_answer_lead_to_the_rulebook(visitor, lang):
    page = visitor.get(Q5[lang])
    found = re.findall(rf'href="/{lang}/rules#(R\d)"', page)
    assert found == ["R3", "R4", "R2", "R1"]


def test_questions_lead_to_their_neighbours(visitor):
    page = visitor.get(Q5["en"])
    assert 'rel="prev" href="/en/faq/what-can-i-sell"' in page
    assert 'rel="next" href="/en/faq/customer-experience-and-installations"' in page
    assert 'rel="prev"' not in visitor.get("/en/faq/who-will-support-me")
    assert 'rel="next"' not in visitor.get("/en/faq/my-question-is-not-on-the-list")


@BOTH
def test_all_answers_stand_on_one_page_to_print(visitor, lang):
    page = visitor.get(f"/{lang}/faq/print")
    library = shelf_on(TODAY)
    assert re.findall(r'<section[^>]* id="(q\d+)"', page) == [
        one.id.lower() for one in library.questions
    ]


def test_a_page_costs_the_same_few_queries_however_long_the_list(demo):
    """Rendering happens once per set of texts that hold: a page asks which do, an answer what is
    announced of it, and no more.
    """
    browser = Browser(demo)
    browser.get("/es/faq")
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    browser.get("/es/faq")
    browser.get(Q5["es"])
    assert len([each for each in asked if not each.startswith("BEGIN")]) <= 4, asked


def test_unanswered_searches_are_for_editors(demo):
    Browser(demo).get("/es/faq/misses", status=302)
    Browser(demo).as_(NORTE).get("/es/faq/misses", status=403)
    assert "Every search so far" in Browser(demo).as_(CHANNEL).get("/en/faq/misses")
