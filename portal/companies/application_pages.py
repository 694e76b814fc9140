"""What the pages of applications show: loaded in a fixed number of queries, scoped to the reader.

A registry's people learn of a company what it has and asked in their registry, and nothing of what
it has or asked elsewhere.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, exists, select
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Membership, Person
from portal.companies.applications import acts_for, stands
from portal.companies.models import Application
from portal.companies.names import alike
from portal.companies.rules import ApplicationState, may_apply
from portal.kernel.access import Actor
from portal.kernel.decision import Decision
from portal.registry.companies import AgreementBrief, agreements
from portal.registry.models import Agreement, Partner, Registry
from portal.registry.pages import RegistryRow
from portal.registry.rules import Program
from portal.store.files import File, files_of
from portal.store.scope import visible_to

PAGE = 30


@dataclass(frozen=True)
class Applied:
    """An application, whose it is, who sent it and who decided it. `email` is the sender's while they
    act for the company: where they went later is no business of its registries.
    """

    id: int
    ref: str
    state: ApplicationState
    program: Program
    note: str
    sent_at: datetime
    decided_at: datetime | None
    reason: str | None
    registry_id: int
    slug: str
    registry: str
    thread: int
    partner_id: int
    company: str
    contact: str
    email: str
    decider: str | None
    agreement_id: int | None
    agreement: str | None

    @property
    def open(self) -> bool:
        """Whether it waits to be decided."""
        return self.state is ApplicationState.SENT


@dataclass(frozen=True)
class Door:
    """A registry a company may or may not apply to now, and why not."""

    registry: RegistryRow
    decision: Decision[Program]


@dataclass(frozen=True)
class Review:
    """An application as the one who decides reads it. `alike` are companies of other names that read
    the same, among those the reader sees; `earlier` and `agreements` are of this registry alone.
    """

    application: Applied
    files: list[File]
    alike: list[tuple[int, str, bool]]
    earlier: list[Applied]
    agreements: list[AgreementBrief]
    own: bool


def subject(application_id: int) -> str:
    """Under which name the documents of an application are kept."""
    return f"application:{application_id}"


def own(session: Session, actor: Actor) -> list[Applied]:
    """The applications of the actor's company, newest first. One query."""
    return _found(session, _applied(actor).order_by(Application.id.desc()))


def one(session: Session, actor: Actor, application_id: int) -> Applied | None:
    """One application, or None when the actor does not see it. One query."""
    return next(
        iter(_found(session, _applied(actor).where(Application.id == application_id))), None
    )


def queue(
    session: Session, actor: Actor, state: ApplicationState | None, after: int | None
) -> tuple[list[Applied], int | None]:
    """A page of the applications in `state` (None: all), and the key after which there are more.

    Those that wait stand oldest first, the others newest first. One query.
    """
    query = _applied(actor)
    waiting = state is ApplicationState.SENT
    if state is not None:
        query = query.where(Application.state == state)
    if after is not None:
        query = query.where(Application.id > after if waiting else Application.id < after)
    order = Application.id if waiting else Application.id.desc()
    rows = _found(session, query.order_by(order).limit(PAGE + 1))
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def waiting(session: Session, actor: Actor, most: int = 3) -> list[Applied]:
    """The applications that have waited longest. One query."""
    query = _applied(actor).where(Application.state == ApplicationState.SENT)
    return _found(session, query.order_by(Application.id).limit(most))


def doors(session: Session, actor: Actor, on: date) -> list[Door]:
    """Each registry with whether the actor's company may apply there now."""
    rows = session.execute(
        select(Registry.id, Registry.slug, Registry.name, Registry.thread).order_by(
            Registry.position
        )
    ).all()
    return [
        Door(
            RegistryRow(*row),
            may_apply(Program.INDIRECT, stands(session, actor.partner_id or 0, row.id, on)),
        )
        for row in rows
    ]


def review(session: Session, actor: Actor, application_id: int, on: date) -> Review | None:
    """All that the one who decides is shown, or None when the actor does not see it."""
    found = one(session, actor, application_id)
    if found is None:
        return None
    same = _applied(actor).where(
        Application.partner_id == found.partner_id, Application.id != found.id
    )
    return Review(
        application=found,
        files=files_of(session, actor, subject(found.id)),
        alike=_alike(session, actor, found),
        earlier=_found(session, same.order_by(Application.id.desc())),
        agreements=agreements(session, actor, on, partner_ids=[found.partner_id]),
        own=acts_for(session, actor, found.partner_id),
    )


def _alike(session: Session, actor: Actor, found: Applied) -> list[tuple[int, str, bool]]:
    """(id, name, is a partner here) of companies the actor sees whose name reads like this one's.

    Those the actor sees: partners in the actor's registry, and who applied there. Two queries.
    """
    columns = (Partner.id, Partner.name)
    known = session.execute(visible_to(Partner, actor).with_only_columns(*columns)).all()
    applied = session.execute(
        visible_to(Application, actor)
        .with_only_columns(*columns)
        .select_from(Application)
        .join(Partner, Partner.id == Application.partner_id)
        .distinct()
    ).all()
    partners = {row.id for row in known}
    names = {row.id: row.name for row in (*known, *applied) if row.id != found.partner_id}
    return [
        (identifier, name, identifier in partners)
        for identifier, name in sorted(names.items(), key=lambda each: each[1].casefold())
        if alike(name, found.company)
    ]


def _applied(actor: Actor) -> Any:
    sender, decider = aliased(Person), aliased(Person)
    still = exists().where(
        Membership.person_id == Application.sent_by,
        Membership.partner_id == Application.partner_id,
        Membership.ended_at.is_(None),
    )
    email = case((still, sender.email), else_="").label("email")
    return (
        visible_to(Application, actor)
        .with_only_columns(
            *(Application.id, Application.ref, Application.state, Application.program),
            *(Application.note, Application.sent_at, Application.decided_at, Application.reason),
            *(Application.registry_id, Registry.slug, Registry.name, Registry.thread),
            *(Application.partner_id, Partner.name, sender.name, email, decider.name),
            *(Application.agreement_id, Agreement.number),
        )
        .join(Registry, Registry.id == Application.registry_id)
        .join(Partner, Partner.id == Application.partner_id)
        .join(sender, sender.id == Application.sent_by)
        .outerjoin(decider, decider.id == Application.decided_by)
        .outerjoin(Agreement, Agreement.id == Application.agreement_id)
    )


def _found(session: Session, query: Any) -> list[Applied]:
    return [Applied(*row) for row in session.execute(query)]
