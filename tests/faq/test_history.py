"""How a text read on every date, what is announced of it, and the feed of what changed."""

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from portal.faq import editing
from portal.faq.facts import PROMISE
from portal.faq.models import FaqRevision
from portal.faq.shelf import shelf_on
from portal.kernel import clock
from portal.kernel.localized import Localized
from portal.notices.drafts import Draft
from portal.notices.models import NoticeVersion
from portal.store.db import atomic, db
from tests.conftest import TODAY
from tests.faq.world import EDITOR, LEAD, WHY, draft, in_effect
from tests.people import NORTE, Browser

BOTH = pytest.mark.parametrize("lang", ["es", "en"])
LATER = date(2018, 2, 1)
TOLD = Draft(
    "processes", Localized(es="Cambia", en="Changes"), Localized(es="Así.", en="So."), LATER
)
ATOM = "{http://www.w3.org/2005/Atom}"


def revise(text_id: str, on: date, fact=None) -> None:
    """Announce the draft of a text and let it take effect on `on`."""
    editing.announce(text_id, draft(text_id), WHY, TOLD, actor=EDITOR, now=clock.business())
    value = db.session.query(FaqRevision.id).order_by(FaqRevision.id.desc()).limit(1).scalar()
    in_effect(value, text_id, on, *([fact] if fact else []))


def test_one_library_serves_all_dates_on_which_the_same_texts_hold(app):
    revise("P4", LATER, PROMISE)
    assert shelf_on(TODAY) is shelf_on(LATER - timedelta(days=1))
    assert shelf_on(LATER) is shelf_on(LATER + timedelta(days=900))
    assert shelf_on(TODAY) is not shelf_on(LATER)
    for n in range(20):
        shelf_on(TODAY + timedelta(days=n))
    assert shelf_on(TODAY).get("Q8").in_force_since == date(2017, 11, 1)


@BOTH
def test_any_two_texts_are_compared_in_either_language(demo, lang):
    revise("Q3", LATER)
    page = Browser(demo).get(f"/{lang}/faq/revisions/q3")
    assert {"es": "albaricoque", "en": "apricot"}[lang] in page
    assert {"es": "NOTICE22", "en": "By the notice NOTICE22"}[lang] in page
    assert "/notices/NOTICE22" not in page
    other = Browser(demo).get(f"/{lang}/faq/revisions/Q3?from=2&to=1&in=es")
    assert "albaricoque</del>" in other
    assert f"/{lang}/faq/revisions/P2" in other
    assert f"/{lang}/on?on=2018-02-01" in other
    assert "/notices/NOTICE22" in Browser(demo).as_(NORTE, lang).get(f"/{lang}/faq/revisions/Q3")
    Browser(demo).get(f"/{lang}/faq/revisions/Q3?from=77&to=x&in=fr")
    Browser(demo).get(f"/{lang}/faq/revisions/Q99", status=404)


def test_no_draft_and_no_text_that_waits_is_shown_to_readers(demo):
    editing.announce("Q3", draft("Q3"), WHY, TOLD, actor=EDITOR, now=clock.business())
    draft("Q3", "Un melocotón.", "A peach.")
    for path in ("/en/faq/revisions/Q3", "/en/faq/revisions/Q3?to=2", "/en/faq/feed"):
        page = Browser(demo).get(path)
        assert "apricot" not in page
        assert "peach" not in page


def test_an_answer_names_the_next_change_that_is_announced(demo):
    """Before everybody has the notice only the earliest day there can be is told; drafts, nothing."""
    made = editing.announce("P4", draft("P4"), WHY, TOLD, actor=EDITOR, now=clock.business())
    browser = Browser(demo)
    path = "/en/faq/will-my-compensation-change"
    browser.get("/en/faq/q7", status=302)
    assert browser.page is not None
    path = browser.page.headers["Location"]
    assert "No change announced" in browser.get(path)
    with atomic() as session:
        version = session.get_one(NoticeVersion, made.value.version_id)
        version.published_at, version.lead_days = clock.business(), 15
    assert "not before February 1, 2018" in browser.get(path)
    assert "not before February 1, 2018" in browser.get("/en/faq/print")
    assert 'href="/en/notices/' in Browser(demo).as_(NORTE, "en").get(path)


@BOTH
def test_the_feed_is_well_formed_and_its_ids_stay(demo, lang):
    first = Browser(demo).client.get(f"/{lang}/faq/feed")
    assert first.content_type == "application/atom+xml; charset=utf-8"
    assert first.headers["Cache-Control"] == "public, max-age=300"
    before = ElementTree.fromstring(first.data)
    seen = draft("Q3", "a < b & [c](javascript:x)", "a < b")
    editing.correct("Q3", seen, Localized(es="<b>", en="]]>"), actor=LEAD, now=clock.business())
    response = Browser(demo).client.get(f"/{lang}/faq/feed")
    feed = ElementTree.fromstring(response.data)
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"https://portal.test/{lang}/faq/feed"
    entries = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    old = [entry.findtext(f"{ATOM}id") for entry in before.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids) == 24
    assert set(old) < set(ids)
    assert ids[0] not in old
    newest = entries[0]
    why, said = {"es": ("<b>", "a < b &"), "en": ("]]>", "a < b")}[lang]
    told = newest.findtext(f"{ATOM}content") or ""
    assert f" · {why}\n\n{said}" in told
    assert feed.findtext(f"{ATOM}updated") == newest.findtext(f"{ATOM}updated")
    again = Browser(demo).client.get(
        f"/{lang}/faq/feed", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304
    assert f'href="/{lang}/faq/feed"' in Browser(demo).get(f"/{lang}/faq")
