"""How people speak of where a council's members sit, when a notice changes it (N1, C2).

A merge is one notice with a change for each council that goes into the combined one.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from portal.councils.facts import SITS_IN
from portal.councils.models import Council, Seat
from portal.councils.queries import seats_in
from portal.kernel.access import CHANNEL_ROLES, Actor
from portal.kernel.decision import JSON
from portal.kernel.localized import Localized
from portal.registry.models import Registry
from portal.store.facts import BadValue, Key, Subject, Words, speaks


class CouncilDesk:
    """Councils of the registries, by name; they sit by themselves or in one that is there for it."""

    def find(self, session: Session, actor: Actor, words: str, most: int) -> Sequence[Subject]:
        """Every registry's council, for channel people: a merge is one notice of all whom it joins.
        The subject's registry says whose consent it takes.
        """
        if actor.role not in CHANNEL_ROLES:
            return []
        found = [each for each in self._subjects(session, _of_registries()) if _names(each, words)]
        return found[:most]

    def named(self, session: Session, keys: Collection[Key]) -> Mapping[Key, Subject]:
        """These councils."""
        query = _of_registries().where(Council.id.in_(keys))
        return {subject.key: subject for subject in self._subjects(session, query)}

    def choices(self, session: Session, key: Key) -> Sequence[tuple[JSON, Words]] | None:
        """By itself, or in a council of no registry."""
        query = select(Council.id, Council.name).where(
            or_(Council.id == key, Council.registry_id.is_(None))
        )
        return [(row[0], row[1]) for row in session.execute(query.order_by(Council.position))]

    def read(self, session: Session, key: Key, typed: Mapping[str, str]) -> JSON:
        """The id of one of those."""
        text = typed.get("", "").strip()
        if not text:
            raise BadValue("value.missing")
        offered = {str(value): value for value, _ in self.choices(session, key) or ()}
        if text not in offered:
            raise BadValue("value.unknown")
        return offered[text]

    def said(self, session: Session, values: Collection[JSON]) -> Sequence[Words]:
        """The councils' names."""
        query = select(Council.id, Council.name).where(Council.id.in_(list(values)))
        names = {row[0]: row[1] for row in session.execute(query)}
        return [names.get(value, "") if isinstance(value, int) else "" for value in values]

    def affected(
        self, session: Session, keys: Collection[Key], on: date
    ) -> Mapping[Key, frozenset[int]]:
        """The companies whose people have a seat in any of these councils on `on`, wherever they sit
        then, for each of them: councils that merge touch everybody they bring together, and so
        none goes before the others (C2).
        """
        query = seats_in(None, on, Seat.partner_id).where(Seat.council_id.in_(keys))
        touched = frozenset(row.partner_id for row in session.execute(query))
        return dict.fromkeys(keys, touched)

    def _subjects(
        self, session: Session, query: Select[int, Localized, int | None, str]
    ) -> list[Subject]:
        rows = session.execute(query.order_by(Council.position, Council.id))
        return [Subject(key, name, registry, detail) for key, name, registry, detail in rows]


def _of_registries() -> Select[int, Localized, int | None, str]:
    columns = (Council.id, Council.name, Council.registry_id, Registry.name)
    return select(*columns).join(Registry, Registry.id == Council.registry_id)


def _names(subject: Subject, words: str) -> bool:
    label = subject.label
    texts = label.values() if not isinstance(label, str) else [label]
    return all(
        any(word in text.casefold() for text in (*texts, str(subject.detail)))
        for word in words.casefold().split()
    )


speaks(SITS_IN, CouncilDesk())
