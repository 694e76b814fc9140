"""Who may be invited to what, made what, and who must stay (facts.md section 9; A8, B5).

Rules: pure, no I/O, no clock, no language. A company always keeps an administrator who can sign in,
and so does the portal, whatever is done to whom by whom.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.kernel.access import PARTNER_ROLES, REGISTRY_ROLES, STAFF_ROLES, Role
from portal.kernel.decision import Code, CodeSpec, Decision, Reason, reason

RULESET = "people/1"
# Open invitations of one company; sent by it in an hour; sent by it to one address in a day.
MOST_OPEN, MOST_AN_HOUR, MOST_TO_ONE = 50, 20, 5


class PeopleCode(Code):
    """Why something about people is refused."""

    LAST_ADMIN = "people.last_admin"
    LAST_PORTAL_ADMIN = "people.last_portal_admin"
    ONESELF = "people.oneself"
    ROLE_NOT_GIVEN = "people.role_not_given"
    SAME_ROLE = "people.same_role"
    MEMBER_ALREADY = "people.member_already"
    PLACE_UNFIT = "people.place_unfit"
    HAS_ADMIN = "people.company_has_admin"
    TOO_MANY_OPEN = "invitation.too_many_open"
    TOO_MANY_SENT = "invitation.too_many_sent"
    TOO_OFTEN = "invitation.too_often"


C = PeopleCode
CODES: dict[Code, CodeSpec] = {
    C.LAST_ADMIN: CodeSpec("S9", True, ("company",)),
    C.LAST_PORTAL_ADMIN: CodeSpec("S9", True),
    C.ONESELF: CodeSpec("S9", True),
    C.ROLE_NOT_GIVEN: CodeSpec("S9", True),
    C.SAME_ROLE: CodeSpec("S9", True),
    C.MEMBER_ALREADY: CodeSpec("S9", True),
    C.PLACE_UNFIT: CodeSpec("S9", True),
    C.HAS_ADMIN: CodeSpec("S9", True, ("company",)),
    C.TOO_MANY_OPEN: CodeSpec("B5", True, ("limit",)),
    C.TOO_MANY_SENT: CodeSpec("B5", True, ("limit",)),
    C.TOO_OFTEN: CodeSpec("B5", True, ("limit",)),
}


@dataclass(frozen=True)
class Place:
    """A role and where it is had: in a company, over a registry, in a team, or in the portal."""

    role: Role
    partner_id: int | None = None
    registry_id: int | None = None
    team_id: int | None = None


@dataclass(frozen=True)
class Standing:
    """One living membership as the rules need it.

    `counts`: its person can sign in. `others`: how many other people who can sign in administer the
    same company (or, for staff, the portal). `own`: it is the actor's own person's.
    """

    place: Place
    company: str = ""
    counts: bool = True
    others: int = 0
    own: bool = False


@dataclass(frozen=True)
class Sent:
    """What a company, or the portal, has sent so far: open, in the last hour, to this address today."""

    open: int = 0
    this_hour: int = 0
    to_one: int = 0


def fits(place: Place) -> bool:
    """Whether a role stands where it can: a company's in one, a registry's over one, and an account
    team's in a team of that registry.
    """
    return (
        (place.role in PARTNER_ROLES) == (place.partner_id is not None)
        and (place.role in REGISTRY_ROLES) == (place.registry_id is not None)
        and (place.role is Role.ACCOUNT_TEAM) == (place.team_id is not None)
        and place.role is not Role.VISITOR
    )


def may_end(standing: Standing) -> Decision[bool]:
    """Whether the membership may end, by its person or by another."""
    return _answer(_must_stay(standing))


def may_move(standing: Standing, *, there: bool) -> Decision[bool]:
    """Whether it may end for one in another company; `there`: the person has one there already."""
    return _answer([reason(CODES, C.MEMBER_ALREADY)] if there else _must_stay(standing))


def may_become(standing: Standing, wanted: Place, *, by: Role) -> Decision[bool]:
    """Whether somebody may have `wanted` instead of what they have, given by a person of role `by`.

    Partners stay in their company, staff stay staff: changing sides is an end and an invitation.
    """
    before = standing.place
    if not _gives(by, before) or not _gives(by, wanted) or wanted.partner_id != before.partner_id:
        return _answer([reason(CODES, C.ROLE_NOT_GIVEN)])
    if not fits(wanted):
        return _answer([reason(CODES, C.PLACE_UNFIT)])
    if wanted == before:
        return _answer([reason(CODES, C.SAME_ROLE)])
    return _answer(_must_stay(standing))


def may_deactivate(standings: Iterable[Standing], *, own: bool) -> Decision[bool]:
    """Whether a person with these memberships may be shut out of the portal."""
    if own:
        return _answer([reason(CODES, C.ONESELF)])
    return _answer([each for standing in standings for each in _must_stay(standing)])


def may_be_forgotten(standings: Iterable[Standing]) -> Decision[bool]:
    """Whether a person with these memberships may be anonymised, by themselves or by another."""
    return _answer([each for standing in standings for each in _must_stay(standing)])


def may_reset_factor(*, own: bool) -> Decision[bool]:
    """Whether somebody's second factor may be forgotten for them."""
    return _answer([reason(CODES, C.ONESELF)] if own else [])


def may_invite(
    place: Place, sent: Sent, *, by: Place, member: bool, has_admin: bool = True, company: str = ""
) -> Decision[bool]:
    """Whether somebody may be invited to `place` by a person who acts in `by`.

    `member`: the address is already that of a living member there. The portal's administrators
    invite a company's people only while it has no administrator who can (`has_admin`).
    """
    first = by.role is Role.ADMIN and place.role is Role.PARTNER_ADMIN
    own_side = by.role is Role.ADMIN or place.partner_id == by.partner_id
    if not (first or (own_side and _gives(by.role, place))):
        return _answer([reason(CODES, C.ROLE_NOT_GIVEN)])
    if not fits(place):
        return _answer([reason(CODES, C.PLACE_UNFIT)])
    if first and has_admin:
        return _answer([reason(CODES, C.HAS_ADMIN, company=company)])
    if member:
        return _answer([reason(CODES, C.MEMBER_ALREADY)])
    return _answer(_too_much(sent))


def _too_much(sent: Sent) -> list[Reason]:
    limits: tuple[tuple[PeopleCode, int, int], ...] = (
        (C.TOO_MANY_OPEN, sent.open, MOST_OPEN),
        (C.TOO_MANY_SENT, sent.this_hour, MOST_AN_HOUR),
        (C.TOO_OFTEN, sent.to_one, MOST_TO_ONE),
    )
    return [reason(CODES, code, limit=most) for code, count, most in limits if count >= most]


def _gives(by: Role, place: Place) -> bool:
    """A company's administrators give its two roles; the portal's give every staff role."""
    return place.role in {
        Role.PARTNER_ADMIN: PARTNER_ROLES,
        Role.ADMIN: STAFF_ROLES,
    }.get(by, frozenset())


def _must_stay(standing: Standing) -> list[Reason]:
    role = standing.place.role
    if role is Role.ADMIN and standing.own:
        return [reason(CODES, C.ONESELF)]
    if not standing.counts or standing.others:
        return []
    if role is Role.PARTNER_ADMIN:
        return [reason(CODES, C.LAST_ADMIN, company=standing.company)]
    return [reason(CODES, C.LAST_PORTAL_ADMIN)] if role is Role.ADMIN else []


def _answer(reasons: list[Reason]) -> Decision[bool]:
    return Decision(RULESET, None if reasons else True, tuple(reasons))
