"""What the decision to publish stands on, read from the database: for the composer's live check, and
for publishing itself. Stores nothing. Moments are the program's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.decision import Decision
from portal.notices import changes as typed
from portal.notices.audiences import choice_of, chosen, living
from portal.notices.changes import Change
from portal.notices.models import Notice, NoticeConsent, NoticePartner, NoticeVersion
from portal.notices.rules import OTHER, Kind, Publishable, PublishFacts, publishable
from portal.notices.terms import mixed
from portal.registry.models import Registry
from portal.store.decisions import KINDS
from portal.store.decisions import Kind as DecisionKind
from portal.web.pages import program

DECISION = "notice.publish"


@dataclass(frozen=True)
class Checked:
    """The decision a version would get now, and what it stands on.

    `companies` are those it goes to, with why; `affected` those its changes touch; `unreachable`
    those of them in which nobody lives who could be reached.
    """

    version_id: int
    decision: Decision[Publishable]
    facts: PublishFacts
    companies: Mapping[int, frozenset[str]]
    affected: frozenset[int]
    unreachable: frozenset[int]


def topics() -> tuple[str, ...]:
    """What a notice can be about: the program's lead times, and anything else."""
    return (*program().lead_days, OTHER)


def lead_days(version: NoticeVersion, changes: Sequence[Change]) -> int:
    """Days between publication and effect: the longest of the topic and of what is changed (N2)."""
    days = program().lead_days
    return max(days.get(topic, 0) for topic in (version.topic, *(c.fact.topic for c in changes)))


def check(session: Session, version: NoticeVersion, publish_at: datetime) -> Checked:
    """What publishing the version at `publish_at` would be answered, as things stand."""
    today = clock.local_date(publish_at)
    notice = session.get_one(Notice, version.notice_id)
    before = _before(session, version)
    changes = typed.of_version(session, version.id)
    affected = frozenset().union(*typed.affected(session, changes, today).values())
    companies = chosen(session, choice_of(version.choice), affected, today, notice.registry_id)
    reached = {reader.partner_id for reader in living(session, companies)}
    unreachable = frozenset(companies) - reached
    facts = PublishFacts(
        kind=version.kind,
        missing=_missing(version),
        effective_on=version.effective_on,
        publish_at=publish_at,
        lead_days=lead_days(version, changes),
        zone=clock.zone().key,
        changes=typed.facts_of(
            *(session, changes, version.effective_on or today), carried=_carried(session, before)
        ),
        consents=_consents(session, version.id, notice.registry_id),
        audience=len(companies),
        unreachable=len(unreachable),
        overlaps=typed.overlaps(session, notice.id, changes, today),
        mixed=mixed(version),
        published=version.published_at is not None,
        withdrawn=before is not None and before.kind is Kind.WITHDRAWAL,
        in_effect=_in_effect(session, before, today) if version.kind is Kind.WITHDRAWAL else 0,
    )
    decision = publishable(facts)
    return Checked(version.id, decision, facts, companies, affected, unreachable)


def _missing(version: NoticeVersion) -> dict[str, tuple[str, ...]]:
    fields = {"title": version.title, "body": version.body}
    if version.kind is not Kind.ORIGINAL:
        fields["reason"] = version.reason
    lacks = {name: text.missing(program().languages) for name, text in fields.items()}
    return {name: languages for name, languages in lacks.items() if languages}


def _before(session: Session, version: NoticeVersion) -> NoticeVersion | None:
    """The live version this one would take the place of."""
    query = select(NoticeVersion).where(
        NoticeVersion.notice_id == version.notice_id,
        NoticeVersion.id != version.id,
        NoticeVersion.published_at.is_not(None),
        NoticeVersion.superseded_at.is_(None),
    )
    return session.scalar(query)


def _carried(session: Session, before: NoticeVersion | None) -> set[tuple[str, Any]]:
    if before is None:
        return set()
    return {(one.fact.name, one.key) for one in typed.of_version(session, before.id)}


def _consents(session: Session, version_id: int, own: int) -> frozenset[str]:
    agreed = select(NoticeConsent.registry_id).where(
        NoticeConsent.version_id == version_id, NoticeConsent.at.is_not(None)
    )
    query = select(Registry.slug).where((Registry.id == own) | Registry.id.in_(agreed))
    return frozenset(session.scalars(query))


def _in_effect(session: Session, before: NoticeVersion | None, today: date) -> int:
    if before is None:
        return 0
    query = select(func.count()).where(
        NoticePartner.version_id == before.id, NoticePartner.effect_on <= today
    )
    return session.scalar(query) or 0


def _again(asked: dict[str, Any], facts: dict[str, Any]) -> Decision[Any]:
    return publishable(msgspec.convert(facts, PublishFacts))


KINDS[DECISION] = DecisionKind(_again)
