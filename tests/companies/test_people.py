"""A company's people: roles, removal, leaving; what changes acts on the next request (A8)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.accounts.models import Person, SignIn
from portal.companies import people, people_pages
from portal.companies.people_rules import PeopleCode, Place
from portal.kernel.access import Role
from portal.store import scope
from portal.store.db import atomic
from tests.accounts.entering import try_password
from tests.companies import cast
from tests.companies.alike import nameless
from tests.companies.cast import (
    NOW,
    actor,
    events,
    join,
    living,
    membership,
    partner,
    person,
)
from tests.orders.rows import Counted as Asked
from tests.page import parse
from tests.people import ADMIN, CHANNEL, NORTE, NORTE_ADMIN, SUR, SUR_ADMIN, Browser

USER, BOSS = Place(Role.PARTNER_USER), Place(Role.PARTNER_ADMIN)


def codes(decision):
    return [reason.code for reason in decision.reasons]


def test_another_role_ends_the_old_session_and_is_there_at_the_next_sign_in(visitor):
    """A8, B2: the sessions of the old role end; the new role is another session."""
    user = visitor.as_(NORTE)
    user.get("/es/people/", status=403)
    admin = Browser(visitor.app).as_(NORTE_ADMIN)
    path = f"/es/people/{membership(NORTE)}"
    admin.get(path)
    admin.post(f"{path}/role", {"role": "partner_admin"}, at=path)
    user.get("/es/orders", status=302)
    assert cast.open_sessions(NORTE) == 0
    assert "Diego Fuentes" in user.as_(NORTE).get("/es/people/")


def test_a_change_of_role_is_on_record_with_ids_only(demo):
    was = membership(NORTE)
    people.change_role(was, BOSS, actor=actor(NORTE_ADMIN), now=NOW())
    now = membership(NORTE)
    assert events("membership.role_changed") == [
        (
            "membership.role_changed",
            partner("norte"),
            {
                "membership": now,
                "was": was,
                "person": person(NORTE),
                "role": "partner_admin",
                "role_was": "partner_user",
            },
        )
    ]


def test_who_is_removed_is_out_at_the_next_request_and_sees_nothing_at_the_next_sign_in(visitor):
    user, admin = visitor.as_(NORTE), Browser(visitor.app).as_(NORTE_ADMIN)
    path = f"/es/people/{membership(NORTE)}"
    admin.get(path)
    admin.post(f"{path}/removal", {}, at=path)
    user.get("/es/orders", status=302)
    assert try_password(user, NORTE).status_code == 422
    assert "user@norte.example" not in admin.get("/es/people/")
    assert [verb for verb, *_ in events("membership.ended")] == ["membership.ended"]


def test_a_removed_person_goes_on_for_the_other_company(visitor):
    """The session for the other company lives; the account is the person's, not the company's."""
    other = join(NORTE, "sur", Role.PARTNER_USER)
    user = visitor.as_(NORTE)
    user.post("/es/account/acting", {"membership": str(other)}, at="/es/account/acting")
    people.remove(membership(NORTE), actor=actor(NORTE_ADMIN), now=NOW())
    assert "Conexiones Sur" in user.get("/es/orders")


@pytest.mark.parametrize("what", ["remove", "demote", "leave"])
def test_the_last_administrator_stays(demo, what):
    boss = actor(NORTE_ADMIN)
    deeds = {
        "remove": lambda: people.remove(boss.membership_id, actor=boss, now=NOW()),
        "demote": lambda: people.change_role(boss.membership_id, USER, actor=boss, now=NOW()),
        "leave": lambda: people.leave(actor=boss, now=NOW()),
    }
    assert codes(deeds[what]()) == [PeopleCode.LAST_ADMIN]
    assert living(NORTE_ADMIN) == [Role.PARTNER_ADMIN]
    assert events("membership.ended", "membership.role_changed") == []


def test_a_deactivated_administrator_does_not_count(demo):
    cast.promote(NORTE)
    with atomic() as session:
        session.execute(update(Person).where(Person.email == NORTE).values(active=False))
    boss = actor(NORTE_ADMIN)
    assert codes(people.leave(actor=boss, now=NOW())) == [PeopleCode.LAST_ADMIN]


def test_with_another_administrator_one_may_leave(demo):
    cast.promote(NORTE)
    assert not people.leave(actor=actor(NORTE_ADMIN), now=NOW()).refused
    assert living(NORTE_ADMIN) == []


def test_the_refusal_is_said_and_nothing_typed_is_lost(visitor):
    browser = visitor.as_(NORTE_ADMIN)
    for lang, said in (("es", "se quedaría sin administrador"), ("en", "without an administrator")):
        path = f"/{lang}/people/{membership(NORTE_ADMIN)}"
        browser.get(path)
        page = browser.post(f"{path}/role", {"role": "partner_user"}, at=path, status=422)
        assert said in page
        chosen = [n for n in parse(page).all("input") if n.attrs.get("value") == "partner_user"]
        assert "checked" in chosen[0].attrs


def test_who_was_removed_a_moment_ago_removes_nobody(demo):
    """The capacity one acts in is asked again inside the transaction, not just at the door."""
    cast.promote(NORTE)
    join(SUR, "norte")
    late = actor(NORTE)
    people.remove(late.membership_id, actor=actor(NORTE_ADMIN), now=NOW())
    assert people.remove(membership(NORTE_ADMIN), actor=late, now=NOW()) is None
    assert living(NORTE_ADMIN) == [Role.PARTNER_ADMIN]


@pytest.mark.parametrize("role", ["admin", "channel_manager", "visitor", "", "boss"])
def test_no_role_but_the_companys_own_is_given_whatever_is_posted(visitor, role):
    """B17: neither by the role nor by fields that the form has not."""
    browser, path = visitor.as_(NORTE_ADMIN), f"/es/people/{membership(NORTE)}"
    more = {"partner_id": str(partner("sur")), "person_id": "1", "registry_id": "1", "active": ""}
    browser.get(path)
    browser.post(f"{path}/role", {"role": role, **more}, at=path, status=422)
    assert living(NORTE) == [Role.PARTNER_USER]


def test_fields_that_the_form_has_not_change_nothing(visitor):
    browser, path = visitor.as_(NORTE_ADMIN), f"/es/people/{membership(NORTE)}"
    more = {"partner_id": str(partner("sur")), "registry_id": "1", "email": "x@y.example"}
    browser.get(path)
    browser.post(f"{path}/role", {"role": "partner_admin", **more}, at=path)
    assert actor(NORTE).partner_id == partner("norte")


def test_a_rivals_person_reads_like_nobody(visitor):
    """A4, A5: page and posts, byte for byte."""
    browser, ended = visitor.as_(NORTE_ADMIN), membership(NORTE)
    people.remove(ended, actor=actor(NORTE_ADMIN), now=NOW())
    said = set()
    for number in (membership(SUR), membership(ADMIN), membership(CHANNEL), ended, 2147483647):
        path = f"/es/people/{number}"
        told = [nameless(browser._send("get", path), number)]
        for deed, form in (("role", {"role": "partner_admin"}), ("removal", {})):
            browser.post(f"{path}/{deed}", form, at="/es/on", status=404)
            told.append(nameless(browser.page, number))
        said.add(tuple(told))
    assert len(said) == 1
    assert living(SUR) == [Role.PARTNER_USER] and living(ADMIN) == [Role.ADMIN]


def test_the_list_tells_of_the_own_company_alone(visitor):
    """A canary in the rivals' names; a person of both companies shows no trace of the other."""
    both = join(SUR_ADMIN, "norte", Role.PARTNER_USER)
    Browser(visitor.app).as_(SUR_ADMIN).get("/es/orders")
    with atomic() as session:
        session.execute(update(Person).where(Person.email == SUR).values(name="CANARY-7731"))
    page = visitor.as_(NORTE_ADMIN).get("/es/people/")
    assert "CANARY-7731" not in page and "Conexiones Sur" not in page and "user@sur" not in page
    row = page.partition(f"/es/people/{both}")[2].partition("</tr>")[0]
    assert "Todavía no" in row, "when somebody was seen elsewhere is not ours to know"


def test_a_page_after_a_rivals_person_tells_nothing_of_their_name(visitor, monkeypatch):
    """Seen failing: whoever renames themselves reads a rival's name by where they stand beside it."""
    browser = visitor.as_(NORTE_ADMIN)
    for name in ("A", "Zzz"):
        browser.post("/es/account/settings", {"name": name, "language": "es", "region": ""})
        for number in (membership(SUR), membership(ADMIN), 2147483647):
            page = browser.get(f"/es/people/?after={number}")
            assert NORTE_ADMIN not in page.partition("<main")[2]
    monkeypatch.setattr(people_pages, "visible_to", lambda model, _actor: select(model))
    assert NORTE_ADMIN in browser.get(f"/es/people/?after={membership(SUR)}").partition("<main")[2]


def test_without_its_scope_the_list_of_people_would_tell_of_rivals(visitor, monkeypatch):
    """The control: what the two tests above hold by."""
    browser = visitor.as_(NORTE_ADMIN)
    path = f"/es/people/{membership(SUR)}/removal"
    monkeypatch.setitem(scope._SCOPES, people.Membership, lambda actor: None)
    scope._condition.cache_clear()
    try:
        found = people.remove(membership(SUR), actor=actor(NORTE_ADMIN), now=NOW())
        assert found is not None and not found.refused, path
        assert living(SUR) == [], browser
    finally:
        scope._condition.cache_clear()


def test_when_somebody_was_seen_is_a_day_and_no_more(visitor):
    visitor.as_(NORTE)
    with atomic() as session:
        then = NOW() - timedelta(days=3)
        session.execute(update(SignIn).values(seen_at=then))
    page = Browser(visitor.app).as_(NORTE_ADMIN).get("/en/people/")
    row = page.partition("user@norte.example")[2].partition("</tr>")[0]
    assert ":" not in row.partition('data-label="Last seen"')[2]


@pytest.mark.parametrize("page", ["invite", ""])
def test_what_is_risky_wants_a_proof_not_long_ago(visitor, page):
    browser = visitor.as_(NORTE_ADMIN)
    path = f"/es/people/{page or membership(NORTE)}"
    browser.get(path)
    with atomic() as session:
        session.execute(update(SignIn).values(confirmed_at=NOW() - timedelta(minutes=31)))
    browser.get(path, status=302)
    assert "/es/confirm" in browser.page.headers["Location"]
    deed = path if page else f"{path}/removal"
    browser.post(deed, {"email": "a@b.example"}, at="/es/on", status=302)
    assert "/es/confirm" in browser.page.headers["Location"]
    assert living(NORTE) == [Role.PARTNER_USER]


def test_sixty_colleagues_cost_as_many_queries_as_two_and_come_in_pages(visitor):
    browser = visitor.as_(NORTE_ADMIN)
    browser.get("/es/people/")
    with Asked() as few:
        browser.get("/es/people/")
    for number in range(60):
        address = f"p{number:02}@norte.example"
        with atomic() as session:
            session.add(
                Person(
                    email=address,
                    email_key=address,
                    name=f"P {number:02}",
                    password_hash="!",
                    language="es",
                    created_at=NOW(),
                )
            )
        join(address, "norte", Role.PARTNER_USER)
    with Asked() as many:
        page = browser.get("/es/people/")
    assert many.count == few.count
    assert "P 47" in page and "P 48" not in page
    (more,) = re.findall(r'href="(/es/people/\?after=[^"]*)"', page)
    rest = browser.get(more)
    assert "P 47" not in rest and "P 48" in rest and "P 59" in rest
