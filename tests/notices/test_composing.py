"""Channel staff write a notice, see what it does, give it out and call it back (N1, N3, N4, N5)."""

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.notices import attachments, drafts
from portal.notices.audience_rules import Choice
from portal.notices.models import Notice, NoticeAttachment, NoticeChange, NoticeVersion
from portal.notices.rules import Kind
from portal.store.db import db
from portal.store.outbox import Mail
from tests.notices.world import (
    Posted,
    actor,
    agreement_id,
    draft,
    partner_id,
    publish,
    team_id,
    when,
)
from tests.people import CHANNEL, CHANNEL_L3, LEAD, NORTE, SUR, Browser

TEAM = "agreement.channel_team"
TEXTS = {
    "title_es": "Cambia su equipo",
    "title_en": "Your team changes",
    "body_es": "Desde ese día le atiende **otro** equipo.",
    "body_en": "Another team serves you from that day.",
}


def written(**more: Any) -> dict[str, Any]:
    """A complete form."""
    return {"topic": "teams", "effective_on": "2018-01-15", "whom": "registry", **TEXTS, **more}


def ref_of(browser: Browser) -> str:
    """The reference in the address the browser was sent to."""
    assert browser.page is not None
    found = re.search(r"/notices/([0-9A-Z]{8})/", browser.page.headers["Location"])
    assert found, browser.page.headers["Location"]
    return found[1]


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_notice_is_written_reviewed_and_given_out(visitor: Browser, language: str) -> None:
    """N1, N3: with a typed change begun from a link, its effect before and after word for word."""
    staff = visitor.as_(CHANNEL, language)
    with visitor.app.app_context():
        agreement, team = agreement_id("CTL-A-1042"), team_id("CTL-CANAL-2")
        norte, sur = partner_id("norte"), partner_id("sur")
    new = f"/{language}/notices/new"
    page = staff.get(f"{new}?fact={TEAM}&subject={agreement}")
    assert "CTL-A-1042" in page
    change = {"fact": TEAM, "subject": str(agreement)}
    page = staff.post(new, written(**change), status=422)
    assert TEXTS["title_es"] in page, "what was typed is kept"
    staff.post(new, written(**change, value=str(team), then="review"))
    ref = ref_of(staff)
    page = staff.follow()
    assert 'data-verdict="yes"' in page and "<del>" in page and "<ins>" in page
    assert "CTL-A-1042" in page and "notice.unreachable" not in page
    assert "CTL-A-1042" not in staff.get(f"/{language}/notices/{ref}/reading?company={sur}")
    seen = staff.get(f"/{language}/notices/{ref}/reading?company={norte}")
    assert "CTL-A-1042" in seen and TEXTS[f"title_{language}"] in seen
    (revision,) = re.findall(r'name="revision" value="(\d+)"', page)
    review = f"/{language}/notices/{ref}/review"
    staff.post(
        f"/{language}/notices/{ref}/publication", {"revision": revision, "when": "now"}, at=review
    )
    page = staff.follow()
    assert f"/notices/{ref}/recall" in page
    staff.post(f"/{language}/notices/{ref}/recall", {}, at=f"/{language}/notices/{ref}/proof")
    assert "<textarea" in staff.follow()


def test_a_missing_half_blocks_and_is_handed_to_a_colleague(visitor: Browser) -> None:
    """N3: nothing is published in one language; the colleague is told by mail and on the desk."""
    staff = visitor.as_(CHANNEL)
    form = written(title_en="", body_en="", effective_on="2017-12-05")
    staff.post("/es/notices/new", {**form, "then": "review"})
    ref, page = ref_of(staff), staff.follow()
    assert 'data-code="notice.language_missing"' in page and 'data-verdict="no"' in page
    assert 'data-code="notice.lead_short"' in page and "effective_on=2017-12-17" in page
    assert 'name="revision"' not in page
    taken = staff.get(f"/es/notices/{ref}/draft?effective_on=2017-12-17")
    assert 'value="2017-12-17"' in taken
    (colleague,) = re.findall(r'<option value="(\d+)">', page)[:1]
    staff.post(f"/es/notices/{ref}/handover", {"person": colleague}, at=f"/es/notices/{ref}/review")
    with visitor.app.app_context():
        mails = db.session.query(Mail).filter_by(kind="notice_asked").all()
        assert [mail.to_address for mail in mails] == [LEAD]
    lead = Browser(visitor.app).as_(LEAD, "en")
    assert "You were asked" in lead.get("/en/notices/desk")
    refused = staff.post(
        f"/es/notices/{ref}/publication",
        {"revision": "1", "when": "now"},
        at=f"/es/notices/{ref}/review",
        status=409,
    )
    assert 'data-verdict="no"' in refused


def test_of_two_authors_the_second_sees_both_texts_and_loses_nothing(visitor: Browser) -> None:
    first, second = visitor.as_(CHANNEL), Browser(visitor.app).as_(LEAD)
    first.post("/es/notices/new", {**written(), "then": "save"})
    ref = ref_of(first)
    path = f"/es/notices/{ref}/draft"
    (revision,) = re.findall(r'name="revision"[^>]*value="(\d+)"', second.get(path))
    first.post(path, written(revision=revision, title_es="Del primero", then="save"))
    mine = written(revision=revision, title_es="De la segunda", then="save")
    page = second.post(path, mine, status=409)
    assert "De la segunda" in page and "primero" in page and "<ins>" in page
    (newer,) = re.findall(r'name="revision"[^>]*value="(\d+)"', page)
    second.post(path, {**mine, "revision": newer})
    assert "De la segunda" in first.get(path)


def test_changes_are_chosen_step_by_step_and_taken_out_again(visitor: Browser) -> None:
    """N1, without a script: the fact, what it is about, its value."""
    staff = visitor.as_(CHANNEL, "en")
    staff.post("/en/notices/new", {**written(), "then": "change"})
    ref = ref_of(staff)
    path = f"/en/notices/{ref}/changes/new"
    assert TEAM in staff.follow()
    found = staff.get(f"{path}?fact={TEAM}&q=1042")
    (subject,) = re.findall(r"subject=(\d+)", found)
    assert "Nothing of your registry fits" in staff.get(f"{path}?fact={TEAM}&q=zzzz")
    at = f"{path}?fact={TEAM}&subject={subject}"
    with visitor.app.app_context():
        team = team_id("CTL-CANAL-2")
    change = {"fact": TEAM, "subject": subject}
    staff.post(f"/en/notices/{ref}/changes", {**change, "value": "x"}, at=at, status=422)
    staff.post(f"/en/notices/{ref}/changes", {**change, "value": str(team)}, at=at)
    page = staff.follow()
    (drop,) = re.findall(r'value="(drop:\d+)"', page)
    (revision,) = re.findall(r'name="revision"[^>]*value="(\d+)"', page)
    draft_page = f"/en/notices/{ref}/draft"
    staff.post(draft_page, written(revision=revision, then=drop))
    with visitor.app.app_context():
        changes = select(NoticeChange).join(
            NoticeVersion, NoticeVersion.id == NoticeChange.version_id
        )
        mine = changes.join(Notice, Notice.id == NoticeVersion.notice_id).where(Notice.ref == ref)
        assert db.session.scalars(mine).all() == []
    staff.post(f"/en/notices/{ref}/removal", {}, at=f"/en/notices/{ref}/draft")
    staff.get(f"/en/notices/{ref}/draft", status=404)


def test_another_registrys_drafts_and_a_partners_reach_are_as_the_unknown(visitor: Browser) -> None:
    staff = visitor.as_(CHANNEL)
    staff.post("/es/notices/new", {**written(), "then": "save"})
    ref = ref_of(staff)
    other, partner = Browser(visitor.app).as_(CHANNEL_L3), Browser(visitor.app).as_(NORTE)
    for place in ("draft", "review", "proof", "answers", "fallbacks", "changes/new", "reading"):
        other.get(f"/es/notices/{ref}/{place}", status=404)
        partner.get(f"/es/notices/{ref}/{place}", status=403)
    partner.get(f"/es/notices/{ref}", status=404)


def test_files_go_with_a_version_and_are_read_by_whoever_it_was_published_to(
    demo: Flask,
) -> None:
    staff = Browser(demo).as_(CHANNEL)
    pdf = (BytesIO(b"name\nAna\n"), "equipos.csv")
    staff.post("/es/notices/new", {**written(), "files": [pdf], "then": "save"})
    ref = ref_of(staff)
    with demo.app_context():
        file = db.session.query(NoticeAttachment).one().file_id
        version = db.session.query(NoticeAttachment).one().version_id
    assert "equipos.csv" in staff.get(f"/es/notices/{ref}/draft")
    Browser(demo).as_(NORTE).get(f"/es/files/{file}", status=404)
    with demo.app_context():
        publish(Posted(ref, version), actor(CHANNEL), when("2017-12-01"))
        amended = drafts.amend(ref, Kind.AMENDMENT, actor=actor(CHANNEL), now=when("2017-12-02"))
        assert amended and db.session.query(NoticeAttachment).count() == 2
        (seen,) = attachments.files(db.session(), actor(NORTE), version)
        assert (seen.id, seen.name) == (file, "equipos.csv")


def test_naming_companies_widens_the_audience_and_unknown_ones_are_told(visitor: Browser) -> None:
    """N4: by name, beside whom its changes affect."""
    staff = visitor.as_(CHANNEL)
    page = staff.post(
        "/es/notices/new", written(whom="affected", names="Nadie Así S.A."), status=422
    )
    assert "Nadie Así S.A." in page
    staff.post("/es/notices/new", written(whom="affected", names="sur", then="review"))
    page = staff.follow()
    assert len(re.findall(r"/reading\?company=\d+", page)) == 1


@pytest.mark.parametrize(("at", "status"), [("2017-11-01T10:00", 422), ("2017-12-20T10:00", 302)])
def test_it_can_be_given_out_for_a_moment_that_lies_ahead(
    visitor: Browser, at: str, status: int
) -> None:
    staff = visitor.as_(CHANNEL, "en")
    with visitor.app.app_context():
        choice = Choice(partners=frozenset({partner_id("sur")}))
        posted = draft(actor(CHANNEL), effective="2018-02-01", choice=choice)
        revision = posted.version.revision
    form = {"revision": str(revision), "when": "at", "at": at}
    page = staff.post(
        f"/en/notices/{posted.ref}/publication",
        form,
        at=f"/en/notices/{posted.ref}/review",
        status=status,
    )
    assert status == 302 or at in page
    assert SUR not in page
