"""Staff are invited, and nobody but the portal's administrators does any of it (A4, A5, B5)."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.accounts.models import Person, SignIn
from portal.companies import invitations, people
from portal.kernel.access import Role
from portal.store.db import atomic, db
from tests.companies import cast
from tests.companies.alike import nameless
from tests.companies.cast import (
    NOW,
    actor,
    living,
    membership,
    partner,
    person,
)
from tests.companies.test_people_staff import FIRST, INVITE, registry, team
from tests.people import (
    ADMIN,
    CHANNEL,
    CSM,
    LEAD,
    NORTE,
    NORTE_ADMIN,
    SUR,
)


@pytest.mark.parametrize(
    ("role", "where", "fits"),
    [
        ("channel_manager", "r", True),
        ("channel_manager", "", False),
        ("account_team", "t", True),
        ("account_team", "r", False),
        ("csm", "", True),
        ("csm", "r", False),
        ("admin", "", True),
        ("partner_admin", "", False),
    ],
)
def test_staff_are_invited_with_the_place_their_role_needs(visitor, role, where, fits):
    admin = visitor.as_(ADMIN)
    admin.get(INVITE)
    places = {"r": f"r{registry('level3')}", "t": f"t{team('L3-CUENTA-1')}", "": ""}
    form = {"email": "staff@new.example", "language": "es", "role": role, "where": places[where]}
    page = admin.post(INVITE, form, status=302 if fits else 422)
    found = cast.sent()
    assert [row.role.value for row in found] == ([role] if fits else [])
    assert fits or "staff@new.example" in page
    if fits:
        assert "staff@new.example" in admin.get("/es/staff/invitations")


def test_a_companys_first_administrator_is_invited_where_nobody_administers(visitor):
    admin = visitor.as_(ADMIN)
    assert "email" not in admin.get(FIRST).partition("<h1>")[2]
    form = {"email": "first@norte.example", "language": "es", "company": str(partner("norte"))}
    admin.post(FIRST, form, at=INVITE, status=422)
    with atomic() as session:
        session.execute(update(Person).where(Person.email == NORTE_ADMIN).values(active=False))
    assert "Integradora Norte" in admin.get(FIRST)
    admin.post(FIRST, form)
    (row,) = cast.sent()
    assert (row.role, row.partner_id) == (Role.PARTNER_ADMIN, partner("norte"))
    assert invitations.find(db.session(), cast.tokens("first@norte.example")[0], NOW())
    db.session.rollback()


def test_invitations_of_staff_are_sent_again_and_withdrawn_here(visitor):
    admin = visitor.as_(ADMIN)
    admin.get(INVITE)
    form = {"email": "staff@new.example", "language": "es", "role": "csm", "where": ""}
    admin.post(INVITE, form)
    path = f"/es/staff/invitations/{cast.sent()[0].id}"
    admin.get(path)
    admin.post(f"{path}/resending", {}, at=path)
    path = f"/es/staff/invitations/{cast.sent()[1].id}"
    admin.get(path)
    admin.post(f"{path}/withdrawal", {}, at=path)
    assert [row.withdrawn_at is not None for row in cast.sent()] == [True, True]


POSTS = [
    *("deactivation", "reactivation", "factor", "anonymisation"),
    *("memberships/{}/role", "memberships/{}/company", "memberships/{}/end"),
    *("invitations/{}/resending", "invitations/{}/withdrawal"),
]


@pytest.mark.parametrize("email", [NORTE_ADMIN, CHANNEL, LEAD, CSM])
def test_nobody_else_does_any_of_it(visitor, email):
    browser = visitor.as_(email)
    for deed in POSTS:
        number = membership(SUR) if "memberships" in deed else person(SUR)
        path = deed.format(number) if "{}" in deed else f"{number}/{deed}"
        browser.post(f"/es/staff/{path}", {}, at="/es/on", status=403)
    assert living(SUR) == [Role.PARTNER_USER]


def test_who_is_not_there_answers_404_alike(visitor):
    admin, said = visitor.as_(ADMIN), set()
    people.remove(membership(NORTE), actor=actor(NORTE_ADMIN), now=NOW())
    for number in (2147483647, 987654):
        told = [nameless(admin._send("get", f"/es/staff/{number}"), number)]
        for deed in POSTS:
            path = deed.format(number) if "{}" in deed else f"{number}/{deed}"
            admin.post(f"/es/staff/{path}", {}, at="/es/on", status=404)
            told.append(nameless(admin.page, number))
        said.add(tuple(told))
    assert len(said) == 1


def test_each_deed_wants_a_proof_not_long_ago(visitor):
    admin = visitor.as_(ADMIN)
    with atomic() as session:
        session.execute(update(SignIn).values(confirmed_at=NOW() - timedelta(minutes=31)))
    for deed in POSTS:
        number = membership(SUR) if "memberships" in deed else person(SUR)
        path = deed.format(number) if "{}" in deed else f"{number}/{deed}"
        admin.post(f"/es/staff/{path}", {}, at="/es/on", status=302)
        assert "/es/confirm" in admin.page.headers["Location"], deed
    assert living(SUR) == [Role.PARTNER_USER]
