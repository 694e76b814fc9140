"""Opening a partner agreement: the row, and the first values of its dated facts.

The first value of something new needs no notice (N1); every later one does.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.registry.facts import CHANNEL_TEAM, COMPENSATION, SCHEDULE
from portal.registry.models import Agreement, Team
from portal.registry.rules import ContractStatus, Program, TeamKind
from portal.registry.standing import State, state_on
from portal.store.facts import WarrantKind, warrant
from portal.store.ordering import by_name
from portal.store.periods import begin


@dataclass(frozen=True)
class Terms:
    """What an agreement says, as it is opened; its facts hold from `starts_on`."""

    number: str
    starts_on: date
    ends_on: date | None
    team_id: int
    compensation: str
    schedule: str


def open_agreement(
    session: Session,
    terms: Terms,
    *,
    registry_id: int,
    partner_id: int,
    program: Program,
    origin: str,
    actor: Actor,
    now: datetime,
) -> int:
    """The id of a new, active agreement, inside the caller's transaction; `origin` says what its
    first values stand on, `now` is wall time. Emits no event.

    Raises IntegrityError when the registry has that number or the team is of another (R1).
    """
    agreement = Agreement(
        registry_id=registry_id,
        number=terms.number,
        partner_id=partner_id,
        program=program,
        status=ContractStatus.ACTIVE,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
    )
    session.add(agreement)
    session.flush()
    stands_on = warrant(session, WarrantKind.ORIGIN, reason=origin, actor=actor, at=now)
    for fact, value in (
        (CHANNEL_TEAM, terms.team_id),
        (COMPENSATION, terms.compensation),
        (SCHEDULE, terms.schedule),
    ):
        begin(
            *(session, fact, agreement.id, value),
            on=terms.starts_on,
            warrant_id=stands_on.id,
            registry_id=registry_id,
        )
    return agreement.id


def standing(
    session: Session, partner_id: int, registry_id: int, on: date
) -> list[tuple[str, State]]:
    """(number, state on `on`) of every agreement of a company in a registry, the newest first."""
    rows = session.execute(
        select(Agreement.number, Agreement.status, Agreement.starts_on, Agreement.ends_on)
        .where(Agreement.partner_id == partner_id, Agreement.registry_id == registry_id)
        .order_by(Agreement.starts_on.desc(), Agreement.id.desc())
    )
    return [(row.number, state_on(on, row.status, row.starts_on, row.ends_on)) for row in rows]


def number_taken(session: Session, registry_id: int, number: str) -> bool:
    """Whether the registry has an agreement of that number already."""
    query = select(Agreement.id).where(
        Agreement.registry_id == registry_id, Agreement.number == number
    )
    return session.scalar(query) is not None


def channel_teams(session: Session, registry_id: int) -> list[tuple[int, str]]:
    """(id, name) of a registry's channel support teams, by name."""
    query = select(Team.id, Team.name).where(
        Team.registry_id == registry_id, Team.kind == TeamKind.CHANNEL
    )
    return [
        (row.id, row.name) for row in session.execute(query.order_by(by_name(Team.name), Team.id))
    ]
