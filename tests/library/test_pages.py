"""The pages of the library: as of the date looked at, in both languages, for whom they are."""

import io
import re
from datetime import date

import pytest

from portal.library.facts import LINK, SHOWN, STATUS
from portal.library.models import BrandAsset, Material, Portal
from portal.store import announced
from portal.store.announced import Announced
from portal.web.paper import paper
from tests.library.announcing import MARCH, announce, id_of, version
from tests.library.papers import lay_out
from tests.people import CHANNEL, CHANNEL_L3, NORTE, SUPPORT, TOKEN, Browser
from tests.registry.test_pages_cost import counted

DECK = "centurylink-portfolio"
WORDS = {
    "es": (
        "Por qué CenturyLink",
        "Incorporación y pagos",
        "https://partners.example/level3/quotes",
    ),
    "en": ("Why CenturyLink", "Onboarding and payments", "https://partners.example/level3/quotes"),
}


def look_on(browser, day: date, language="en"):
    browser.post(f"/{language}/on", {"on": day.isoformat()})


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_library_says_what_the_pack_says_in_both_languages(visitor, lang):
    browser = visitor.as_(NORTE, lang)
    why, process, link = WORDS[lang]
    page = browser.get(f"/{lang}/library/")
    assert why in page and process in page and "centurylink-portfolio-2" not in page
    assert link in browser.get(f"/{lang}/library/portals")
    assert 'data-verdict="no"' in browser.get(f"/{lang}/library/brand?asset=level3-corporate")


def test_q17_is_answered_exactly_with_its_rule_and_its_answer(visitor):
    """Q17: the company's logo is retired; the partner program's may be used until changes come."""
    browser = visitor.as_(NORTE, "en")
    asked = "/en/library/brand?on=2017-12-01&asset="
    page = browser.get(f"{asked}level3-corporate")
    assert 'data-code="brand.retired"' in page and "retired since November 1, 2017" in page
    assert "/en/faq/level-3-logo-and-brand" in page or "/en/faq/q17" in page
    assert "asset=level3-partner-program" in page.partition("nearest")[2]
    page = browser.get(f"{asked}level3-partner-program")
    assert 'data-code="brand.transition"' in page and "until changes are announced" in page
    page = browser.get(f"{asked}centurylink-partner-program")
    assert 'data-code="brand.not_yet"' in page and "as soon as possible" in page
    browser.get("/en/library/brand?asset=level3-corporate&on=tomorrow", status=422)
    assert "data-verdict" not in browser.get("/en/library/brand?asset=unknown")


def test_what_a_notice_announced_stands_there_before_its_day_and_holds_from_it_on(visitor):
    announce(LINK, id_of(Portal, "level3-partners-quotes"), "https://one.example/quotes")
    announce(STATUS, id_of(BrandAsset, "level3-partner-program"), "retired")
    announce(STATUS, id_of(BrandAsset, "centurylink-partner-program"), "current")
    browser = visitor.as_(NORTE, "en")
    page = browser.get("/en/library/portals")
    assert "https://partners.example/level3/quotes" in page
    assert "From Mar 1, 2018: https://one.example/quotes" in page
    brand = browser.get("/en/library/brand?asset=level3-partner-program")
    assert 'data-code="brand.ends"' in brand and "February 28, 2018" in brand
    look_on(browser, MARCH)
    page = browser.get("/en/library/portals")
    assert "https://partners.example/level3/quotes" not in page
    brand = browser.get("/en/library/brand?asset=level3-partner-program")
    assert 'data-verdict="no"' in brand and "asset=centurylink-partner-program" in brand


def test_what_a_notice_announces_is_told_before_it_is_certain(visitor, monkeypatch):
    """The notice is out, not everybody is served: the logo has a last day already (N2)."""
    key = id_of(BrandAsset, "level3-partner-program")
    soon = Announced("retired", MARCH, certain=False, ref="N-1")
    monkeypatch.setattr(
        announced,
        "_lookups",
        [lambda session, fact, keys, on: {key: soon} if fact is STATUS and on < MARCH else {}],
    )
    brand = visitor.as_(NORTE, "en").get("/en/library/brand?asset=level3-partner-program")
    assert 'data-code="brand.ends"' in brand and "From March 1, 2018: Retired" in brand


def test_an_answer_shows_the_library_as_of_the_date(visitor):
    """Q15 to Q17, beside the answer."""
    browser = visitor.as_(NORTE, "en")
    assert "https://partners.example/level3/support" in browser.get(
        "/en/faq/which-portals-do-i-use"
    )
    page = browser.get("/en/faq/will-tools-and-sales-materials-change")
    assert "sales tools" in page and "Why CenturyLink" in page
    assert "Allowed in the transition" in browser.get("/en/faq/level-3-logo-and-brand")
    announce(STATUS, id_of(BrandAsset, "level3-partner-program"), "retired")
    look_on(browser, MARCH)
    assert "Allowed in the transition" not in browser.get("/en/faq/level-3-logo-and-brand")


def test_a_file_is_downloaded_while_it_is_offered_and_an_old_one_no_more(visitor):
    lay_out()
    key = id_of(Material, DECK)
    browser = visitor.as_(NORTE, "en")
    (first, *_rest) = re.findall(
        r"/en/library/files/\d+", browser.get(f"/en/library/materials/{key}")
    )
    assert fetch(browser, first).startswith("%PDF")
    announce(SHOWN, key, version(DECK, 2), date(2017, 12, 1))
    browser.get(first, status=404)
    page = browser.get(f"/en/library/materials/{key}")
    assert "Version 2" in page and "By advance notice" in page


def test_a_material_goes_from_the_form_to_its_readers(visitor):
    staff = visitor.as_(CHANNEL, "en")
    typed = {"portfolio": "own", "kind": "guide", "title_es": "Guía X", "title_en": "Guide X",
             "about_es": "Uso", "about_en": ""}  # fmt: skip
    page = staff.post("/en/library/materials/new", typed, status=422)
    assert "Guía X" in page and "Say what it is for." in page
    staff.post("/en/library/materials/new", {**typed, "about_en": "Use"})
    assert staff.page is not None
    there = staff.page.headers["Location"]
    said = staff.post(there, {}, status=422)
    assert "Choose a file in one language or more." in said
    sent = {"files_es": (io.BytesIO(paper("x")), "x.pdf"),
            "files_en": (io.BytesIO(b"no"), "x.exe")}  # fmt: skip
    said = _send(staff, there, sent, 422)
    assert "x.exe" in said and "Kept already" in said
    _send(staff, there, {}, 302)
    assert "is offered from today on" in staff.get(there)
    assert "Guide X" in Browser(visitor.app).as_(NORTE, "en").get("/en/library/")
    number = re.search(r"\d+", there)
    other = Browser(visitor.app).as_(CHANNEL_L3, "en")
    assert number and other.get(f"/en/library/materials/{number[0]}")
    other.get(there, status=404)


def test_a_logo_gets_its_file_once(visitor):
    key = id_of(BrandAsset, "centurylink-partner-program")
    staff, path = visitor.as_(CHANNEL, "en"), f"/en/library/brand/{key}/logo"
    assert "Choose the file of the logo." in _send(staff, path, {}, 422)
    sent = {"files": (io.BytesIO(paper("logo")), "logo.pdf")}
    _send(staff, path, sent, 302)
    _send(staff, path, {"files": (io.BytesIO(paper("two")), "two.pdf")}, 409)
    reader = Browser(visitor.app).as_(NORTE)
    reader.get(f"/es/library/brand/{key}/file", status=404)
    announce(STATUS, key, "current", date(2017, 12, 1))
    assert fetch(reader, f"/es/library/brand/{key}/file").startswith("%PDF")


def test_support_has_no_library_and_no_link_to_it(visitor):
    browser = visitor.as_(SUPPORT)
    browser.get("/es/library/", status=403)
    assert "/library" not in browser.get("/es/directory/")


@pytest.mark.parametrize("path", ["/es/library/", "/es/library/brand", "/es/library/portals"])
def test_a_page_costs_a_fixed_number_of_queries(visitor, path):
    browser = visitor.as_(NORTE)
    with counted() as asked:
        browser.get(path)
    assert len(asked) <= 20


def fetch(browser: Browser, path: str) -> str:
    """A file, as it comes: an attachment."""
    text = browser.get(path)
    assert browser.page is not None
    assert "attachment" in browser.page.headers["Content-Disposition"]
    browser.page.close()
    return text


def _send(browser: Browser, path: str, files: dict, status: int) -> str:
    token = TOKEN.search(browser.get(path))
    assert token
    response = browser._send("post", path, data={"csrf_token": token[1], **files},
                             content_type="multipart/form-data")  # fmt: skip
    return browser._see(path, response, status)
