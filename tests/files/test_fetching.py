"""Who may fetch which file, and how it comes (A3, A4, A6, B11, B18)."""

import uuid
from email.message import Message
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.accounts.models import Person
from portal.kernel import clock
from portal.store import blobs, scope
from portal.store.db import atomic, db
from portal.store.events import Event
from portal.store.files import File
from tests.files.conftest import bring, registry
from tests.people import (
    ADMIN,
    CHANNEL,
    CHANNEL_L3,
    CSM,
    EVERYONE,
    LEAD,
    LEAD_L3,
    NORTE,
    NORTE_ADMIN,
    SUPPORT,
    SUR,
    SUR_ADMIN,
    Browser,
)
from tests.registry.world import CTL, L3

CANARY = "canary-8812"
# Who reads no files at all; finance reads those of claims.
NEVER = {ADMIN, CSM, SUPPORT}
# Whose file it is, of which registry, and who sees it, by hand from facts.md section 9.
CASES: dict[str, tuple[str, str | None, set[str]]] = {
    "a company's own draft": (NORTE, None, {NORTE, NORTE_ADMIN}),
    "sent to one registry": (NORTE, CTL, {NORTE, NORTE_ADMIN, CHANNEL, LEAD}),
    "sent to the other": (SUR, L3, {SUR, SUR_ADMIN, CHANNEL_L3, LEAD_L3}),
    "of the staff of a registry": (CHANNEL_L3, L3, {CHANNEL_L3, LEAD_L3}),
    "of one of the staff alone": (CHANNEL, None, {CHANNEL}),
}


def kept(email: str, slug: str | None = None, name: str = f"{CANARY}.txt") -> str:
    """The id of a new file of `email`."""
    found = bring(email, (name, CANARY.encode()), registry_id=registry(slug) if slug else None).kept
    return str(found[0].id)


def fetch(browser: Browser, path: str, *, status: int = 200, **more: Any) -> str:
    """What `path` answers, read to its end."""
    return browser.get(path, status=status, buffered=True, **more)


def headers(browser: Browser) -> dict[str, str]:
    assert browser.page is not None
    return dict(browser.page.headers)


@pytest.mark.parametrize("case", CASES)
def test_a_file_is_fetched_by_those_whose_it_is_and_by_nobody_else(
    portal: Flask, case: str
) -> None:
    """A3, A4, A6: by id, in both languages, whole or in part; what is another's reads as unknown."""
    owner, slug, may = CASES[case]
    key, none = kept(owner, slug), str(uuid.uuid4())
    for email in EVERYONE:
        browser = Browser(portal).as_(email)
        browser.get("/en/")
        for more in ({}, {"headers": {"Range": "bytes=0-3"}}, {"method": "HEAD"}):
            path = f"/en/files/{key}"
            method = more.get("method", "GET")
            asked = {k: v for k, v in more.items() if k != "method"}
            with portal.app_context():
                response = browser.client.open(path, method=method, buffered=True, **asked)
                unknown = browser.client.open(f"/en/files/{none}", method=method, **asked)
            if email in may:
                assert response.status_code == (206 if "headers" in more else 200), email
                continue
            assert response.status_code == (403 if email in NEVER else 404), email
            assert response.status_code == unknown.status_code
            assert response.text.replace(key, "…") == unknown.text.replace(none, "…")
            assert list(response.headers.keys()) == list(unknown.headers.keys())
            assert CANARY not in response.text + str(response.headers)


def test_a_visitor_is_asked_to_sign_in(portal: Flask) -> None:
    key = kept(NORTE)
    browser = Browser(portal)
    assert CANARY not in fetch(browser, f"/es/files/{key}", status=302)
    assert CANARY not in str(headers(browser))


def test_the_walk_sees_a_scope_that_lets_everything_through(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the scope of files a rival has the bytes."""
    key = kept(NORTE)
    browser = Browser(portal).as_(SUR)
    fetch(browser, f"/es/files/{key}", status=404)
    monkeypatch.setitem(scope._SCOPES, File, lambda actor: None)
    scope._condition.cache_clear()
    try:
        assert CANARY in fetch(browser, f"/es/files/{key}")
    finally:
        scope._condition.cache_clear()


def test_bytes_have_no_address_but_the_files_id(portal: Flask) -> None:
    """Neither the hash nor the place on disk, nor the id written in another way."""
    key = kept(NORTE)
    browser = Browser(portal).as_(NORTE)
    found = uuid.UUID(key)
    sha256 = db.session.scalar(select(File.sha256).where(File.id == found)) or ""
    others = (
        sha256,
        f"{sha256[:2]}/{sha256}",
        found.hex,
        f"{{{key}}}",
        key.upper(),
        f"urn:uuid:{key}",
    )
    for other in (*others, f"../files/{sha256}", f"{key}/", f"{key};x", f"{key}%00"):
        with portal.app_context():
            response = browser.client.get(f"/en/files/{other}")
        assert response.status_code in {400, 404}, other
        assert CANARY not in response.text, other


def test_a_file_taken_away_is_gone_at_once(portal: Flask) -> None:
    key = kept(NORTE)
    browser = Browser(portal).as_(NORTE)
    fetch(browser, f"/es/files/{key}")
    bring(NORTE, removed=(key,))
    assert CANARY not in fetch(browser, f"/es/files/{key}", status=404)


def test_who_changes_sides_leaves_the_files_behind(portal: Flask) -> None:
    """A8: what one brought for a company is the company's, and is seen in that capacity only."""
    key = kept(NORTE, CTL)
    browser = Browser(portal).as_(SUR)
    with atomic() as session:
        sur = session.scalar(select(Person.id).where(Person.email == SUR))
        session.execute(update(File).where(File.id == uuid.UUID(key)).values(person_id=sur))
    fetch(browser, f"/es/files/{key}", status=404)


def test_a_file_comes_as_a_download_that_can_do_nothing(portal: Flask) -> None:
    """B11, B12: attachment, its own type, nothing guessed, nothing run, nothing stored."""
    browser = Browser(portal).as_(NORTE)
    fetch(browser, f"/en/files/{kept(NORTE)}")
    found = headers(browser)
    assert found["Content-Disposition"].startswith("attachment;")
    assert found["Content-Type"].startswith("text/plain")
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert found["Cache-Control"] == "private, no-store"
    assert found["Cross-Origin-Resource-Policy"] == "same-origin"
    assert browser.page is not None and browser.page.headers.getlist("Content-Security-Policy") == [
        "sandbox; default-src 'none'"
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("plain.txt", "Señor año.txt", "契約書.txt", "a'b;c, d=e.txt", "ñ" * 90 + ".txt"),
        *('a\\"b.txt', "100% seguro.txt", "😀.txt", "x;filename=y.txt"),
    ],
)
def test_any_name_reaches_the_browser_whole(portal: Flask, name: str) -> None:
    """B18: RFC 6266 and 8187; one header, one disposition, and the name as it was kept."""
    browser = Browser(portal).as_(NORTE)
    key = kept(NORTE, name=name)
    stored = db.session.scalar(select(File.name).where(File.id == uuid.UUID(key)))
    fetch(browser, f"/en/files/{key}")
    said = headers(browser)["Content-Disposition"]
    assert said.isascii() and not set("\r\n") & set(said)
    _, starred, whole = said.partition("filename*=UTF-8''")
    parsed = Message()
    parsed["Content-Disposition"] = said.partition("; filename*=")[0]
    assert parsed.get_content_disposition() == "attachment"
    assert (unquote(whole) if starred else parsed.get_filename()) == stored


def test_parts_of_a_file_can_be_asked_for(portal: Flask) -> None:
    """A6: one range is one range; several, or none that can be read, are the whole file."""
    browser = Browser(portal).as_(NORTE)
    path = f"/en/files/{kept(NORTE)}"
    whole = CANARY
    for asked, status, answer in (
        ("bytes=0-5", 206, whole[:6]),
        ("bytes=-4", 206, whole[-4:]),
        ("bytes=7-", 206, whole[7:]),
        ("bytes=0-0,2-3", 200, whole),
        ("bytes=x", 200, whole),
        ("lines=1-2", 416, None),
        ("bytes=500-", 416, None),
    ):
        text = fetch(browser, path, status=status, headers={"Range": asked})
        assert answer is None or text == answer, asked
        assert answer is not None or CANARY not in text, asked
    with portal.app_context():
        head = browser.client.head(path, buffered=True)
    assert (head.data, head.headers["Content-Length"]) == (b"", str(len(whole)))


def test_what_a_browser_has_it_is_not_sent_again(portal: Flask) -> None:
    browser = Browser(portal).as_(NORTE)
    one, other = kept(NORTE), kept(NORTE)
    fetch(browser, f"/en/files/{one}")
    first = headers(browser)
    fetch(browser, f"/en/files/{one}", status=304, headers={"If-None-Match": first["ETag"]})
    fetch(browser, f"/en/files/{other}")
    assert headers(browser)["ETag"] != first["ETag"], "the same bytes have no common mark"
    sha256 = db.session.scalar(select(File.sha256).where(File.id == uuid.UUID(one))) or "?"
    assert sha256 not in str(headers(browser))


def test_a_file_is_only_read_at_its_address(portal: Flask) -> None:
    """A12: nothing is written or taken away here, whatever the method says."""
    key = kept(NORTE)
    for email in (NORTE, SUR):
        browser = Browser(portal).as_(email)
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            with portal.app_context():
                response = browser.client.open(f"/en/files/{key}", method=method)
            assert response.status_code in {400, 405} and CANARY not in response.text
    assert CANARY in fetch(Browser(portal).as_(NORTE), f"/en/files/{key}")


def test_each_fetching_is_on_record_once(portal: Flask) -> None:
    """Who and when; a part asked for later, a question about the head and a refusal are none."""
    key = kept(NORTE)
    browser, rival = Browser(portal).as_(NORTE_ADMIN), Browser(portal).as_(SUR)
    path = f"/en/files/{key}"
    fetch(browser, path)
    fetch(browser, path, status=206, headers={"Range": "bytes=4-"})
    fetch(rival, path, status=404)
    with portal.app_context():
        browser.client.head(path, buffered=True)
    db.session.rollback()
    found = db.session.scalars(
        select(Event).where(Event.stream == f"file:{key}", Event.verb == "file.downloaded")
    ).all()
    assert len(found) == 1 and found[0].at <= clock.wall()
    assert CANARY not in str(found[0].payload)


def test_a_file_whose_bytes_are_lost_is_our_fault_and_said_so(portal: Flask) -> None:
    key = kept(NORTE)
    sha256 = db.session.scalar(select(File.sha256).where(File.id == uuid.UUID(key))) or ""
    blobs.path_of(sha256).unlink()
    fetch(Browser(portal).as_(NORTE), f"/en/files/{key}", status=500)
