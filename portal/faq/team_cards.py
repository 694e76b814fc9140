"""A team as a partner meets it: its name, how to reach it, and who is in it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.registry.models import Team, TeamMember


@dataclass(frozen=True)
class Member:
    """One person of a team, with the address they had before (Q9)."""

    name: str
    email: str
    former_email: str | None
    phone: str | None


@dataclass(frozen=True)
class TeamCard:
    """A team and its people, by name."""

    id: int
    name: str
    email: str | None
    phone: str | None
    people: tuple[Member, ...] = ()


def cards(session: Session, ids: Iterable[int]) -> dict[int, TeamCard]:
    """The teams of those ids with their people. Two queries."""
    wanted = sorted(set(ids))
    people: dict[int, list[Member]] = {}
    members = session.execute(
        select(
            *(TeamMember.team_id, TeamMember.name, TeamMember.email),
            *(TeamMember.former_email, TeamMember.phone),
        )
        .where(TeamMember.team_id.in_(wanted))
        .order_by(TeamMember.name, TeamMember.id)
    )
    for row in members:
        member = Member(row.name, row.email, row.former_email, row.phone)
        people.setdefault(row.team_id, []).append(member)
    teams = session.execute(
        select(Team.id, Team.name, Team.email, Team.phone).where(Team.id.in_(wanted))
    )
    return {row.id: TeamCard(*row, people=tuple(people.get(row.id, ()))) for row in teams}
