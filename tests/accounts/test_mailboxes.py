"""Whose mail does not arrive: told of the address they have, until a later mail arrives (N2)."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.accounts.mailboxes import stale_addresses
from portal.accounts.models import Person
from portal.kernel import clock
from portal.store.db import atomic, db
from portal.store.outbox import Mail, MailState
from tests.mail.conftest import put
from tests.people import NORTE, NORTE_ADMIN, Browser
from tests.registry.test_pages_cost import counted

BOUNCED = {"state": MailState.SENT, "bounce_status": "5.1.1"}
REFUSED = {"state": MailState.FAILED, "last_error": "smtp_550_rcpt"}
ARRIVED = {"state": MailState.SENT}
UNCERTAIN = {"state": MailState.UNCERTAIN}
TOO_LATE = {"state": MailState.FAILED, "last_error": "stale"}
WAITING: dict[str, object] = {}


def someone(email=NORTE):
    return db.session.scalars(select(Person.id).where(Person.email == email)).one()


def story(*fates, email=NORTE):
    """Mails to a person, the oldest first, and what became of each."""
    now, person_id = clock.wall() - timedelta(hours=1), someone(email)
    for at, fate in enumerate(fates):
        when = now + timedelta(minutes=at)
        key = put("password_changed", to=email, person_id=person_id, now=when, secret=None)
        values = dict(fate)
        if fate.get("state") is MailState.SENT:
            values["sent_at"] = when
        if "bounce_status" in fate:
            values["bounced_at"] = when
        if values:
            with atomic() as session:
                session.execute(update(Mail).where(Mail.id == key).values(**values))


@pytest.mark.parametrize(
    ("fates", "stale"),
    [
        ((), False),
        ((ARRIVED,), False),
        ((BOUNCED,), True),
        ((REFUSED,), True),
        ((ARRIVED, BOUNCED), True),
        ((BOUNCED, ARRIVED), False),
        ((BOUNCED, REFUSED, ARRIVED), False),
        ((BOUNCED, WAITING), True),
        ((BOUNCED, UNCERTAIN), True),
        ((UNCERTAIN,), False),
        ((TOO_LATE,), False),
        ((BOUNCED, ARRIVED, REFUSED), True),
    ],
)
def test_the_last_word_on_their_mail_decides(demo, fates, stale):
    story(*fates)
    expected = {someone()} if stale else set()
    assert set(stale_addresses(db.session())) == expected
    assert set(stale_addresses(db.session(), [someone()])) == expected
    assert stale_addresses(db.session(), [someone(NORTE_ADMIN)]) == {}


def test_a_new_address_clears_it_and_so_does_leaving(demo):
    story(BOUNCED)
    for change in ({"email": "new@norte.example"}, {"email": NORTE, "active": False}):
        with atomic() as session:
            session.execute(update(Person).where(Person.email_key == NORTE).values(**change))
        assert stale_addresses(db.session()) == {}


def test_the_company_s_administrator_is_told_and_no_other_company(visitor: Browser):
    browser = visitor.as_(NORTE_ADMIN)
    browser.get("/en/people/")
    with counted() as before:
        assert "does not arrive" not in browser.get("/en/people/")
    story(BOUNCED)
    story(REFUSED, email=NORTE_ADMIN)
    story(BOUNCED, email="admin@sur.example")
    with counted() as after:
        assert browser.get("/en/people/").count("Mail does not arrive since") == 2
    assert len(after) == len(before)
