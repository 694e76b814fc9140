"""Who may be made what, invited to what, and who must stay: the pure rule, case by case (section 9)."""

import pytest

from portal.companies.people_labels import SENTENCES
from portal.companies.people_rules import (
    CODES,
    MOST_AN_HOUR,
    MOST_OPEN,
    MOST_TO_ONE,
    PeopleCode,
    Place,
    Sent,
    Standing,
    fits,
    may_be_forgotten,
    may_become,
    may_deactivate,
    may_end,
    may_invite,
    may_move,
    may_reset_factor,
)
from portal.kernel.access import REGISTRY_ROLES, Role

C = PeopleCode
USER, ADMIN = Place(Role.PARTNER_USER, 1), Place(Role.PARTNER_ADMIN, 1)
CHANNEL, LEAD = Place(Role.CHANNEL_MANAGER, None, 1), Place(Role.CHANNEL_LEAD, None, 1)
PORTAL, CSM = Place(Role.ADMIN), Place(Role.CSM)
ALONE = Standing(ADMIN, "Norte")
NOTHING_SENT = Sent()


def codes(decision):
    assert decision.refused == bool(decision.reasons) == (decision.value is None)
    return [reason.code for reason in decision.reasons]


def test_every_code_has_its_rule_and_its_words():
    assert set(CODES) == set(SENTENCES) == set(PeopleCode)
    assert all(spec.blocks for spec in CODES.values())


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (ALONE, [C.LAST_ADMIN]),
        (Standing(ADMIN, "Norte", own=True), [C.LAST_ADMIN]),
        (Standing(ADMIN, "Norte", others=1), []),
        (Standing(ADMIN, "Norte", counts=False), []),
        (Standing(USER, "Norte"), []),
        (Standing(CHANNEL), []),
        (Standing(PORTAL), [C.LAST_PORTAL_ADMIN]),
        (Standing(PORTAL, others=2), []),
        (Standing(PORTAL, others=2, own=True), [C.ONESELF]),
    ],
)
def test_the_last_administrator_stays_whoever_asks(standing, expected):
    """Removed, moved, shut out, forgotten: the same guard for each."""
    assert codes(may_end(standing)) == expected
    assert codes(may_move(standing, there=False)) == expected
    assert codes(may_deactivate([standing], own=False)) == expected
    assert codes(may_be_forgotten([standing])) == expected


def test_a_person_of_many_companies_is_refused_for_each_that_would_be_left_alone():
    found = may_deactivate([ALONE, Standing(USER), Standing(ADMIN, "Sur")], own=False)
    assert [reason.facts["company"] for reason in found.reasons] == ["Norte", "Sur"]


def test_nobody_shuts_oneself_out_nor_forgets_ones_own_second_factor():
    assert codes(may_deactivate([], own=True)) == [C.ONESELF]
    assert codes(may_reset_factor(own=True)) == [C.ONESELF]
    assert codes(may_reset_factor(own=False)) == []


@pytest.mark.parametrize(
    ("before", "wanted", "by", "expected"),
    [
        (Standing(USER), ADMIN, Role.PARTNER_ADMIN, []),
        (Standing(ADMIN, others=1), USER, Role.PARTNER_ADMIN, []),
        (ALONE, USER, Role.PARTNER_ADMIN, [C.LAST_ADMIN]),
        (Standing(USER), USER, Role.PARTNER_ADMIN, [C.SAME_ROLE]),
        (Standing(USER), Place(Role.ADMIN, 1), Role.PARTNER_ADMIN, [C.ROLE_NOT_GIVEN]),
        (Standing(USER), Place(Role.PARTNER_USER, 2), Role.PARTNER_ADMIN, [C.ROLE_NOT_GIVEN]),
        (Standing(CHANNEL), USER, Role.PARTNER_ADMIN, [C.ROLE_NOT_GIVEN]),
        (Standing(CHANNEL), LEAD, Role.ADMIN, []),
        (Standing(CHANNEL), Place(Role.CHANNEL_MANAGER, None, 2), Role.ADMIN, []),
        (Standing(CHANNEL), Place(Role.CHANNEL_LEAD), Role.ADMIN, [C.PLACE_UNFIT]),
        (Standing(CHANNEL), Place(Role.ACCOUNT_TEAM, None, 1), Role.ADMIN, [C.PLACE_UNFIT]),
        (Standing(CHANNEL), Place(Role.ACCOUNT_TEAM, None, 1, 5), Role.ADMIN, []),
        (Standing(CSM), Place(Role.SUPPORT, None, 1), Role.ADMIN, [C.PLACE_UNFIT]),
        (Standing(PORTAL), CSM, Role.ADMIN, [C.LAST_PORTAL_ADMIN]),
        (Standing(PORTAL, others=1, own=True), CSM, Role.ADMIN, [C.ONESELF]),
        (Standing(USER), ADMIN, Role.ADMIN, [C.ROLE_NOT_GIVEN]),
        (Standing(USER), ADMIN, Role.CHANNEL_LEAD, [C.ROLE_NOT_GIVEN]),
        (Standing(CSM), Place(Role.VISITOR), Role.ADMIN, [C.ROLE_NOT_GIVEN]),
    ],
)
def test_roles_are_given_among_ones_own(before, wanted, by, expected):
    assert codes(may_become(before, wanted, by=by)) == expected


OWN = Place(Role.PARTNER_ADMIN, 1)


@pytest.mark.parametrize(
    ("place", "by", "more", "expected"),
    [
        (USER, OWN, {}, []),
        (ADMIN, OWN, {}, []),
        (Place(Role.PARTNER_USER, 2), OWN, {}, [C.ROLE_NOT_GIVEN]),
        (PORTAL, OWN, {}, [C.ROLE_NOT_GIVEN]),
        (USER, USER, {}, [C.ROLE_NOT_GIVEN]),
        (USER, LEAD, {}, [C.ROLE_NOT_GIVEN]),
        (CSM, CSM, {}, [C.ROLE_NOT_GIVEN]),
        (USER, OWN, {"member": True}, [C.MEMBER_ALREADY]),
        (CHANNEL, PORTAL, {}, []),
        (PORTAL, PORTAL, {}, []),
        (Place(Role.CHANNEL_MANAGER), PORTAL, {}, [C.PLACE_UNFIT]),
        (USER, PORTAL, {"has_admin": False}, [C.ROLE_NOT_GIVEN]),
        (ADMIN, PORTAL, {}, [C.HAS_ADMIN]),
        (ADMIN, PORTAL, {"has_admin": False}, []),
    ],
)
def test_who_invites_whom(place, by, more, expected):
    asked = {"member": False, **more}
    assert codes(may_invite(place, NOTHING_SENT, by=by, **asked)) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (Sent(MOST_OPEN - 1, MOST_AN_HOUR - 1, MOST_TO_ONE - 1), []),
        (Sent(open=MOST_OPEN), [C.TOO_MANY_OPEN]),
        (Sent(this_hour=MOST_AN_HOUR), [C.TOO_MANY_SENT]),
        (Sent(to_one=MOST_TO_ONE), [C.TOO_OFTEN]),
    ],
)
def test_invitations_are_capped(sent, expected):
    """B5: nobody's mailbox is filled through the portal."""
    assert codes(may_invite(USER, sent, by=OWN, member=False)) == expected


@pytest.mark.parametrize("role", list(Role))
def test_a_role_fits_exactly_one_kind_of_place(role):
    """The same as the database holds by its checks."""
    places = {
        "company": Place(role, partner_id=1),
        "registry": Place(role, registry_id=1),
        "team": Place(role, registry_id=1, team_id=1),
        "portal": Place(role),
    }
    found = [name for name, place in places.items() if fits(place)]
    if role is Role.VISITOR:
        assert found == []
    elif role in (Role.PARTNER_USER, Role.PARTNER_ADMIN):
        assert found == ["company"]
    elif role is Role.ACCOUNT_TEAM:
        assert found == ["team"]
    else:
        assert found == (["registry"] if role in REGISTRY_ROLES else ["portal"])
