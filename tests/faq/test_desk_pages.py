"""The editors' desk, driven: writing, two at once, publishing, what readers then see; both languages."""

import pytest

from portal.faq.models import FaqDraft
from portal.store.db import db
from tests.faq.world import desk
from tests.people import CHANNEL, LEAD, NORTE, Browser

BOTH = pytest.mark.parametrize("lang", ["es", "en"])
SAID = {
    "question_es": "¿Cómo me pagarán?",
    "question_en": "How will I be paid?",
    "answer_es": "Como hoy, **siempre**.\r\n\r\n[[P2]]",
    "answer_en": "As today, **always**.\r\n\r\n[[P2]]",
}
WHY = {"why_es": "Más claro así.", "why_en": "Clearer so."}


def write(browser: Browser, lang: str, seen: str, status: int = 302, **changed: str) -> str:
    form = {**SAID, **changed, "seen": seen}
    return browser.post(
        f"/{lang}/faq/desk/Q3/draft", form, status=status, at=f"/{lang}/faq/desk/Q3"
    )


@BOTH
def test_a_preview_shows_both_languages_and_keeps_nothing(demo, lang):
    browser = Browser(demo).as_(CHANNEL, lang)
    form = {**SAID, "answer_es": "Como hoy.\n\n[[P2]]\n\n[[P7]]\n\n<script>", "seen": "0.0"}
    at = f"/{lang}/faq/desk/Q3"
    page = browser.post(f"{at}/preview", form, status=200, at=at)
    assert "<p>As today, <strong>always</strong>.</p>" in page
    assert "<p>[[P7]]</p>" in page
    assert "<p>&lt;script&gt;</p>" in page
    assert page.count("aviso anticipado") >= 1
    assert db.session.query(FaqDraft).count() == 0


@BOTH
def test_the_second_of_two_sees_both_texts_keeps_theirs_and_can_bring_them_together(demo, lang):
    first, second = Browser(demo).as_(CHANNEL, lang), Browser(demo).as_(LEAD, lang)
    seen = desk("Q3").seen
    write(first, lang, seen)
    page = write(second, lang, seen, 409, answer_en="As today, **mostly**.")
    assert 'name="answer_en"' in page
    assert "As today, **mostly**.</textarea>" in page
    assert "As today, **always**.\n\n[[P2]]</p>" in page
    assert ">always</del>" in page
    assert ">mostly</ins>" in page
    assert desk("Q3").text.answer["en"] == "As today, **always**.\n\n[[P2]]"
    now_seen = desk("Q3").seen
    assert f'value="{now_seen}"' in page
    write(second, lang, now_seen, answer_en="As today, **mostly**.")
    assert desk("Q3").text.answer["en"] == "As today, **mostly**."


@BOTH
def test_what_is_typed_stays_when_it_is_too_long(demo, lang):
    browser = Browser(demo).as_(CHANNEL, lang)
    page = write(browser, lang, desk("Q3").seen, 422, question_en="x" * 201)
    assert 'aria-invalid="true"' in page
    assert "x" * 201 in page
    assert "Como hoy, **siempre**." in page


@BOTH
def test_a_lead_corrects_the_wording_and_everybody_sees_that_it_was(demo, lang):
    lead, visitor = Browser(demo).as_(LEAD, lang), Browser(demo)
    write(lead, lang, desk("Q3").seen)
    at = f"/{lang}/faq/desk/Q3"
    page = lead.get(f"{at}/publication")
    assert "<del>" in page
    seen = desk("Q3").seen
    lead.post(f"{at}/correction", {"seen": seen}, status=422, at=f"{at}/publication")
    lead.post(f"{at}/correction", {"seen": seen, **WHY}, at=f"{at}/publication")
    told = visitor.get(f"/{lang}/faq/revisions/Q3")
    assert WHY[f"why_{lang}"] in told
    assert "<ins>" in told
    assert "<del>" in told
    answer = {"es": "Como hoy, <strong>siempre", "en": "As today, <strong>always"}[lang]
    visitor.get(f"/{lang}/faq/q3", status=302)
    assert answer in visitor.follow()
    day = "2017-11-15"
    visitor.post(f"/{lang}/on", {"on": day, "next": f"/{lang}/faq/q3"})
    visitor.get(f"/{lang}/faq/q3", status=302)
    assert answer not in visitor.follow()


def test_a_manager_drafts_the_notice_but_corrects_nothing(demo):
    browser = Browser(demo).as_(CHANNEL, "en")
    write(browser, "en", desk("Q3").seen)
    page = browser.get("/en/faq/desk/Q3/publication")
    assert "/correction" not in page
    form = {"seen": desk("Q3").seen, **WHY}
    at = "/en/faq/desk/Q3/publication"
    browser.post("/en/faq/desk/Q3/correction", form, status=403, at=at)
    browser.post("/en/faq/desk/Q3/announcement", form, at=at)
    assert "As today, always." in browser.follow()
    assert "1 text is not announced yet" in browser.get("/en/faq/desk")


def test_an_unfinished_text_says_what_is_missing_instead_of_a_button(demo):
    browser = Browser(demo).as_(LEAD, "en")
    write(browser, "en", desk("Q3").seen, answer_es="")
    page = browser.get("/en/faq/desk/Q3/publication")
    assert "complete in both languages" in page
    assert "/correction" not in page
    assert "/announcement" not in page


@BOTH
def test_a_new_question_from_a_search_in_vain_to_its_readers(demo, lang):
    browser = Browser(demo).as_(CHANNEL, lang)
    page = browser.get(f"/{lang}/faq/desk/new?q=zxqv&in=es")
    assert 'value="zxqv"' in page
    at = f"/{lang}/faq/desk"
    browser.post(f"{at}/new", {"seen": ""}, status=422)
    browser.post(f"{at}/new", {**SAID, "question_es": "¿Zxqv?", "question_en": "Zxqv?"})
    browser.get(f"{at}/F1")
    form = {"seen": desk("F1").seen}
    browser.post(f"{at}/F1/addition", form, at=f"{at}/F1/publication")
    words = {"seen": "1", "position": "2", "words_es": "qqqxyz", "words_en": ""}
    browser.post(f"{at}/F1/place", words)
    found = Browser(demo).get(f"/{lang}/faq?q={'qqqxyz' if lang == 'es' else 'zxqv'}")
    assert f'href="/{lang}/faq/zxqv' in found


def test_the_desk_is_for_channel_people(demo):
    Browser(demo).as_(NORTE).get("/es/faq/desk", status=403)
    Browser(demo).as_(CHANNEL).get("/es/faq/desk/Q99", status=404)
