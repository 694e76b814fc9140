"""Notices as commands, for tests: who writes them, which day it is, and what the facts say after."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.accounts.models import Membership, Person
from portal.kernel.access import Actor, Role, actor_for
from portal.kernel.localized import Localized
from portal.kernel.spans import at
from portal.notices import drafts, publishing, reading, watch
from portal.notices.audience_rules import Choice
from portal.notices.models import Notice, NoticePartner, NoticeVersion
from portal.registry.models import Agreement, Contract, Partner, Registry, Team
from portal.store.db import db
from portal.store.facts import GATED
from portal.store.periods import spans_of

DENVER = ZoneInfo("America/Denver")
CTL, L3 = "centurylink", "level3"


def when(day: str, clock: str = "09:00") -> datetime:
    """A moment of the program's day."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=DENVER).astimezone(UTC)


def one(query: Any) -> Any:
    """The one value of a query."""
    return db.session().scalar(query)


def registry_id(slug: str) -> int:
    """The id of a registry."""
    found: int = one(select(Registry.id).where(Registry.slug == slug))
    return found


def partner_id(code: str) -> int:
    """The id of a partner company."""
    found: int = one(select(Partner.id).where(Partner.code == code))
    return found


def team_id(code: str) -> int:
    """The id of a team."""
    found: int = one(select(Team.id).where(Team.code == code))
    return found


def agreement_id(number: str) -> int:
    """The id of an agreement."""
    found: int = one(select(Agreement.id).where(Agreement.number == number))
    return found


def line_of(number: str) -> int:
    """The line of a contract."""
    found: int = one(select(Contract.line_id).where(Contract.number == number))
    return found


def actor(email: str) -> Actor:
    """Somebody of the demo, acting in the one capacity they have."""
    query = select(Person, Membership).join(Membership, Membership.person_id == Person.id)
    person, membership = db.session().execute(query.where(Person.email == email)).one()
    return actor_for(
        Role(membership.role),
        person_id=person.id,
        partner_id=membership.partner_id,
        registry_id=membership.registry_id,
        membership_id=membership.id,
        language=person.language,
    )


@dataclass(frozen=True)
class Posted:
    """A notice that was written: its reference, and the id of the version."""

    ref: str
    version_id: int

    @property
    def version(self) -> NoticeVersion:
        """The version as it stands."""
        db.session().rollback()
        return db.session().get_one(NoticeVersion, self.version_id)

    def partner(self, code: str) -> NoticePartner:
        """How the version stands with a company."""
        db.session().rollback()
        return db.session().get_one(NoticePartner, (self.version_id, partner_id(code)))


def draft(
    author: Actor,
    *changes: tuple[str, Any, Any],
    effective: str,
    topic: str = "teams",
    choice: Choice | None = None,
    now: datetime | None = None,
) -> Posted:
    """A complete draft with typed changes (fact, subject, value)."""
    now = now or when("2017-12-01")
    written = drafts.Draft(
        topic=topic,
        title=Localized(es="Cambia su equipo", en="Your team changes"),
        body=Localized(es="Desde ese día le atiende otro equipo.", en="Another team serves you."),
        effective_on=date.fromisoformat(effective),
        choice=choice or Choice(),
    )
    saved = drafts.begin(written, actor=author, now=now)
    for fact, key, value in changes:
        drafts.set_change(saved.version_id, fact, key, value, actor=author, now=now)
    return Posted(saved.ref, saved.version_id)


def publish(posted: Posted, author: Actor, now: datetime) -> None:
    """Publish a draft at `now`, without the hold."""
    decision = publishing.publish(
        posted.version_id, revision=posted.version.revision, actor=author, now=now, hold=False
    )
    assert not decision.refused, decision.reasons
    assert posted.version_id in publishing.publish_due(now)


def next_version(posted: Posted, author: Actor, now: datetime, kind: Any, **texts: Any) -> Posted:
    """The draft of an amendment or a withdrawal, with its reason."""
    saved = drafts.amend(posted.ref, kind, actor=author, now=now)
    assert saved is not None
    version = db.session().get_one(NoticeVersion, saved.version_id)
    written = drafts.Draft(
        topic=version.topic,
        title=version.title,
        body=version.body,
        effective_on=texts.get("effective_on", version.effective_on),
        reason=Localized(es="Hubo un error.", en="There was an error."),
    )
    kept = drafts.save(saved.version_id, written, revision=version.revision, actor=author, now=now)
    assert not kept.conflict
    return Posted(saved.ref, saved.version_id)


def opens(posted: Posted, reader: Actor, now: datetime) -> None:
    """A partner's person opens the notice."""
    reading.opened(posted.version_id, actor=reader, now=now)


def wait(now: datetime) -> None:
    """What the worker does at `now`."""
    watch.work(now)


def value(fact: str, key: Any, on: str) -> Any:
    """What a dated fact says on a day."""
    db.session().rollback()
    spans = spans_of(db.session(), GATED[fact], [key]).get(key, [])
    found = at(spans, date.fromisoformat(on))
    return found.value if found else None


def notice_count() -> int:
    """How many notices there are."""
    return len(db.session().scalars(select(Notice.id)).all())


DAY = timedelta(days=1)
