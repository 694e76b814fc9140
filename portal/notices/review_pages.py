"""What stands beside a draft before it is published: who is reached and who is not, what it touches,
who has to agree.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.mailboxes import stale_addresses
from portal.kernel.access import Actor
from portal.notices import changes as typed
from portal.notices.audiences import Reader, living
from portal.notices.checks import Checked, check
from portal.notices.customers import contacts
from portal.notices.draft_pages import people
from portal.notices.models import NoticeConsent, NoticeVersion
from portal.notices.touches import Touched, touched
from portal.registry.models import Partner, Registry
from portal.store.ordering import by_name
from portal.web.compare import Piece, compare

MOST = 50


@dataclass(frozen=True)
class Company:
    """A company a notice goes to: why, and who reads it there. `lost` are those whose mail comes back."""

    id: int
    name: str
    why: tuple[str, ...]
    affected: bool
    readers: tuple[Reader, ...]
    lost: frozenset[int]


@dataclass(frozen=True)
class Consent:
    """Another registry whose lead has to agree; `at` None: not yet."""

    registry_id: int
    registry: str
    at: datetime | None
    by: str


@dataclass(frozen=True)
class Review:
    """A draft's check and what stands beside it.

    `reached` and `unreached` show the first of so many companies; `languages` counts people.
    `rewritten` compares each text of an amendment with the version before: (field, language, pieces).
    """

    checked: Checked
    registries: Mapping[str, str]
    reached_count: int
    reached: tuple[Company, ...]
    unreached_count: int
    unreached: tuple[Company, ...]
    languages: Mapping[str, int]
    touched: Touched
    customers: int
    consents: tuple[Consent, ...]
    rewritten: tuple[tuple[str, str, tuple[Piece, ...]], ...]


def load(
    session: Session,
    actor: Actor,
    version: NoticeVersion,
    before: NoticeVersion | None,
    publish_at: datetime,
    today: date,
) -> Review:
    """What publishing at `publish_at` would be answered, and what it would do."""
    checked = check(session, version, publish_at)
    changes = typed.of_version(session, version.id)
    reached = frozenset(checked.companies) - checked.unreachable
    readers = living(session, reached)
    registries = select(Registry.slug, Registry.name)
    return Review(
        checked=checked,
        registries={row.slug: row.name for row in session.execute(registries)},
        reached_count=len(reached),
        reached=_companies(session, checked, reached, readers),
        unreached_count=len(checked.unreachable),
        unreached=_companies(session, checked, checked.unreachable, []),
        languages=Counter(reader.language for reader in readers),
        touched=touched(session, actor, changes, today),
        customers=len(contacts(session, changes, today)),
        consents=_consents(session, version.id),
        rewritten=_rewritten(before, version),
    )


def company(session: Session, checked: Checked, partner_id: int) -> Company | None:
    """One of the companies it goes to; None for another."""
    if partner_id not in checked.companies:
        return None
    chosen = frozenset({partner_id})
    return _companies(session, checked, chosen, living(session, chosen))[0]


def _companies(
    session: Session, checked: Checked, ids: frozenset[int], readers: list[Reader]
) -> tuple[Company, ...]:
    query = select(Partner.id, Partner.name).where(Partner.id.in_(ids))
    rows = session.execute(query.order_by(by_name(Partner.name), Partner.id).limit(MOST)).all()
    by_company: dict[int, list[Reader]] = {row.id: [] for row in rows}
    for reader in readers:
        if reader.partner_id in by_company:
            by_company[reader.partner_id].append(reader)
    shown = [one.person_id for group in by_company.values() for one in group]
    lost = frozenset(stale_addresses(session, shown)) if shown else frozenset()
    return tuple(
        Company(
            id=row.id,
            name=row.name,
            why=tuple(sorted(checked.companies[row.id])),
            affected=row.id in checked.affected,
            readers=tuple(by_company[row.id]),
            lost=lost & {one.person_id for one in by_company[row.id]},
        )
        for row in rows
    )


def _consents(session: Session, version_id: int) -> tuple[Consent, ...]:
    query = (
        select(NoticeConsent.registry_id, Registry.name, NoticeConsent.at, NoticeConsent.person_id)
        .join(Registry, Registry.id == NoticeConsent.registry_id)
        .where(NoticeConsent.version_id == version_id)
        .order_by(Registry.position)
    )
    rows = session.execute(query).all()
    names = people(session, [row.person_id for row in rows])
    return tuple(
        Consent(row.registry_id, row.name, row.at, names.get(row.person_id, "")) for row in rows
    )


def _rewritten(
    before: NoticeVersion | None, version: NoticeVersion
) -> tuple[tuple[str, str, tuple[Piece, ...]], ...]:
    if before is None:
        return ()
    found = []
    for name in ("title", "body"):
        old, new = getattr(before, name), getattr(version, name)
        for code in new:
            if old.get(code, "") != new[code]:
                pieces = compare(old.get(code, ""), new[code])
                found.append((name, code, tuple(pieces)))
    return tuple(found)
