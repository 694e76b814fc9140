"""How people speak of the texts of questions and promises, when a notice changes one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.faq import revisions
from portal.faq.facts import ANSWER, PROMISE
from portal.faq.models import FaqBlock, FaqEntry, FaqRevision
from portal.faq.revisions import text_of
from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.decision import JSON
from portal.kernel.localized import Localized
from portal.registry.reach import partners_of
from portal.store.facts import BadValue, GatedFact, Key, Subject, Words, speaks


class _Texts:
    """Texts of one fact. They belong to no registry, and what they promise, to every partner."""

    def __init__(self, fact: GatedFact, rows: type[Any]) -> None:
        self.fact, self.rows = fact, rows

    def find(self, session: Session, actor: Actor, words: str, most: int) -> Sequence[Subject]:
        """For editors: texts whose id is `words`, then those that say them."""
        if not actor.may(Permission.EDIT_FAQ):
            return []
        order = select(self.rows.id).order_by(self.rows.position)
        held = self._held(session)
        asked = words.strip().casefold()
        found = []
        for key in session.scalars(order):
            said = " ".join((*held[key].question.values(), *held[key].answer.values())).casefold()
            if not asked or key.casefold() == asked or asked in said:
                found.append(self._subject(held[key]))
        return sorted(found, key=lambda one: str(one.key).casefold() != asked)[:most]

    def named(self, session: Session, keys: Collection[Key]) -> Mapping[Key, Subject]:
        """Each by the question, or the promise's first words, as it reads today."""
        held = self._held(session)
        return {key: self._subject(held[str(key)]) for key in keys if str(key) in held}

    def choices(self, session: Session, key: Key) -> Sequence[tuple[JSON, Words]] | None:
        """The revisions of the text that were made and hold at no time: the newest first."""
        used = select(self.fact.model.revision_id)
        query = select(FaqRevision).where(
            FaqRevision.text_id == key,
            FaqRevision.corrects.is_(False),
            FaqRevision.id.not_in(used),
        )
        rows = session.scalars(query.order_by(FaqRevision.number.desc()))
        return [(row.id, text_of(row).label) for row in rows]

    def read(self, session: Session, key: Key, typed: Mapping[str, str]) -> JSON:
        """The id of one of those revisions. Raises BadValue for another."""
        offered = {str(value): value for value, _ in self.choices(session, key) or ()}
        if typed.get("", "") not in offered:
            raise BadValue("value.unknown")
        return offered[typed[""]]

    def said(self, session: Session, values: Collection[JSON]) -> Sequence[Words]:
        """The whole text of each revision."""
        wanted = [value for value in values if isinstance(value, int)]
        rows = revisions.texts(session, wanted)
        return [
            _whole(rows[value]) if isinstance(value, int) and value in rows else ""
            for value in values
        ]

    def affected(
        self, session: Session, keys: Collection[Key], on: date
    ) -> Mapping[Key, frozenset[int]]:
        """Every company with an agreement active on `on`."""
        everyone = partners_of(session, None, on)
        return dict.fromkeys(keys, everyone)

    def _held(self, session: Session) -> dict[str, FaqRevision]:
        """The revision of each text that holds today."""
        today = clock.today()
        subjects = set(session.scalars(select(self.rows.id)))
        now = {
            name: revisions.on_date(periods, today).holding.revision_id
            for name, periods in revisions.holdings(session).items()
            if name in subjects
        }
        rows = revisions.texts(session, now.values())
        return {name: rows[revision] for name, revision in now.items()}

    def _subject(self, row: FaqRevision) -> Subject:
        return Subject(row.text_id, text_of(row).label, None, row.text_id)


def _whole(row: FaqRevision) -> Localized:
    return Localized(
        {
            lang: "\n\n".join(filter(None, (row.question.get(lang, ""), answer)))
            for lang, answer in row.answer.items()
        }
    )


speaks(ANSWER, _Texts(ANSWER, FaqEntry))
speaks(PROMISE, _Texts(PROMISE, FaqBlock))
