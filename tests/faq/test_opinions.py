"""Whether an answer helped, and the queue of searches in vain: what readers tell the editors."""

import re

import pytest

from portal.faq import misses, opinions
from portal.faq.models import FaqMiss, FaqOpinion
from portal.kernel import clock
from portal.store.db import db
from tests.people import CHANNEL, NORTE, Browser

BOTH = pytest.mark.parametrize("lang", ["es", "en"])
Q5 = {
    "es": "/es/faq/vender-level-3-con-contratos-de-centurylink/opinion",
    "en": "/en/faq/sell-level-3-on-centurylink-contracts/opinion",
}


Q9 = {
    "es": "/es/faq/cambiaran-los-telefonos-o-correos-de-contacto",
    "en": "/en/faq/will-phone-numbers-or-emails-change",
}


def kept() -> list[tuple[bool, str, bool]]:
    db.session.rollback()
    rows = db.session.query(FaqOpinion).order_by(FaqOpinion.id)
    return [(row.helpful, row.comment, row.person_id is None) for row in rows]


@BOTH
def test_a_visitor_says_yes_or_no_and_nothing_else_is_kept(demo, lang):
    browser = Browser(demo)
    assert re.search(r'<input checked[^>]*value="no"', browser.get(f"{Q5[lang]}?helpful=no"))
    assert 'name="comment"' not in browser.get(Q5[lang])
    browser.post(Q5[lang], {}, status=422)
    browser.post(Q5[lang], {"helpful": "maybe"}, status=422)
    browser.post(Q5[lang], {"helpful": "no", "comment": "Soy Ana."})
    assert kept() == [(False, "", True)]


@BOTH
def test_a_person_has_one_opinion_of_a_text_and_editors_read_it_without_a_name(demo, lang):
    browser, editor = Browser(demo).as_(NORTE, lang), Browser(demo).as_(CHANNEL, lang)
    browser.post(Q5[lang], {"helpful": "no", "comment": "Falta el plazo."})
    browser.post(Q5[lang], {"helpful": "yes", "comment": "Falta <i>el plazo."})
    assert kept() == [(True, "Falta <i>el plazo.", False)]
    page = editor.get(f"/{lang}/faq/desk/Q5/opinions")
    assert "Falta &lt;i&gt;el plazo." in page
    assert NORTE not in page
    assert ">1 / 0</a>" in editor.get(f"/{lang}/faq/desk")


def test_after_too_many_in_an_hour_nothing_more_is_kept(demo, monkeypatch):
    monkeypatch.setattr(opinions, "MOST_AN_HOUR", 2)
    browser = Browser(demo)
    for _ in range(2):
        browser.post(Q5["en"], {"helpful": "yes"})
    assert "That was often" in browser.post(Q5["en"], {"helpful": "yes"}, status=429)
    assert len(kept()) == 2
    # Somebody else at the same address is counted apart once signed in.
    Browser(demo).as_(NORTE, "en").post(Q5["en"], {"helpful": "yes"})
    assert len(kept()) == 3


@BOTH
def test_a_search_in_vain_is_dealt_with_or_becomes_a_search_word(demo, lang):
    for words in ("albaricoque", "melocotones", "melocotones"):
        misses.note(db.engine, lang, words, clock.business())
    editor = Browser(demo).as_(CHANNEL, lang)
    at = f"/{lang}/faq/misses"
    page = editor.get(at)
    assert page.index("melocotones") < page.index("albaricoque")
    editor.post(f"{at}/settlement", {"query": "melocotones", "in": lang}, at=at)
    editor.post(f"{at}/settlement", {"query": "nobody", "in": lang}, at=at, status=404)
    assert "melocotones" not in editor.get(at).partition("albaricoque")[0]
    assert "melocotones" in editor.get(f"{at}?state=settled")
    form = {"word": " Albaricoque ", "into": lang, "question": "Q9"}
    editor.post(f"{at}/keyword", {**form, "question": "Q99"}, status=422)
    editor.post(f"{at}/keyword", form)
    found = Browser(demo).get(f"/{lang}/faq?q=albaricoque")
    assert f'href="{Q9[lang]}"' in found
    db.session.rollback()
    assert db.session.query(FaqMiss).filter(FaqMiss.settled_at.is_(None)).count() == 0
