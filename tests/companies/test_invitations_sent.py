"""Sending invitations (B5): to whom, to what, how many; and what the sender learns: nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.accounts.models import Person
from portal.companies import invitations
from portal.companies.invitations import LIFE
from portal.companies.models import Invitation
from portal.companies.people_rules import MOST_AN_HOUR, MOST_OPEN, MOST_TO_ONE, PeopleCode
from portal.kernel.access import Role
from portal.store.db import atomic, db
from portal.store.outbox import Mail
from tests.accounts.entering import send
from tests.companies import cast
from tests.companies.alike import nameless
from tests.companies.cast import NOW, actor, events, membership, partner, tokens
from tests.companies.inviting import NEW, ROLE, code, invite
from tests.orders.rows import Counted
from tests.people import CHANNEL, NORTE, NORTE_ADMIN, SUR, SUR_ADMIN
from tests.surface.asking import plain

ADDRESSES = ("nobody@else.example", SUR, CHANNEL, "gone@else.example")


def test_the_inviter_learns_nothing_of_whom_the_portal_knows(visitor):
    """B5: unknown, a rival's, staff's, a deactivated one: the same answer for the same work."""
    with atomic() as session:
        session.add(
            Person(
                email="gone@else.example",
                email_key="gone@else.example",
                name="G",
                password_hash="!",
                language="es",
                created_at=NOW(),
                active=False,
            )
        )
    said, cost = set(), set()
    browser = visitor.as_(NORTE_ADMIN)
    browser.get("/es/people/invite")
    for email in ADDRESSES:
        with Counted() as asked:
            response = send(browser, "/es/people/invite", "/es/people/invite", email=email, **ROLE)
        cost.add(asked.count)
        said.add((response.status_code, plain(response), response.headers["Location"]))
        browser.follow_page = browser._send("get", "/es/people/")
        said.add(browser.follow_page.status_code)
    assert len(said) == 2 and len(cost) == 1, (said, cost)
    assert len(cast.sent()) == len(ADDRESSES)


def test_of_the_own_company_it_is_said_who_is_in_it_already(visitor):
    browser = visitor.as_(NORTE_ADMIN)
    browser.get("/en/people/invite")
    page = browser.post("/en/people/invite", {"email": NORTE.upper(), **ROLE}, status=422)
    assert "already" in page and NORTE.upper() in page
    assert 'href="#email"' in page and 'aria-describedby="email-hint email-error"' in page
    assert cast.sent() == []


@pytest.mark.parametrize(
    "posted",
    [{"role": "admin"}, {"role": "channel_manager"}, {"role": ""}, {"email": "a b@c.example"},
     {"email": "a@b.example\r\nBcc: x@y.example"}, {"email": "a@b.example,c@d.example"}, {"email": ""},
     {"language": "fr"}],
)  # fmt: skip
def test_what_is_not_offered_is_refused(visitor, posted):
    browser = visitor.as_(NORTE_ADMIN)
    browser.get("/es/people/invite")
    form = {"email": NEW, **ROLE, **posted}
    browser.post("/es/people/invite", form, status=422)
    assert cast.sent() == []


def test_the_company_is_the_senders_own_whatever_is_posted(visitor):
    """A5, B17."""
    browser = visitor.as_(NORTE_ADMIN)
    browser.get("/es/people/invite")
    more = {"partner_id": str(partner("sur")), "company": str(partner("sur")), "registry_id": "1"}
    browser.post("/es/people/invite", {"email": NEW, **ROLE, **more})
    (row,) = cast.sent()
    assert (row.partner_id, row.registry_id) == (partner("norte"), None)


def test_the_command_gives_no_role_that_is_not_ones_own_to_give(demo):
    """Under the form too: what a page offers is not what holds."""
    assert code(invite(role=Role.ADMIN, partner_id=None)) == [PeopleCode.ROLE_NOT_GIVEN]
    assert code(invite(partner_id=partner("sur"))) == [PeopleCode.ROLE_NOT_GIVEN]
    assert code(invite(by=NORTE)) == [PeopleCode.ROLE_NOT_GIVEN]
    assert cast.sent() == [] and tokens(NEW) == []


def test_invitations_are_capped(demo):
    """B5: so many open, so many an hour, so many to one address."""
    now = NOW()
    for number in range(MOST_AN_HOUR):
        assert not invite(f"a{number}@norte.example", now=now).refused
    assert code(invite("late@norte.example", now=now)) == [PeopleCode.TOO_MANY_SENT]
    assert not invite("rival@sur.example", by=SUR_ADMIN, now=now).refused
    later = now + timedelta(hours=1)
    for _ in range(MOST_TO_ONE):
        assert not invite("one@norte.example", now=later).refused
    assert code(invite("one@norte.example", now=later)) == [PeopleCode.TOO_OFTEN]
    with atomic() as session:
        session.add_all(
            Invitation(
                token_hash=f"h{n}",
                email=f"b{n}@x.example",
                email_key=f"b{n}@x.example",
                language="es",
                role=Role.PARTNER_USER,
                partner_id=partner_in(session),
                sent_at=now,
                expires_at=now + LIFE,
            )
            for n in range(MOST_OPEN - MOST_AN_HOUR - 1)
        )
    assert code(invite("full@norte.example", now=later)) == [PeopleCode.TOO_MANY_OPEN]


def partner_in(session):
    from portal.registry.models import Partner

    return session.scalar(select(Partner.id).where(Partner.code == "norte"))


def test_an_invitation_is_sent_again_and_withdrawn(visitor):
    invite()
    browser = visitor.as_(NORTE_ADMIN)
    path = f"/es/people/invitations/{cast.sent()[0].id}"
    assert NEW in browser.get(path)
    browser.post(f"{path}/resending", {}, at=path)
    first, second = tokens(NEW)
    assert invitations.find(db.session(), first, NOW()) is None
    db.session.rollback()
    path = f"/es/people/invitations/{cast.sent()[1].id}"
    browser.post(f"{path}/withdrawal", {}, at=path)
    assert invitations.find(db.session(), second, NOW()) is None
    db.session.rollback()
    told = [verb for verb, *_ in events("invitation.sent", "invitation.withdrawn")]
    assert told == ["invitation.sent", "invitation.sent", "invitation.withdrawn"]


def test_a_rivals_invitation_reads_like_none(visitor):
    """A4, A5: page and posts, byte for byte; and it goes on working."""
    invite("theirs@sur.example", by=SUR_ADMIN)
    browser, said = visitor.as_(NORTE_ADMIN), set()
    assert "theirs@sur.example" not in browser.get("/es/people/")
    for number in (cast.sent()[0].id, 2147483647):
        path = f"/es/people/invitations/{number}"
        told = [nameless(browser._send("get", path), number)]
        for deed in ("resending", "withdrawal"):
            browser.post(f"{path}/{deed}", {}, at="/es/on", status=404)
            told.append(nameless(browser.page, number))
        said.add(tuple(told))
    assert len(said) == 1
    assert invitations.find(db.session(), tokens("theirs@sur.example")[0], NOW())
    db.session.rollback()


def test_a_removed_administrator_keeps_no_key_to_come_back(demo):
    """Whom they invited for themselves beforehand does not get in after them."""
    from portal.companies import people

    cast.promote(NORTE)
    invite("mole@evil.example", role=Role.PARTNER_ADMIN, by=NORTE)
    invite("other@norte.example")
    people.remove(membership(NORTE), actor=actor(NORTE_ADMIN), now=NOW())
    assert invitations.find(db.session(), tokens("mole@evil.example")[0], NOW()) is None
    assert invitations.find(db.session(), tokens("other@norte.example")[0], NOW())
    db.session.rollback()


def test_the_mail_names_the_portals_own_address_whatever_host_was_asked(visitor):
    """B10: its link is made of PORTAL_URL when it is sent, and the path is all that is kept."""
    browser = visitor.as_(NORTE_ADMIN)
    browser.get("/es/people/invite")
    browser.post("/es/people/invite", {"email": NEW, **ROLE})
    mail = db.session.scalars(select(Mail).where(Mail.to_address == NEW)).one()
    assert mail.context["path"] == "/invitation?token={secret}"
    assert mail.secret is not None and mail.secret not in str(mail.context)
    assert (mail.context["hours"], mail.person_id) == (72, None)
    db.session.rollback()
