"""People and invitations among the rivals' things: who may see which, by hand from facts.md section 9.

A company's administrators see its people and whom they invited; the portal's see everybody.
"""

from collections.abc import Iterator

from sqlalchemy import select

from portal.accounts.models import Membership, Person
from portal.companies import invitations
from portal.companies.models import Invitation
from portal.companies.people_rules import Place
from portal.kernel import clock
from portal.kernel.access import Role
from portal.registry.models import Partner, Team
from portal.registry.rules import TeamKind
from portal.store.db import db
from tests import people
from tests.companies.cast import actor

ADMINS = {"norte": people.NORTE_ADMIN, "sur": people.SUR_ADMIN}
INVITED = {
    people.NORTE_ADMIN: "canario-norte@invitado.example",
    people.SUR_ADMIN: "canario-sur@invitado.example",
    people.ADMIN: "canario-portal@invitado.example",
}
Told = tuple[str, str, str, frozenset[str], frozenset[str]]


def _place(partner_id: int | None) -> Place:
    """A company's own people; for the portal's administrator, a registry's account team (R1)."""
    if partner_id is not None:
        return Place(Role.PARTNER_USER, partner_id)
    team = db.session.scalars(
        select(Team).where(Team.kind == TeamKind.ACCOUNT).order_by(Team.id)
    ).first()
    assert team is not None
    return Place(Role.ACCOUNT_TEAM, None, team.registry_id, team.id)


def invite() -> None:
    """Each administrator invites somebody; the address is a canary."""
    for email, invited in INVITED.items():
        who = actor(email)
        place = _place(who.partner_id)
        sent = invitations.invite(
            invited, place, language="es", house="Portal", actor=who, now=clock.wall()
        )
        assert sent is not None and not sent.refused


def things() -> Iterator[Told]:
    """Every membership, person and invitation: argument, value, registry, texts, who may see it."""
    session = db.session()
    codes = {row.id: row.code for row in session.scalars(select(Partner))}
    for member in session.scalars(select(Membership)):
        yield (
            "membership_id",
            str(member.id),
            "",
            frozenset(),
            _of(codes.get(member.partner_id or 0)),
        )
    for who in session.scalars(select(Person.id)):
        yield ("person_id", str(who), "", frozenset(), _of(None))
    for sent in session.scalars(select(Invitation)):
        seen = _of(codes.get(sent.partner_id or 0))
        yield ("invitation_id", str(sent.id), "", frozenset({sent.email}), seen)


def _of(code: str | None) -> frozenset[str]:
    return frozenset(filter(None, (people.ADMIN, ADMINS.get(code or ""))))
