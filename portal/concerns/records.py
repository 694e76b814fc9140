"""What is put on record of a question, and which team it is with. A layer of commands, inside the
caller's transaction; `now` is the business moment.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.concerns.models import Concern, ConcernEntry
from portal.concerns.queries import team_on
from portal.concerns.rules import EntryKind
from portal.kernel import clock
from portal.kernel.access import PARTNER_ROLES, Actor
from portal.registry.models import Team
from portal.store.events import emit
from portal.store.scope import visible_to


class Unseen(Exception):
    """No question that the actor may see has this id, or the deed is not for the actor's side."""


def locked(session: Session, concern_id: int, actor: Actor, *, company: bool) -> Concern:
    """The question, for its company or for the registry's side; who acts on it at the same moment
    waits, and sees what was done. Raises Unseen.
    """
    query = visible_to(Concern, actor).where(Concern.id == concern_id)
    row = session.scalar(query.with_for_update())
    if row is None or (actor.role in PARTNER_ROLES) is not company:
        raise Unseen
    return row


def team_of(session: Session, row: Concern, now: datetime) -> Team | None:
    """The team the question is with on the day of `now`."""
    on = clock.local_date(now)
    query = select(Team).join(Concern, Team.id == team_on(on)).where(Concern.id == row.id)
    return session.scalar(query)


def enter(
    session: Session,
    row: Concern,
    kind: EntryKind,
    actor: Actor,
    now: datetime,
    team: Team | None,
    text: str | None = None,
) -> None:
    """Write down what was said or done, with `team`, and emit its event (ids alone)."""
    entry = ConcernEntry(
        registry_id=row.registry_id,
        partner_id=row.partner_id,
        concern_id=row.id,
        kind=kind,
        person_id=actor.person_id,
        team_id=team.id if team else None,
        text=text,
        at=now,
    )
    session.add(entry)
    session.flush()
    payload = {"concern_id": row.id, "registry_id": row.registry_id}
    emit(
        *(session, f"concern:{row.id}", f"concern.{kind.value}"),
        actor=actor,
        at=clock.wall(),
        partner_id=row.partner_id,
        registry_id=row.registry_id,
        payload=payload | ({"team_id": team.id} if team else {}),
    )
