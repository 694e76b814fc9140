"""Who sent an application may go: what is told of them then (A8)."""

from flask import Flask
from sqlalchemy import update

from portal.accounts.forgetting import anonymise
from portal.accounts.models import Membership, Person
from portal.kernel import clock
from portal.store.db import atomic
from tests.companies.applicants import CONTACT, EMAIL, applications, join
from tests.companies.cast import person
from tests.people import CHANNEL_L3, Browser
from tests.registry.world import L3

NOW_AT = "rosa@sur.example"


def test_a_sender_who_left_is_not_followed_to_where_they_went(demo: Flask) -> None:
    """Seen failing: the other registry's people read the address of the company she moved to."""
    join(demo)
    browser, at = Browser(demo).as_(CHANNEL_L3), f"/es/applications/{applications()[L3].id}"
    assert f"mailto:{EMAIL}" in browser.get(at)
    with atomic() as session:
        session.execute(
            update(Membership)
            .where(Membership.person_id == person(EMAIL))
            .values(ended_at=clock.wall())
        )
        session.execute(
            update(Person).where(Person.email == EMAIL).values(email=NOW_AT, email_key=NOW_AT)
        )
    page = browser.get(at)
    assert CONTACT in page and NOW_AT not in page and "mailto:" not in page.partition("<main")[2]


def test_a_sender_who_was_forgotten_is_a_former_person(demo: Flask) -> None:
    join(demo)
    sent = applications()[L3].id
    with atomic() as session:
        anonymise(session, session.get_one(Person, person(EMAIL)), clock.wall())
    browser = Browser(demo).as_(CHANNEL_L3)
    for at in ("", f"{sent}", f"{sent}/approve"):
        page = browser.get(f"/en/applications/{at}")
        assert "Former person" in page and "mailto:" not in page.partition("<main")[2]
