"""What the pages of questions show: loaded with a fixed number of queries, scoped to the reader.

A layer of queries: the company and the registry's side read the same thread.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.concerns.commands import member
from portal.concerns.models import Concern, ConcernEntry
from portal.concerns.queries import subject_of, team_on
from portal.concerns.rules import About, ConcernState, EntryKind
from portal.kernel.access import Actor
from portal.orders.models import Order
from portal.registry.models import Contract, Customer, Partner, Registry, Team
from portal.registry.queries import in_force
from portal.registry.rules import TeamKind
from portal.registry.team_pages import TeamCard, cards
from portal.store.decisions import StoredDecision
from portal.store.files import File, files_of
from portal.store.ordering import by_name
from portal.store.scope import visible, visible_to

PAGE = 30
MOST_CONTRACTS = 60


@dataclass(frozen=True)
class Row:
    """A question in a list: whose, to whom, about what, and since when it waits."""

    id: int
    subject: str
    state: ConcernState
    about: About
    asked_at: datetime
    waiting_since: datetime | None
    asked_by: int
    asker: str
    company: str
    registry: str
    thread: int
    slug: str
    registry_id: int
    question_id: str | None
    team_id: int | None
    team: str | None
    team_code: str | None
    team_kind: TeamKind | None
    handed: bool
    contract_id: int | None
    contract: str | None
    contract_seen: bool
    order: str | None
    decision_id: uuid.UUID


@dataclass(frozen=True)
class Entry:
    """One thing said or done, by whom, with which team."""

    kind: EntryKind
    at: datetime
    person: str
    team: str | None
    text: str | None


@dataclass(frozen=True)
class Thread:
    """A question with all that was said, its attachments, and why it is with its team.

    `reasons` are those of the decision by which it was sent; `moved`: the team of the line or the
    agreement has changed since, and the question with it.
    """

    row: Row
    entries: tuple[Entry, ...]
    files: list[File]
    reasons: Sequence[dict[str, Any]]
    team: TeamCard | None
    moved: bool
    member: bool

    @property
    def first_answer(self) -> timedelta | None:
        """How long the first answer took; None while there is none."""
        at = next((one.at for one in self.entries if one.kind is EntryKind.ANSWERED), None)
        return None if at is None else max(at - self.row.asked_at, timedelta(0))

    @property
    def pair(self) -> tuple[str, str] | None:
        """The question and its latest answer, as they were written."""
        said = [one.text for one in self.entries if one.kind is EntryKind.ANSWERED]
        return (self.entries[0].text or "", said[-1] or "") if said else None


def one(session: Session, actor: Actor, concern_id: int, on: date) -> Thread | None:
    """The thread as it stands on `on`, or None when the actor does not see it. Seven queries."""
    found = session.execute(_rows(actor, on).where(Concern.id == concern_id)).first()
    if found is None:
        return None
    row = Row(*found)
    said = session.execute(
        select(
            *(ConcernEntry.kind, ConcernEntry.at, Person.name, Team.name.label("team")),
            ConcernEntry.text,
        )
        .join(Person, Person.id == ConcernEntry.person_id)
        .outerjoin(Team, Team.id == ConcernEntry.team_id)
        .where(ConcernEntry.concern_id == row.id)
        .order_by(ConcernEntry.id)
    )
    stored = session.get_one(StoredDecision, row.decision_id)
    first = (stored.value or {}).get("team")
    teams = cards(session, actor, [row.team_id], on) if row.team_id else {}
    return Thread(
        row=row,
        entries=tuple(Entry(*each) for each in said),
        files=files_of(session, actor, subject_of(row.id)),
        reasons=stored.reasons,
        team=teams.get(row.team_id or 0),
        moved=not row.handed and row.team_code is not None and row.team_code != first,
        member=member(actor, row.team_id, row.team_kind),
    )


def own(
    session: Session, actor: Actor, on: date, *, mine: bool = False, after: int | None = None
) -> tuple[list[Row], int | None]:
    """The company's questions (or those that the actor asked), newest first, and the key after which
    there are more. One query.
    """
    query = _rows(actor, on).order_by(Concern.id.desc()).limit(PAGE + 1)
    if mine:
        query = query.where(Concern.asked_by == actor.person_id)
    if after is not None:
        query = query.where(Concern.id < after)
    return _page(session, query)


def queue(
    session: Session,
    actor: Actor,
    on: date,
    *,
    state: ConcernState | None = ConcernState.OPEN,
    team: int | None = None,
    after: int | None = None,
    most: int = PAGE,
) -> tuple[list[Row], int | None]:
    """The questions in `state` (None: all) that the actor sees, and the key after which there are
    more: those that wait by how long they have, the others newest first. One query.
    """
    query = _rows(actor, on)
    if state is not None:
        query = query.where(Concern.state == state)
    if team is not None:
        query = query.where(team_on(on) == team)
    if state is ConcernState.OPEN:
        if after is not None:
            since = select(Concern.waiting_since).where(Concern.id == after).scalar_subquery()
            later = (Concern.waiting_since == since) & (Concern.id > after)
            query = query.where((Concern.waiting_since > since) | later)
        query = query.order_by(Concern.waiting_since, Concern.id)
    else:
        if after is not None:
            query = query.where(Concern.id < after)
        query = query.order_by(Concern.id.desc())
    return _page(session, query.limit(most + 1), most)


def teams(session: Session, registry_id: int) -> list[tuple[int, str]]:
    """The teams of a registry by name, channel teams first. One query."""
    channel_first = case((Team.kind == TeamKind.CHANNEL, 0), else_=1)
    query = select(Team.id, Team.name).where(Team.registry_id == registry_id)
    rows = session.execute(query.order_by(channel_first, by_name(Team.name), Team.id))
    return [(row.id, row.name) for row in rows]


def contracts(session: Session, actor: Actor, on: date) -> list[tuple[str, str]]:
    """(number, customer) of the actor's contracts in force on `on`, by customer: the first sixty."""
    query = (
        visible_to(Contract, actor)
        .with_only_columns(Contract.number, Customer.name)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(in_force(Contract, on))
        .order_by(by_name(Customer.name), Contract.number)
    )
    return [(row[0], row[1]) for row in session.execute(query.limit(MOST_CONTRACTS))]


def _page(session: Session, query: Select[Any], most: int = PAGE) -> tuple[list[Row], int | None]:
    rows = [Row(*row) for row in session.execute(query)]
    return rows[:most], rows[most - 1].id if len(rows) > most else None


def _rows(actor: Actor, on: date) -> Any:
    seen = visible(Contract, actor)
    contract_seen = Contract.id.is_not(None) if seen is None else seen
    return (
        visible_to(Concern, actor)
        .with_only_columns(
            *(Concern.id, Concern.subject, Concern.state, Concern.about, Concern.asked_at),
            *(Concern.waiting_since, Concern.asked_by, Person.name, Partner.name.label("company")),
            *(Registry.name.label("registry"), Registry.thread, Registry.slug),
            *(Concern.registry_id, Concern.question_id),
            *(Team.id.label("team_id"), Team.name.label("team"), Team.code, Team.kind),
            Concern.team_id.is_not(None).label("handed"),
            *(Concern.contract_id, Contract.number),
            case((contract_seen, 1), else_=0).label("contract_seen"),
            *(Order.ref, Concern.decision_id),
        )
        .join(Person, Person.id == Concern.asked_by)
        .join(Partner, Partner.id == Concern.partner_id)
        .join(Registry, Registry.id == Concern.registry_id)
        .outerjoin(Team, Team.id == team_on(on))
        .outerjoin(Contract, Contract.id == Concern.contract_id)
        .outerjoin(Order, Order.id == Concern.order_id)
    )
