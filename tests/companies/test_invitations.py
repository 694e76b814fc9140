"""Invitations (B5): mailed once, taken up once, by whoever reads the address and nobody else."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.accounts.models import Membership, Person
from portal.companies import invitations
from portal.companies.invitations import LIFE
from portal.companies.models import Invitation
from portal.kernel.access import VISITOR, Role
from portal.store.db import atomic, db
from portal.store.events import Event
from tests.accounts.entering import signed_in, try_password
from tests.companies import cast
from tests.companies.cast import NOW, actor, events, living, membership, partner, tokens
from tests.companies.inviting import (
    NEW,
    ROLE,
    SECRET,
    invite,
    look,
    newcomer,
    take,
    take_blind,
)
from tests.people import ADMIN, NORTE, NORTE_ADMIN, SUR, SUR_ADMIN, Browser
from tests.surface.asking import plain


@pytest.mark.parametrize("lang", ["es", "en"])
def test_somebody_new_takes_a_name_and_a_password_and_signs_in_as_everybody_does(visitor, lang):
    admin = visitor.as_(NORTE_ADMIN)
    admin.get(f"/{lang}/people/invite")
    admin.post(f"/{lang}/people/invite", {"email": NEW, **ROLE})
    assert NEW in admin.follow()
    (token,) = tokens(NEW)
    browser = Browser(visitor.app)
    page = look(browser, token, lang=lang)
    assert "Integradora Norte" in page and NEW in page
    assert take(browser, token, lang, name="Nueva Persona", password=SECRET).status_code == 302
    assert not signed_in(browser), "an invitation signs nobody in"
    assert try_password(browser, NEW, SECRET).status_code == 302
    assert "Integradora Norte" in browser.get(f"/{lang}/orders")
    assert living(NEW) == [Role.PARTNER_USER]
    kept = db.session.scalars(select(Person).where(Person.email == NEW)).one()
    assert (kept.name, kept.language) == ("Nueva Persona", lang)
    db.session.rollback()


def test_the_token_is_long_kept_as_a_hash_and_stands_in_no_event(demo):
    invite()
    (token,) = tokens(NEW)
    assert len(token) * 6 >= 256
    rows = [dict(row._mapping) for row in db.session.execute(select(Invitation.__table__))]
    said = str(rows) + str([event.payload for event in db.session.scalars(select(Event))])
    db.session.rollback()
    assert token not in said and NEW not in str(events("invitation.sent"))


def test_a_link_works_once(visitor):
    invite()
    (token,) = tokens(NEW)
    assert take(visitor, token, name="Nueva", password=SECRET).status_code == 302
    look(visitor, token, 404)
    again = visitor._send("get", "/es/sign-in")
    assert again.status_code == 200
    assert invitations.accept(token, actor=VISITOR, now=NOW(), newcomer=newcomer()) is None
    assert living(NEW) == [Role.PARTNER_USER]


def test_looking_uses_nothing_up(visitor):
    """Programs that guard mailboxes open every link."""
    invite()
    (token,) = tokens(NEW)
    for _ in range(3):
        look(visitor, token)
        visitor._send("head", f"/es/invitation?token={token}")
    assert cast.sent()[0].accepted_at is None


@pytest.mark.parametrize("why", ["unknown", "expired", "withdrawn", "used", "sent again"])
def test_a_link_that_works_no_more_says_so_and_never_why(visitor, why):
    invite()
    (token,) = tokens(NEW)
    row = cast.sent()[0]
    if why == "unknown":
        token = "A" * 43
    elif why == "expired":
        with atomic() as session:
            session.execute(update(Invitation).values(expires_at=NOW()))
    elif why == "withdrawn":
        assert invitations.withdraw(row.id, actor=actor(NORTE_ADMIN), now=NOW())
    elif why == "used":
        invitations.accept(token, actor=VISITOR, now=NOW(), newcomer=newcomer())
    else:
        invite()
    response = visitor._send("get", f"/es/invitation?token={token}")
    void = visitor._send("get", f"/es/invitation?token={'B' * 43}")
    assert plain(response, token) == plain(void, "B" * 43)
    assert response.status_code == 404
    posted = take_blind(visitor, token, name="Otra", password=SECRET)
    assert posted.status_code == 404
    assert living(NEW) == ([Role.PARTNER_USER] if why == "used" else [])


def test_it_lasts_seventy_two_hours(demo):
    now = NOW()
    invite(now=now - LIFE + timedelta(seconds=1))
    invite("b@norte.example", now=now - LIFE)
    assert invitations.find(db.session(), tokens(NEW)[0], now) is not None
    assert invitations.find(db.session(), tokens("b@norte.example")[0], now) is None
    db.session.rollback()


def test_invited_twice_the_earlier_link_dies(demo):
    invite()
    invite(" NUEVA@norte.example ", role=Role.PARTNER_ADMIN)
    first, second = tokens(NEW)[0], tokens("NUEVA@norte.example")[0]
    assert invitations.find(db.session(), first, NOW()) is None
    found = invitations.find(db.session(), second, NOW())
    assert found is not None and found.role is Role.PARTNER_ADMIN
    db.session.rollback()


def test_another_companys_invitation_of_the_same_person_lives_on(demo):
    invite(by=SUR_ADMIN)
    invite()
    assert all(invitations.find(db.session(), token, NOW()) for token in tokens(NEW))
    db.session.rollback()


def test_a_known_person_signs_in_first_and_comes_back_to_one_click(visitor):
    invite(SUR)
    (token,) = tokens(SUR)
    page = look(visitor, token, lang="en")
    assert 'name="password"' not in page
    (back,) = re.findall(r'href="(/en/sign-in\?next=[^"]*)"', page)
    assert take_blind(visitor, token).status_code == 200, "signed out, nothing is taken up"
    assert living(SUR) == [Role.PARTNER_USER]
    form = visitor.get(back)
    (kept,) = re.findall(r'name="next"[^>]*value="([^"]*)"', form)[:1]
    visitor.post("/en/sign-in", {"demo": SUR, "next": kept}, at=back)
    assert visitor.page.headers["Location"] == f"/en/invitation?token={token}"
    assert take(visitor, token).status_code == 302
    assert living(SUR) == [Role.PARTNER_USER, Role.PARTNER_USER]
    assert "Conexiones Sur" in visitor.get("/es/orders"), "one goes on in the capacity one was in"


def test_somebody_else_signed_in_is_told_so_and_takes_nothing(visitor):
    invite(SUR)
    (token,) = tokens(SUR)
    for email in (NORTE, ADMIN):
        browser = Browser(visitor.app).as_(email)
        page = look(browser, token, lang="en")
        assert email in page and "another address" in page
        take(browser, token, name="X", password=SECRET)
    assert living(SUR) == [Role.PARTNER_USER]
    assert cast.sent()[0].accepted_at is None


def test_who_was_removed_can_be_invited_back(visitor):
    """They cannot sign in, having nowhere to act: the link and their old password bring them back."""
    from portal.companies import people

    people.remove(membership(NORTE), actor=actor(NORTE_ADMIN), now=NOW())
    invite(NORTE)
    (token,) = tokens(NORTE)
    assert take(visitor, token).status_code == 302
    assert not signed_in(visitor)
    assert living(NORTE) == [Role.PARTNER_USER]
    assert try_password(visitor, NORTE).status_code == 302


def test_a_deactivated_account_takes_nothing_up(visitor):
    with atomic() as session:
        session.execute(update(Person).where(Person.email == SUR).values(active=False))
    invite(SUR)
    (token,) = tokens(SUR)
    assert 'name="password"' not in look(visitor, token)
    take_blind(visitor, token, name="X", password=SECRET)
    rows = db.session.scalars(select(Membership).where(Membership.partner_id == partner("norte")))
    assert len(rows.all()) == 2
    db.session.rollback()


@pytest.mark.parametrize("bad", ["short", "norte norte norte", "password1234", ""])
def test_a_password_that_would_be_guessed_is_refused_and_the_name_is_kept(visitor, bad):
    """B7; the invitation stays."""
    invite()
    (token,) = tokens(NEW)
    response = take(visitor, token, name="Nueva Persona", password=bad)
    assert response.status_code == 422 and "Nueva Persona" in response.text
    look(visitor, token)


def test_the_address_of_a_new_account_is_the_invitations_whatever_is_posted(visitor):
    """B17: nor another role, company or language of mail."""
    invite()
    (token,) = tokens(NEW)
    more = {"email": "evil@sur.example", "role": "partner_admin", "partner_id": "2", "active": "1"}
    assert take(visitor, token, name="N", password=SECRET, **more).status_code == 302
    assert living(NEW) == [Role.PARTNER_USER]
    assert cast.person("evil@sur.example") is None


def test_taking_it_up_is_on_record_with_ids_only(demo):
    invite()
    new = invitations.accept(tokens(NEW)[0], actor=VISITOR, now=NOW(), newcomer=newcomer())
    who, sent = cast.person(NEW), cast.sent()[0].id
    told = events("invitation.accepted", "membership.begun")
    assert told == [
        ("invitation.accepted", partner("norte"),
         {"invitation": sent, "role": "partner_user", "membership": new, "person": who}),
        ("membership.begun", partner("norte"),
         {"membership": new, "person": who, "role": "partner_user", "invitation": sent}),
    ]  # fmt: skip
