"""Customers' contacts are told where a change touches their customer (N4, Q9): by mail, in their language.

They are no users of the portal: nothing of theirs decides when a change takes effect.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.notices import changes as typed
from portal.notices.changes import Change
from portal.notices.models import NoticeCustomer, NoticeVersion
from portal.registry.customer_contacts import Contact, contacts_of
from portal.store.facts import CUSTOMERS
from portal.store.scope import visible_to
from portal.store.types import uuid7


def touched(
    session: Session, changes: Collection[Change], on: date
) -> dict[int, frozenset[tuple[int, int]]]:
    """(registry, customer) each change touches on `on`, by its id. One look per fact."""
    found: dict[int, frozenset[tuple[int, int]]] = {}
    for name, group in typed.by_fact(changes).items():
        if name in CUSTOMERS:
            served = CUSTOMERS[name](session, [change.key for change in group], on)
            for change in group:
                found[change.id] = served.get(change.key, frozenset())
    return found


def contacts(session: Session, changes: Collection[Change], on: date) -> list[Contact]:
    """Everybody whose customer one of the changes touches, of the registry it is touched in."""
    pairs = frozenset().union(*touched(session, changes, on).values())
    everybody = contacts_of(session, {customer for _, customer in pairs}) if pairs else ()
    return [one for one in everybody if (one.registry_id, one.customer_id) in pairs]


def add_contacts(
    session: Session, version: NoticeVersion, before: NoticeVersion | None, found: list[Contact]
) -> None:
    """Put them among those a version goes to, with those the version before went to (N5)."""
    ids = {one.id for one in found}
    if before is not None:
        told = select(NoticeCustomer.contact_id).where(NoticeCustomer.version_id == before.id)
        ids |= set(session.scalars(told))
    rows = [{"id": uuid7(), "version_id": version.id, "contact_id": each} for each in sorted(ids)]
    if rows:
        session.execute(insert(NoticeCustomer), rows)


def count(session: Session, actor: Actor, version_id: int) -> int:
    """How many contacts of customers a version goes to; none for who may not know."""
    query = visible_to(NoticeCustomer, actor).where(NoticeCustomer.version_id == version_id)
    return len(session.scalars(query.with_only_columns(NoticeCustomer.id)).all())
