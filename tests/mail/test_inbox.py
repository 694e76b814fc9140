"""The inbox: everyone reads their own mail, nobody a rival's, and links only where they may (A4, B5)."""

import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts import inbox_views as inbox
from portal.accounts.models import Person
from portal.store import scope
from portal.store.db import db
from portal.store.outbox import KINDS, Mail, MailState
from tests.mail.conftest import put, use
from tests.mail.office import open_office
from tests.people import ADMIN, NORTE, NORTE_ADMIN, SUR, Browser
from tests.registry.test_pages_cost import counted
from tests.surface import asking

UNKNOWN = "0190a0a0-0000-7000-8000-000000000000"


def person(email: str) -> int:
    return db.session.scalars(select(Person.id).where(Person.email == email)).one()


def own(email: str, **values: Any) -> UUID:
    """The id of a mail of this person's, with a link in it."""
    key: UUID = put(to=email, person_id=person(email), **values)
    return key


@pytest.fixture
def sending(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same portal with a mail server set."""
    with open_office() as office:
        use(demo, monkeypatch, office.settings)
        monkeypatch.setattr("portal.web.mail.wake", lambda name: None)
        yield office


def test_a_person_reads_their_own_mail_link_and_all(visitor: Browser) -> None:
    key = own(NORTE)
    browser = visitor.as_(NORTE)
    page = browser.get("/es/inbox/")
    assert f"/es/inbox/{key}" in page
    page = browser.get(f"/es/inbox/{key}")
    assert "https://portal.test/es/reset/s3cret" in page


@pytest.mark.parametrize("email", [SUR, NORTE_ADMIN])
def test_anothers_mail_reads_like_one_that_does_not_exist(visitor: Browser, email: str) -> None:
    """A4: a rival, and a colleague, get the very bytes of an unknown id, and of no id at all."""
    key = own(NORTE)
    browser = visitor.as_(email)
    unknown = asking.plain(browser._send("get", f"/es/inbox/{UNKNOWN}"), UNKNOWN)
    assert unknown.startswith("404 ")
    for asked in (str(key), str(key).upper(), key.hex, "no-such-mail"):
        assert asking.plain(browser._send("get", f"/es/inbox/{asked}"), asked) == unknown
    assert str(key) not in browser.get("/es/inbox/")
    browser.get("/es/inbox/all", status=403)


def test_without_the_scope_a_rival_would_read_it(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    key = own(NORTE)
    browser = visitor.as_(SUR)
    monkeypatch.setitem(scope._SCOPES, Mail, lambda actor: None)
    scope._condition.cache_clear()
    try:
        assert "Ana Ñandú" in browser.get(f"/es/inbox/{key}")
    finally:
        scope._condition.cache_clear()


def test_the_portal_admin_reads_others_mail_without_its_link(visitor: Browser) -> None:
    key = own(NORTE)
    browser = visitor.as_(ADMIN)
    page = browser.get("/en/inbox/all")
    assert f"/en/inbox/{key}" in page and NORTE in page and "s3cret" not in page
    page = browser.get(f"/en/inbox/{key}")
    assert "Ana Ñandú" in page
    assert "s3cret" not in page and "/reset/" not in page
    assert str(key) not in browser.get("/en/inbox/"), "one's own inbox is one's own"


def test_in_a_demo_the_portal_admin_opens_mail_to_people_without_an_account(
    visitor: Browser,
) -> None:
    """Nobody else could: who is invited has no inbox yet."""
    key = put("invitation", to="new@andes.example", language="en")
    assert "/en/reset/s3cret" in visitor.as_(ADMIN).get(f"/en/inbox/{key}")
    Browser(visitor.app).as_(NORTE).get(f"/en/inbox/{key}", status=404)


def test_elsewhere_the_portal_admin_does_not(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who reads an invitation could take the place of whom it invites."""
    key = put("invitation", to="new@andes.example", language="en")
    browser = visitor.as_(ADMIN)
    monkeypatch.setattr(inbox.demo, "people", lambda: ())
    assert "s3cret" not in browser.get(f"/en/inbox/{key}")


def test_where_mail_is_sent_no_page_tells_a_link(visitor: Browser, sending: Any) -> None:
    """B5: a session must not stand in for the mailbox that a link is to prove."""
    key = own(NORTE, language="en")
    page = visitor.as_(NORTE).get(f"/en/inbox/{key}")
    assert "Ana Ñandú" in page and "s3cret" not in page
    page = Browser(visitor.app).as_(ADMIN).get(f"/en/inbox/{key}")
    assert "Ana Ñandú" not in page and "s3cret" not in page
    assert "for its reader" in page


def test_the_portal_admin_sees_what_failed(visitor: Browser, sending: Any) -> None:
    from portal.web import mail as mailer

    own(NORTE)
    sending.answers["rcpt"] = "550 unknown"
    mailer.send_due()
    browser = visitor.as_(ADMIN)
    assert NORTE in browser.get("/en/inbox/all?state=failed")
    assert NORTE not in browser.get("/en/inbox/all?state=waiting")
    assert NORTE in browser.get("/en/inbox/all?state=nonsense")
    key = db.session.scalars(select(Mail.id)).one()
    assert "smtp_550_rcpt" in browser.get(f"/en/inbox/{key}")


@pytest.mark.parametrize(("path", "email"), [("/en/inbox/", NORTE), ("/en/inbox/all", ADMIN)])
def test_a_long_inbox_goes_by_pages(visitor: Browser, path: str, email: str) -> None:
    keys = [own(NORTE) for _ in range(inbox.PAGE + 3)]
    browser, seen = visitor.as_(email), set()
    while path:
        page = browser.get(path)
        found = re.findall(r"/en/inbox/([0-9a-f-]{36})", page)
        assert 0 < len(found) <= inbox.PAGE
        seen |= set(found)
        older = re.search(r'href="([^"]+)" rel="next"', page)
        path = older[1].replace("&amp;", "&") if older else ""
    assert seen == set(map(str, keys))


def test_a_mail_in_the_other_language_says_so(visitor: Browser) -> None:
    key = own(NORTE, language="en")
    browser = visitor.as_(NORTE)
    assert '<span lang="en">Choose a new password</span>' in browser.get("/es/inbox/")
    assert '<div lang="en">' in browser.get(f"/es/inbox/{key}")


def test_an_empty_inbox_says_what_will_be_there(visitor: Browser) -> None:
    browser = visitor.as_(SUR)
    assert "No mail yet" in browser.get("/en/inbox/")
    assert "no older messages" in browser.get(f"/en/inbox/?before={UNKNOWN}")
    browser.get("/en/inbox/?before=%27")


def test_every_kind_and_state_is_named() -> None:
    assert set(inbox.KIND_NAMES) == set(KINDS)
    assert set(inbox.STATE_NAMES) == set(MailState)


def test_the_page_costs_the_same_for_one_mail_and_for_thirty(visitor: Browser) -> None:
    browser = visitor.as_(NORTE)
    own(NORTE)
    browser.get("/es/inbox/")
    with counted() as few:
        browser.get("/es/inbox/")
    for _ in range(29):
        own(NORTE)
    with counted() as many:
        browser.get("/es/inbox/")
    assert len(many) == len(few) > 0
