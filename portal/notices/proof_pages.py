"""What became of a published version: company by company, person by person (N2, N5).

Proof of one version says nothing of the next; each is shown by itself.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.accounts.mailboxes import stale_addresses
from portal.accounts.models import Person
from portal.kernel.access import Actor
from portal.notices import changes as typed
from portal.notices.draft_pages import people
from portal.notices.gate import terms_of
from portal.notices.gate_rules import Effect, How, effect
from portal.notices.models import (
    Notice,
    NoticeEffect,
    NoticeFallback,
    NoticePartner,
    NoticeReader,
    NoticeVersion,
)
from portal.notices.queries import own_versions
from portal.registry.models import Partner
from portal.store.ordering import by_name
from portal.store.outbox import Mail, MailState
from portal.store.periods import chunked

PAGE = 50


@dataclass(frozen=True)
class Delivery:
    """One person's delivery. Moments of mail are wall time, the others the program's."""

    person_id: int
    name: str
    language: str
    mail: MailState | None
    sent_at: datetime | None
    bounced_at: datetime | None
    opened_at: datetime | None
    acknowledged_at: datetime | None
    reminded_at: datetime | None
    lost: bool


@dataclass(frozen=True)
class Company:
    """How a version stands with a company; `effect` explains from when it holds there."""

    id: int
    name: str
    why: tuple[str, ...]
    affected: bool
    served_at: datetime | None
    how: How | None
    effect: Effect | None
    withdrawn: bool
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True)
class Fallback:
    """Another way a company was told, as somebody recorded it."""

    id: int
    company: str
    told: str
    told_on: date
    by: str
    mine: bool
    countersigned_by: str
    countersigned_at: datetime | None


@dataclass(frozen=True)
class Counts:
    """How many companies a version goes to, how many were reached, for how many it holds today."""

    companies: int
    served: int
    holding: int

    @property
    def unserved(self) -> int:
        """Those that were not reached yet."""
        return self.companies - self.served


def versions(session: Session, actor: Actor, ref: str) -> Sequence[NoticeVersion]:
    """The versions of a notice of the actor's registry, the newest first."""
    query = own_versions(actor).where(Notice.ref == ref)
    return session.scalars(query.order_by(NoticeVersion.number.desc())).all()


def counts(session: Session, ids: Collection[int], today: date) -> dict[int, Counts]:
    """How versions stand, counted, by version. One query."""
    served, effect_on = NoticePartner.served_at, NoticePartner.effect_on
    query = (
        select(
            NoticePartner.version_id,
            func.count(),
            func.count(served),
            func.count().filter(effect_on <= today, NoticePartner.withdrawn.is_(False)),
        )
        .where(NoticePartner.version_id.in_(ids))
        .group_by(NoticePartner.version_id)
    )
    return {row[0]: Counts(row[1], row[2], row[3]) for row in session.execute(query)}


def companies(
    session: Session,
    version: NoticeVersion,
    *,
    unserved: bool = False,
    after: int | None = None,
    most: int | None = PAGE,
) -> tuple[list[Company], int | None]:
    """The companies of a version by name, from the one after `after`, and the key of the last shown
    when there are more. Four queries.
    """
    query: Any = (
        select(NoticePartner, Partner.name)
        .join(Partner, Partner.id == NoticePartner.partner_id)
        .where(NoticePartner.version_id == version.id)
        .order_by(by_name(Partner.name), Partner.id)
    )
    if unserved:
        query = query.where(NoticePartner.served_at.is_(None))
    if after is not None:
        last = by_name(select(Partner.name).where(Partner.id == after).scalar_subquery())
        mine = by_name(Partner.name)
        query = query.where(or_(mine > last, (mine == last) & (Partner.id > after)))
    if most is not None:
        query = query.limit(most + 1)
    rows = session.execute(query).all()
    shown = rows if most is None else rows[:most]
    deliveries = _deliveries(session, version.id, [row[0].partner_id for row in shown])
    found = [_company(version, row[0], row[1], deliveries) for row in shown]
    more = most is not None and len(rows) > most
    return found, found[-1].id if more else None


def _company(
    version: NoticeVersion, row: NoticePartner, name: str, deliveries: Mapping[int, list[Delivery]]
) -> Company:
    return Company(
        id=row.partner_id,
        name=name,
        why=tuple(row.why),
        affected=row.affected,
        served_at=row.served_at,
        how=row.served_how,
        effect=effect(terms_of(version), row.served_at) if row.served_at else None,
        withdrawn=row.withdrawn,
        deliveries=tuple(deliveries.get(row.partner_id, ())),
    )


def _deliveries(
    session: Session, version_id: int, partners: list[int]
) -> dict[int, list[Delivery]]:
    rows = list(_readers(session, version_id, partners))
    lost = stale_addresses(session, [row[0].person_id for row in rows]) if rows else {}
    found: dict[int, list[Delivery]] = {}
    for reader, name, state, sent_at, bounced_at in rows:
        found.setdefault(reader.partner_id, []).append(
            Delivery(
                person_id=reader.person_id,
                name=name or "",
                language=reader.language,
                mail=state,
                sent_at=sent_at,
                bounced_at=bounced_at,
                opened_at=reader.opened_at,
                acknowledged_at=reader.acknowledged_at,
                reminded_at=reader.reminded_at,
                lost=reader.person_id in lost,
            )
        )
    return found


def _readers(session: Session, version_id: int, partners: list[int]) -> Iterator[Any]:
    for chunk in chunked(partners):
        query = (
            select(NoticeReader, Person.name, Mail.state, Mail.sent_at, Mail.bounced_at)
            .join(Person, Person.id == NoticeReader.person_id)
            .outerjoin(Mail, Mail.id == NoticeReader.id)
            .where(NoticeReader.version_id == version_id, NoticeReader.partner_id.in_(chunk))
            .order_by(NoticeReader.partner_id, NoticeReader.id)
        )
        yield from session.execute(query)


def fallbacks(session: Session, actor: Actor, version_id: int) -> list[Fallback]:
    """The other ways recorded for a version, those to be signed first. Two queries."""
    query = (
        select(NoticeFallback, Partner.name)
        .join(Partner, Partner.id == NoticeFallback.partner_id)
        .where(NoticeFallback.version_id == version_id)
        .order_by(NoticeFallback.countersigned_at.is_not(None), NoticeFallback.id)
    )
    rows = session.execute(query).all()
    names = people(
        session, [one for row, _ in rows for one in (row.recorded_by, row.countersigned_by)]
    )
    return [
        Fallback(
            id=row.id,
            company=company,
            told=row.told,
            told_on=row.told_on,
            by=names.get(row.recorded_by, ""),
            mine=row.recorded_by == actor.person_id,
            countersigned_by=names.get(row.countersigned_by, ""),
            countersigned_at=row.countersigned_at,
        )
        for row, company in rows
    ]


def sealed(session: Session, version_id: int) -> dict[int, date]:
    """From which day each change of a version holds, of those that have a day; by change."""
    ids = [change.id for change in typed.of_version(session, version_id)]
    query = select(NoticeEffect.change_id, NoticeEffect.effect_on)
    rows = session.execute(query.where(NoticeEffect.change_id.in_(ids)))
    return {row.change_id: row.effect_on for row in rows}
