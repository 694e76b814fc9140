"""How people speak of the terms of a fund, when a notice changes them (N1)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import CHANNEL_ROLES, Actor
from portal.kernel.decision import JSON
from portal.kernel.text import tidy
from portal.mdf.facts import TERMS
from portal.mdf.fund_labels import prepared_words, version_words
from portal.mdf.models import Fund, FundTerms
from portal.mdf.queries import terms_on
from portal.mdf.terms import based_on, in_full
from portal.mdf.terms_rules import differences
from portal.registry.desks import text_of
from portal.registry.models import Registry
from portal.registry.reach import partners_of
from portal.registry.team_pages import fold
from portal.store.facts import BadValue, Key, Subject, Words, speaks
from portal.web.i18n import in_every_language


class TermsDesk:
    """A version of a fund's terms, among those that were prepared."""

    def find(self, session: Session, actor: Actor, words: str, most: int) -> Sequence[Subject]:
        """The funds of the actor's registry, by name or fiscal year; the latest year first."""
        if actor.role not in CHANNEL_ROLES:
            return []
        sought = fold(tidy(words))
        found = self._subjects(session, Fund.registry_id == actor.registry_id)
        named = [
            each
            for each in found
            if not isinstance(each.label, str)
            and any(sought in fold(text) for text in each.label.values())
        ]
        return named[:most]

    def named(self, session: Session, keys: Collection[Key]) -> Mapping[Key, Subject]:
        """These funds."""
        return {each.key: each for each in self._subjects(session, Fund.id.in_(keys))}

    def choices(self, session: Session, key: Key) -> Sequence[tuple[JSON, Words]] | None:
        """The version that holds today and those prepared after it, the newest first."""
        held = terms_on(session, int(key), clock.today())
        query = select(FundTerms.id, FundTerms.number, FundTerms.made_at)
        query = query.where(FundTerms.fund_id == key)
        if held is not None:
            query = query.where(FundTerms.number >= held.number)
        rows = session.execute(query.order_by(FundTerms.number.desc()))
        return [(row.id, prepared_words(row.number, clock.local_date(row.made_at))) for row in rows]

    def read(self, session: Session, key: Key, typed: Mapping[str, str]) -> JSON:
        """The id of one of them."""
        text = text_of(typed)
        offered = {str(value): value for value, _words in self.choices(session, key) or ()}
        if text not in offered:
            raise BadValue("value.unknown")
        return offered[text]

    def said(self, session: Session, values: Collection[JSON]) -> Sequence[Words]:
        """ "Version 2, against version 1: …": every date, amount, proof and cost that reads otherwise."""
        ids = [value for value in values if isinstance(value, int)]
        query = select(FundTerms, Fund.currency).join(Fund, Fund.id == FundTerms.fund_id)
        rows = session.execute(query.where(FundTerms.id.in_(ids))).all()
        before = based_on(session, [row for row, _currency in rows])
        full = in_full(session, [*(row for row, _currency in rows), *before.values()])
        words = {
            row.id: version_words(
                row.number,
                row.based_on,
                differences(full[before[row.id].id], full[row.id]) if row.id in before else (),
                currency,
            )
            for row, currency in rows
        }
        return [
            words[value]
            if isinstance(value, int) and value in words
            else in_every_language(_l("no terms"))
            for value in values
        ]

    def affected(
        self, session: Session, keys: Collection[Key], on: date
    ) -> Mapping[Key, frozenset[int]]:
        """Every company with an active agreement of the fund's registry."""
        query = select(Fund.id, Fund.registry_id).where(Fund.id.in_(keys))
        registries = {row.id: row.registry_id for row in session.execute(query)}
        reached = {each: partners_of(session, each, on) for each in set(registries.values())}
        return {key: reached[registry] for key, registry in registries.items()}

    def _subjects(self, session: Session, condition: Any) -> list[Subject]:
        query = (
            select(Fund.id, Fund.name, Fund.registry_id, Registry.name.label("registry"))
            .join(Registry, Registry.id == Fund.registry_id)
            .where(condition)
            .order_by(Fund.fiscal_year.desc(), Fund.position, Fund.id)
        )
        rows = session.execute(query)
        return [Subject(row.id, row.name, row.registry_id, row.registry) for row in rows]


speaks(TERMS, TermsDesk())
