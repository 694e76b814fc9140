"""The portal's administrators and people: who there is, shut out, moved, invited, a lost factor."""

import re

import pytest
from sqlalchemy import select

from portal.accounts.models import Factor
from portal.companies import people, staff
from portal.companies.people_rules import PeopleCode, Place
from portal.kernel.access import GRANTS, Permission, Role
from portal.registry.models import Registry, Team
from portal.store.db import db
from portal.store.outbox import Mail
from tests.accounts.entering import try_password
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
from tests.people import (
    ACCOUNT,
    ADMIN,
    CHANNEL,
    CSM,
    LEAD,
    NORTE,
    NORTE_ADMIN,
    SUR,
    SUR_ADMIN,
    Browser,
)

INVITE = "/es/staff/invite"
FIRST = "/es/staff/invite-administrator"


def do(browser, deed, email, status=302):
    path = f"/es/staff/{person(email)}/{deed}"
    browser.get(path)
    return browser.post(path, {}, at=path, status=status)


def registry(slug):
    found = db.session.scalar(select(Registry.id).where(Registry.slug == slug))
    db.session.rollback()
    return found


def team(code):
    found = db.session.scalar(select(Team.id).where(Team.code == code))
    db.session.rollback()
    return found


def test_only_the_portals_administrators_manage_people():
    """Staff of one registry see teams in the directory, and change nobody."""
    assert [role for role in Role if Permission.MANAGE_PEOPLE in GRANTS[role]] == [Role.ADMIN]
    assert [role for role in Role if Permission.COMPANY_PEOPLE in GRANTS[role]] == [
        Role.PARTNER_ADMIN
    ]


def test_people_are_found_by_name_and_address_and_narrowed(visitor):
    browser = visitor.as_(ADMIN)
    everyone = browser.get("/es/staff/")
    assert "Carla Ibáñez" in everyone and "Marta Quiroga" in everyone
    found = {
        "?q=ibanez": [SUR_ADMIN],
        "?q=USER@": [NORTE, SUR],
        "?role=csm": [CSM],
        f"?company={partner('sur')}": [SUR_ADMIN, SUR],
        "?registry=centurylink&role=channel_manager": [CHANNEL],
        "?state=shut": [],
        "?q=nobody": [],
        "?company=x&role=boss&after=-1": None,
    }
    for query, expected in found.items():
        page = browser.get(f"/es/staff/{query}")
        shown = [
            email for email in (NORTE, NORTE_ADMIN, SUR, SUR_ADMIN, CHANNEL, CSM) if email in page
        ]
        assert sorted(shown) == sorted(expected) if expected is not None else shown, query


def test_a_persons_page_tells_what_they_were_and_no_secret(visitor):
    Browser(visitor.app).as_(CHANNEL)
    browser = visitor.as_(ADMIN)
    people.change_role(
        membership(CHANNEL),
        Place(Role.CHANNEL_LEAD, registry_id=registry("level3")),
        actor=actor(ADMIN),
        now=NOW(),
    )
    page = browser.get(f"/en/staff/{person(CHANNEL)}")
    assert "Channel manager" in page and "Channel lead" in page and "until now" in page
    assert "Set up" in page
    secrets = db.session.scalars(select(Factor.secret)).all()
    db.session.rollback()
    assert secrets and not [secret for secret in secrets if secret in page]


def test_an_administrator_sees_no_contract_through_people(visitor):
    browser = visitor.as_(ADMIN)
    pages = [
        browser.get(f"/es/staff/{person(email)}") for email in (NORTE, SUR_ADMIN, CHANNEL, ACCOUNT)
    ]
    assert not re.search(r"(CTL|L3)-20\d\d-\d+", "".join(pages))


def test_who_is_shut_out_is_out_at_the_next_request_and_comes_back_in_the_same_role(visitor):
    """A8, 7.4.2."""
    user, admin = visitor.as_(NORTE), Browser(visitor.app).as_(ADMIN)
    do(admin, "deactivation", NORTE)
    user.get("/es/orders", status=302)
    assert try_password(Browser(visitor.app), NORTE).status_code == 422
    assert NORTE in admin.get("/es/staff/?state=shut") and NORTE not in admin.get("/es/staff/")
    do(admin, "reactivation", NORTE)
    user.get("/es/orders", status=302)
    assert "Integradora Norte" in user.as_(NORTE).get("/es/orders")
    told = events("person.deactivated", "person.reactivated")
    assert [payload for *_, payload in told] == [{"person": person(NORTE)}] * 2


@pytest.mark.parametrize(
    ("email", "code"),
    [(ADMIN, PeopleCode.ONESELF), (NORTE_ADMIN, PeopleCode.LAST_ADMIN)],
)
def test_neither_oneself_nor_a_companys_last_administrator_is_shut_out(visitor, email, code):
    admin = visitor.as_(ADMIN)
    do(admin, "deactivation", email, status=422)
    found = staff.deactivate(person(email), actor=actor(ADMIN), now=NOW())
    assert [reason.code for reason in found.reasons] == [code]
    assert len(living(email)) == 1


def test_nobody_ends_or_changes_the_own_administration(visitor):
    admin, at = visitor.as_(ADMIN), membership(ADMIN)
    path = f"/es/staff/memberships/{at}"
    admin.get(path)
    admin.post(f"{path}/end", {}, at=path, status=422)
    admin.post(f"{path}/role", {"role": "csm", "where": ""}, at=path, status=422)
    assert living(ADMIN) == [Role.ADMIN]


def test_who_moves_to_another_company_sees_nothing_of_the_old_one_from_then_on(visitor):
    """A8: the old capacity's session dies; both companies have it on their own record."""
    user, admin = visitor.as_(NORTE), Browser(visitor.app).as_(ADMIN)
    path = f"/es/staff/memberships/{membership(NORTE)}"
    admin.get(path)
    admin.post(f"{path}/company", {"company": str(partner("sur"))}, at=path)
    user.get("/es/orders", status=302)
    page = user.as_(NORTE).get("/es/orders")
    assert "Conexiones Sur" in page and "Integradora Norte" not in page
    told = [(verb, company) for verb, company, _ in events("membership.ended", "membership.begun")]
    assert told == [("membership.ended", partner("norte")), ("membership.begun", partner("sur"))]


def test_nobody_moves_to_where_they_are_nor_away_as_the_last_administrator(visitor):
    join(NORTE, "sur", Role.PARTNER_USER)
    admin = visitor.as_(ADMIN)
    for email in (NORTE, NORTE_ADMIN):
        path = f"/es/staff/memberships/{membership(email)}"
        admin.get(path)
        admin.post(f"{path}/company", {"company": str(partner("sur"))}, at=path, status=422)
    path = f"/es/staff/memberships/{membership(SUR)}"
    admin.get(path)
    for company in ("99999", "x", ""):
        admin.post(f"{path}/company", {"company": company}, at=path, status=422)
    assert actor(SUR).partner_id == partner("sur")


def test_a_staff_role_changes_with_its_registry_and_acts_at_once(visitor):
    browser, admin = visitor.as_(CHANNEL), Browser(visitor.app).as_(ADMIN)
    path = f"/es/staff/memberships/{membership(CHANNEL)}"
    admin.get(path)
    other = f"t{team('L3-CUENTA-1')}"
    admin.post(f"{path}/role", {"role": "channel_lead", "where": other}, at=path, status=422)
    admin.post(f"{path}/role", {"role": "account_team", "where": other}, at=path)
    browser.get("/es/orders", status=302)
    now = actor(CHANNEL)
    assert (now.role, now.registry_id, now.team_id) == (
        *(Role.ACCOUNT_TEAM, registry("level3")),
        team("L3-CUENTA-1"),
    )
    (told,) = events("membership.role_changed")
    assert told[2]["role_was"] == "channel_manager"


@pytest.mark.parametrize("role", ["partner_admin", "visitor", "", "boss"])
def test_staff_stay_staff_and_partners_partners_whatever_is_posted(visitor, role):
    """B17: the two sides are changed by an end and an invitation."""
    admin = visitor.as_(ADMIN)
    path = f"/es/staff/memberships/{membership(CSM)}"
    admin.get(path)
    more = {"role": role, "where": "", "partner_id": str(partner("sur"))}
    admin.post(f"{path}/role", more, at=path, status=422)
    partners = f"/es/staff/memberships/{membership(NORTE)}"
    admin.post(f"{partners}/role", {"role": "admin", "where": ""}, at=path, status=422)
    assert living(CSM) == [Role.CSM] and living(NORTE) == [Role.PARTNER_USER]


def test_a_lost_second_factor_is_forgotten_and_its_person_told(visitor):
    browser, admin = visitor.as_(LEAD), Browser(visitor.app).as_(ADMIN)
    do(admin, "factor", LEAD)
    browser.get("/es/orders", status=302)
    left = db.session.scalars(select(Factor).where(Factor.person_id == person(LEAD))).all()
    mail = db.session.scalars(select(Mail).where(Mail.to_address == LEAD)).all()
    db.session.rollback()
    assert left == [] and "factor_changed" in [each.kind for each in mail]
    assert "Not set up" in admin.get(f"/en/staff/{person(LEAD)}")
    do(admin, "factor", ADMIN, status=422)


def test_somebodys_sessions_are_ended_everywhere_and_they_may_sign_in_anew(visitor):
    """V7.4.5: an administrator ends the sessions of somebody whose device is in other hands."""
    here, there, admin = (Browser(visitor.app) for _ in range(3))
    here.as_(LEAD), there.as_(LEAD), admin.as_(ADMIN)
    do(admin, "sessions", LEAD)
    for browser in (here, there):
        browser.get("/es/orders", status=302)
    here.as_(LEAD).get("/es/orders")
    assert events("person.session_revoked")


def test_a_forgotten_person_is_a_number(visitor):
    admin = visitor.as_(ADMIN)
    who = person(NORTE)
    do(admin, "anonymisation", NORTE)
    page = admin.get(f"/en/staff/{who}")
    assert "Former person" in page and "Diego" not in page and NORTE not in page
    assert living_of(who) == []
    do_again = staff.reactivate(who, actor=actor(ADMIN), now=NOW())
    assert do_again is None, "what is forgotten is not let in again"


def living_of(person_id):
    from portal.accounts.queries import capacities

    found = capacities(db.session(), person_id)
    db.session.rollback()
    return found
