"""Secret addresses of feeds (N2): shown once, kept as a hash, ended by their person and with the
membership; what they open is theirs alone, in their language, for reading, and goes nowhere else."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import icalendar
import pytest
from sqlalchemy import select, update

from portal.accounts import feed_keys, throttle
from portal.accounts.models import FeedKey, FeedKind, Membership, Person
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.store.db import atomic, db
from portal.store.events import Event
from portal.web import feeds
from portal.web.feeds import FeedEntry
from tests.people import FINANCE, NORTE, NORTE_ADMIN, SUR, Browser
from tests.surface.asking import plain

WHEN = datetime(2017, 12, 1, 15, 4, tzinfo=UTC)
UNKNOWN = "/feeds/unknown.atom"
ATOM = "http://www.w3.org/2005/Atom"
PAGE, MAKE = "/en/account/feeds", "/en/account/feeds"
NEWS = (
    FeedEntry(
        *("notice-1", "Equipo; nuevo, <b>\x00", "Línea 1\nBEGIN:VEVENT & más", WHEN),
        *("/notices/ABC", date(2018, 1, 15), 2, False),
    ),
    FeedEntry("notice-2", "Retirado", "x", WHEN - timedelta(days=1), "/notices/DEF",
              date(2018, 2, 1), 3, True),
    FeedEntry("notice-3", "Sin fecha", "y" * 200, WHEN - timedelta(days=2), "/notices/GHI"),
)  # fmt: skip


@pytest.fixture
def news(monkeypatch):
    """A source of news; who asked it."""
    asked = []

    def source(session, actor, language):
        asked.append((actor, language))
        return NEWS

    monkeypatch.setattr(feeds, "FEED_SOURCES", [source])
    return asked


def made(browser, kind="atom", email=NORTE):
    """The secret address of a new feed, as a path."""
    page = browser.as_(email).post(MAKE, {"kind": kind}, at=PAGE, status=200)
    (path,) = set(re.findall(r'value="https://portal\.test(/feeds/[^"]+)"', page))
    return path


def fetch(browser, path, **headers):
    return Browser(browser.app)._send("get", path, headers=headers)


def test_the_secret_is_shown_once_to_copy_and_never_as_a_link(visitor: Browser, caplog, capfd):
    path = made(visitor)
    token = path.split("/")[-1].partition(".")[0]
    page = visitor.post(MAKE, {"kind": "calendar"}, at=PAGE, status=200)
    assert "readonly" in page and not re.search(r'href="[^"]*/feeds/[A-Za-z0-9_-]{20}', page)
    assert "no-store" in visitor.page.headers["Cache-Control"]
    again = visitor.get(PAGE)
    assert token not in again and "/feeds/" + token not in again
    key = db.session.scalars(select(FeedKey).where(FeedKey.kind == FeedKind.ATOM)).one()
    assert token not in str(vars(key))
    events = db.session.scalars(select(Event).where(Event.verb == "feed.made")).all()
    assert [event.payload for event in events] == [{"kind": "atom"}, {"kind": "calendar"}]


def test_it_opens_the_news_of_its_person_in_their_language_for_reading_only(visitor: Browser, news):
    path = made(visitor)
    response = Browser(visitor.app).as_(SUR)._send("get", path)  # a rival's cookie changes nothing
    assert (response.status_code, response.mimetype) == (200, "application/atom+xml")
    ((actor, language),) = news
    assert (actor.email, actor.permissions, language) == (
        NORTE, frozenset({Permission.READ_NOTICES, Permission.READ_LIBRARY, Permission.READ_COUNCILS}), "es",
    )  # fmt: skip
    assert actor.partner_name.endswith("Norte") and actor.membership_id
    key = db.session.scalars(select(FeedKey)).one()
    assert key.used_at is not None
    assert "last used" in visitor.get(PAGE)


def test_the_feed_is_atom_and_tells_of_itself_nothing_secret(visitor: Browser, news):
    path = made(visitor)
    raw = fetch(visitor, path).data
    assert path.encode() not in raw
    root = ElementTree.fromstring(raw)
    name = {"a": ATOM}
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "es"
    assert root.findtext("a:id", namespaces=name).startswith("urn:uuid:")
    assert root.findtext("a:updated", namespaces=name) >= WHEN.isoformat()
    entries = root.findall("a:entry", name)
    assert [each.findtext("a:id", namespaces=name) for each in entries] == [
        f"tag:portal.test,2017:notice-{number}" for number in (1, 2, 3)
    ]
    first = entries[0]
    assert first.findtext("a:title", namespaces=name) == "Equipo; nuevo, <b>"
    assert first.findtext("a:content", namespaces=name) == NEWS[0].text
    assert first.find("a:link", name).get("href") == "https://portal.test/es/notices/ABC"


def test_the_calendar_has_whole_days_and_takes_back_what_was_withdrawn(visitor: Browser, news):
    raw = fetch(visitor, made(visitor, "calendar")).data
    found = icalendar.Calendar.from_ical(raw)
    first, second = found.walk("VEVENT")
    assert (first["UID"], first["SEQUENCE"], first["STATUS"]) == (
        "notice-1@portal.test", 2, "CONFIRMED",
    )  # fmt: skip
    assert first.decoded("DTSTART") == date(2018, 1, 15)
    assert b"DTSTART;VALUE=DATE:20180115" in raw
    assert (second["SEQUENCE"], second["STATUS"]) == (3, "CANCELLED")
    assert str(first["SUMMARY"]) == "Equipo; nuevo, <b>"
    assert str(first["DESCRIPTION"]) == NEWS[0].text
    assert first["URL"] == "https://portal.test/es/notices/ABC"
    assert raw.count(b"\r\nBEGIN:VEVENT") == 2, "text begins no event of its own"
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))


def test_no_answer_lets_the_address_travel_on(visitor: Browser, news, capsys):
    path = made(visitor)
    for asked in (path, "/feeds/unknown.atom"):
        response = fetch(visitor, asked)
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "private, no-cache"
        assert "Set-Cookie" not in response.headers
    tag = fetch(visitor, path).headers["ETag"]
    assert fetch(visitor, path, **{"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("ends", ["revoked", "made again", "membership", "person", "other kind"])
def test_it_works_until_it_is_ended(visitor: Browser, news, ends):
    path = made(visitor)
    assert fetch(visitor, path).status_code == 200
    unknown = fetch(visitor, UNKNOWN)
    key = db.session.scalars(select(FeedKey)).one()
    if ends == "revoked":
        visitor.post(f"{PAGE}/revocation", {"key": str(key.id)}, at=PAGE)
        assert "No address yet" in visitor.get(PAGE)
    elif ends == "made again":
        made(visitor)
    elif ends == "other kind":
        path = path.replace(".atom", ".ics")
    else:
        with atomic() as session:
            session.execute(
                update(Membership)
                .where(Membership.id == key.membership_id)
                .values(ended_at=clock.wall())
                if ends == "membership"
                else update(Person).where(Person.id == key.person_id).values(active=False)
            )
    told = plain(fetch(visitor, path), path)
    assert told == plain(unknown, UNKNOWN)
    assert told.startswith("404 ")


def test_nobody_ends_anothers(visitor: Browser, news):
    path = made(visitor)
    key = db.session.scalars(select(FeedKey)).one()
    Browser(visitor.app).as_(NORTE_ADMIN).post(f"{PAGE}/revocation", {"key": str(key.id)}, at=PAGE)
    assert fetch(visitor, path).status_code == 200


def test_without_the_membership_s_end_it_would_go_on(visitor: Browser, news, monkeypatch):
    """The control: looked up by its hash alone, who left the company would go on reading."""
    path = made(visitor)
    key = db.session.scalars(select(FeedKey)).one()
    reader = feed_keys.feed_reader(db.session(), key.token_hash, FeedKind.ATOM)
    db.session.rollback()
    with atomic() as session:
        ended = update(Membership).where(Membership.id == reader.actor.membership_id)
        session.execute(ended.values(ended_at=clock.wall()))
    assert fetch(visitor, path).status_code == 404
    monkeypatch.setattr(feed_keys, "feed_reader", lambda *told: reader)
    assert fetch(visitor, path).status_code == 200


def test_a_program_gone_wild_is_told_to_wait_and_unknown_addresses_cost_nothing(
    visitor: Browser, news, monkeypatch
):
    few = replace(throttle.feed_bucket("x"), limit=2)
    monkeypatch.setattr(feed_keys, "feed_bucket", lambda key: replace(few, key=key[:30]))
    path = made(visitor, email=FINANCE)
    told = [fetch(visitor, path).status_code for _ in range(3)]
    assert told == [200, 200, 429]
    assert int(fetch(visitor, path).headers["Retry-After"]) > 0
    assert {fetch(visitor, "/feeds/x.atom").status_code for _ in range(4)} == {404}
