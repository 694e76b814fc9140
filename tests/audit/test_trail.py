"""The trail as its readers see it (B23, A3): their own, by name; the others' by role; never a rival's."""

import csv
import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Membership, Person
from portal.audit import queries
from portal.kernel import clock
from portal.kernel.access import VISITOR, Actor, Role, actor_for
from portal.registry.models import Registry
from portal.store import scope
from portal.store.db import atomic, db
from portal.store.events import Event, emit
from portal.store.scope import visible_to
from tests.audit.tampering import tamper
from tests.people import (
    ADMIN,
    CHANNEL,
    CHANNEL_L3,
    EVERYONE,
    NORTE,
    NORTE_ADMIN,
    SUPPORT,
    SUR,
    SUR_ADMIN,
    Browser,
)
from tests.registry.test_pages_cost import counted, link
from tests.surface.rivals import NORTE_SERVICE, place

CANARY = "canary-of-the-rival"


def person(email: str) -> Any:
    query = select(Person.id, Person.name, Membership.role, Membership.partner_id)
    query = query.add_columns(Membership.registry_id, Membership.id.label("membership"))
    query = query.join(Membership, Membership.person_id == Person.id)
    return db.session.execute(query.where(Person.email == email)).one()


def acting(email: str, origin: str = "203.0.113.7") -> Actor:
    row = person(email)
    return actor_for(
        row.role,
        person_id=row.id,
        partner_id=row.partner_id,
        registry_id=row.registry_id,
        origin=origin,
    )


def happen(verb: str, actor: Actor, stream: str = "test:1", **more: Any) -> None:
    with atomic() as session:
        emit(session, stream, verb, actor=actor, at=clock.wall(), **more)


def registry(slug: str) -> int:
    found = db.session.scalar(select(Registry.id).where(Registry.slug == slug))
    assert found is not None
    return found


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_company_sees_who_did_what_and_from_where(visitor: Browser, language: str) -> None:
    user = Browser(visitor.app).as_(NORTE)
    place(user, NORTE_SERVICE)
    page = visitor.as_(NORTE_ADMIN, language).get(f"/{language}/trail/")
    assert person(NORTE).name in page and "127.0.0.1" in page
    ref = db.session.scalars(select(Event).where(Event.verb == "orders.placed")).one()
    assert f"/{language}/orders/{ref.payload['orders'][0]}" in page


def test_staff_stand_there_by_role_without_name_or_address(visitor: Browser) -> None:
    norte, staff = person(NORTE), acting(CHANNEL_L3, "198.51.100.99")
    happen(
        "application.approved", staff, partner_id=norte.partner_id, registry_id=staff.registry_id
    )
    page = visitor.as_(NORTE_ADMIN).get("/en/trail/")
    assert "Application approved" in page and "· Channel manager" in page
    assert person(CHANNEL_L3).name not in page and "198.51.100.99" not in page
    file = visitor.post("/en/trail/export", {}, status=200, at="/en/trail/")
    assert person(CHANNEL_L3).name not in file and "198.51.100.99" not in file


def test_partners_stand_in_a_registrys_trail_by_company_and_role(visitor: Browser) -> None:
    place(Browser(visitor.app).as_(NORTE), NORTE_SERVICE)
    browser = visitor.as_(CHANNEL_L3)
    page = browser.get("/en/trail/")
    order = db.session.scalars(select(Event).where(Event.verb == "orders.placed")).one()
    assert order.registry_id == registry("level3")
    assert "Order placed" in page and "Integradora Norte" in page
    assert person(NORTE).name not in page and "127.0.0.1" not in page.partition("Order placed")[2]
    other = Browser(visitor.app).as_(CHANNEL)
    assert "Order placed" not in other.get("/en/trail/")


@pytest.mark.parametrize("reader", [NORTE_ADMIN, CHANNEL_L3, ADMIN])
def test_a_rivals_trail_is_never_seen(visitor: Browser, reader: str) -> None:
    """Sur's events, about Sur's people, with a canary in all they hold."""
    sur = acting(SUR, f"{CANARY}-origin")
    for verb in ("person.signed_in", "orders.placed", "file.downloaded", "membership.begun"):
        payload = {"orders": [f"{CANARY}-order"], "person": sur.person_id, "endpoint": CANARY}
        happen(verb, sur, f"{CANARY}:1", partner_id=sur.partner_id,
               registry_id=registry("centurylink"), payload=payload)  # fmt: skip
    browser, business = visitor.as_(reader), "Order placed"
    for path in ("", f"?person={sur.person_id}", "?group=orders", "?group=sign-in"):
        page = browser.get(f"/en/trail/{path}")
        if reader == ADMIN:
            assert business not in page and f"{CANARY}-order" not in page
        else:
            assert CANARY not in page and person(SUR).name not in page
    file = browser.post("/en/trail/export", {}, status=200, at="/en/trail/")
    assert business not in file and (reader == ADMIN or CANARY not in file)
    assert CANARY in Browser(visitor.app).as_(SUR_ADMIN).get("/en/trail/")


def test_without_its_scope_the_rivals_trail_is_seen(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    happen("file.downloaded", acting(SUR, CANARY), partner_id=person(SUR).partner_id)
    monkeypatch.setitem(scope._SCOPES, Event, lambda actor: None)
    scope._condition.cache_clear()
    try:
        assert CANARY in visitor.as_(NORTE_ADMIN).get("/en/trail/")
    finally:
        scope._condition.cache_clear()


def test_only_those_who_answer_for_others_have_a_trail(demo: Flask) -> None:
    """By the scope too, not by the page alone."""
    # Of what happened before, that the demo's people came to be.
    tamper("DELETE FROM event WHERE verb NOT LIKE 'person.%' AND verb NOT LIKE 'membership.%'")
    happen("person.signed_in", acting(NORTE), partner_id=person(NORTE).partner_id)
    for email in EVERYONE:
        actor = acting(email)
        seen = len(db.session.scalars(visible_to(Event, actor)).all())
        own = {Role.PARTNER_ADMIN, Role.ADMIN}
        assert (seen > 0) == (actor.role in own), email
    assert not db.session.scalars(visible_to(Event, VISITOR)).all()


def test_a_failed_sign_in_is_told_with_its_address(visitor: Browser) -> None:
    norte = person(NORTE)
    happen("person.sign_in_failed", Actor(origin="203.0.113.66"), f"person:{norte.id}",
           partner_id=norte.partner_id)  # fmt: skip
    page = visitor.as_(NORTE_ADMIN).get("/en/trail/?group=sign-in")
    assert "A sign-in failed" in page and "203.0.113.66" in page and norte.name in page
    assert "Somebody not signed in" in page


def test_a_denied_page_is_on_record_and_a_visitor_is_not(visitor: Browser) -> None:
    visitor.get("/es/orders", status=302)
    browser = visitor.as_(SUPPORT)
    browser.get("/es/orders", status=403)
    browser.get("/es/orders/new", status=403)
    events = db.session.scalars(select(Event).where(Event.verb == "access.denied")).all()
    assert [(e.person_id, e.origin, e.payload) for e in sorted(events, key=lambda e: e.id)] == [
        (person(SUPPORT).id, "127.0.0.1", {"endpoint": view, "method": "GET"})
        for view in ("site.orders.index", "site.orders.new")
    ]
    page = Browser(visitor.app).as_(ADMIN).get("/en/trail/?group=access")
    assert page.count("Access denied") == 2 and person(SUPPORT).name in page


def test_the_trail_is_narrowed_to_a_group_and_to_a_person(visitor: Browser) -> None:
    norte, boss = acting(NORTE, "203.0.113.1"), acting(NORTE_ADMIN, "203.0.113.2")
    for who in (norte, boss):
        happen("file.downloaded", who, partner_id=who.partner_id)
    browser = visitor.as_(NORTE_ADMIN)
    files = browser.get("/en/trail/?group=files")
    assert (
        files.count("<strong>File downloaded") == 2 and "Signed in" not in files.split("tbody")[1]
    )
    mine = browser.get(f"/en/trail/?group=files&person={norte.person_id}")
    assert "203.0.113.1" in mine and "203.0.113.2" not in mine
    assert "No event fits" in browser.get("/en/trail/?group=registries")
    for nonsense in ("?group=x&person=y", "?person=99999999999", "?before=x", "?person=-1"):
        assert "File downloaded" in browser.get(f"/en/trail/{nonsense}")


def test_staff_are_not_told_apart_by_asking_for_their_number(visitor: Browser) -> None:
    staff = acting(CHANNEL_L3)
    happen("application.declined", staff, partner_id=person(NORTE).partner_id)
    page = visitor.as_(NORTE_ADMIN).get(f"/en/trail/?person={staff.person_id}")
    assert "Application declined" not in page


def test_pages_go_by_key_and_cost_the_same_for_one_row_and_for_thirty(visitor: Browser) -> None:
    browser, norte = visitor.as_(NORTE_ADMIN), acting(NORTE)
    browser.get("/en/trail/")
    with counted() as few:
        browser.get("/en/trail/")
    for number in range(65):
        happen("file.downloaded", norte, f"file:{number}", partner_id=norte.partner_id,
               payload={"person": norte.person_id})  # fmt: skip
    with counted() as many:
        first = browser.get("/en/trail/?group=files")
    assert len(many) == len(few) <= 8, many
    sizes, path = [], "/en/trail/?group=files"
    while path:
        page = browser.get(path)
        sizes.append(page.count("<strong>File downloaded"))
        path = link(page, "next") or ""
    assert sizes == [30, 30, 5] and "Newest" not in first


def test_the_file_holds_every_page_tamed_and_is_on_record(visitor: Browser) -> None:
    """Formulas are escaped (B14); the download is the first line of the file itself."""
    norte = acting(NORTE, '=HYPERLINK("x")')
    for number in range(queries.PAGE * 2):
        happen("file.downloaded", norte, f"file:{number}", partner_id=norte.partner_id)
    browser = visitor.as_(NORTE_ADMIN)
    file = browser.post("/en/trail/export", {}, status=200, at="/en/trail/")
    assert browser.page is not None and browser.page.mimetype == "text/csv"
    assert browser.page.headers["Content-Disposition"] == 'attachment; filename="trail.csv"'
    rows = list(csv.reader(io.StringIO(file)))
    assert rows[1][2] == "trail.exported"
    assert len([row for row in rows if row[2] == "file.downloaded"]) == queries.PAGE * 2
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]
    assert "'=HYPERLINK" in file
    taken = db.session.scalars(select(Event).where(Event.verb == "trail.exported")).one()
    assert (taken.person_id, taken.partner_id) == (person(NORTE_ADMIN).id, norte.partner_id)
    narrowed = browser.post("/es/trail/export", {"group": "access"}, status=200, at="/es/trail/")
    assert "file.downloaded" not in narrowed


def test_somebody_anonymised_stays_so_in_the_trail(visitor: Browser) -> None:
    """Names are looked up: the sealed table knew none."""
    norte = person(NORTE)
    happen("file.downloaded", acting(NORTE), partner_id=norte.partner_id)
    with atomic() as session:
        session.get_one(Person, norte.id).name = "Anonymous 12"
    page = visitor.as_(NORTE_ADMIN).get("/en/trail/")
    assert "Anonymous 12" in page and norte.name not in page


def test_an_empty_trail_says_what_will_stand_there(visitor: Browser) -> None:
    tamper("DELETE FROM event")
    browser = visitor.as_(CHANNEL)
    assert "Nothing has happened yet" in browser.get("/en/trail/")
