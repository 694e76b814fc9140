"""How people speak of the library's dated facts, when a notice changes one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.kernel.access import CHANNEL_ROLES, Actor
from portal.kernel.decision import JSON
from portal.kernel.localized import Localized
from portal.kernel.text import tidy, tidy_lines
from portal.library import labels
from portal.library.facts import LINK, SHOWN, STANDING, STATUS, TEXT
from portal.library.models import BrandAsset, Material, MaterialVersion, Portal, Process, Tool
from portal.library.rules import Standing, Status
from portal.registry.desks import text_of
from portal.registry.models import Registry
from portal.registry.reach import partners_of
from portal.registry.team_pages import fold
from portal.store.facts import BadValue, Key, Subject, Words, speaks
from portal.web.i18n import in_every_language
from portal.web.pages import program

LONGEST_TEXT = 4000
NOTHING = "none"


def texts(words: Words) -> list[str]:
    """What a label says, in every language it says it in."""
    return list(words.values()) if isinstance(words, Localized) else [words]


class _Shelf:
    """Rows of one table, named by a text in every language; a registry's people change its own, and
    those of all registries.
    """

    def __init__(self, model: type[Any], name: Any) -> None:
        self.model, self.name = model, name

    def find(self, session: Session, actor: Actor, words: str, most: int) -> Sequence[Subject]:
        """What the actor may change, by its name in any language: first what begins so."""
        if actor.role not in CHANNEL_ROLES:
            return []
        model = self.model
        own = or_(model.registry_id.is_(None), model.registry_id == actor.registry_id)
        sought, found = fold(tidy(words)), []
        for subject in self._subjects(session, own):
            names = [fold(text) for text in texts(subject.label)]
            if any(sought in name for name in names):
                found.append((not any(name.startswith(sought) for name in names), subject))
        return [subject for _, subject in sorted(found, key=lambda each: each[0])][:most]

    def named(self, session: Session, keys: Collection[Key]) -> Mapping[Key, Subject]:
        """These, each by its name and its registry."""
        found = self._subjects(session, self.model.id.in_(keys))
        return {subject.key: subject for subject in found}

    def affected(
        self, session: Session, keys: Collection[Key], on: date
    ) -> Mapping[Key, frozenset[int]]:
        """Whoever has an active agreement in its registry; for what is of all, in any."""
        query = select(self.model.id, self.model.registry_id).where(self.model.id.in_(keys))
        registries = {row[0]: row[1] for row in session.execute(query)}
        reached = {each: partners_of(session, each, on) for each in set(registries.values())}
        return {key: reached[registry] for key, registry in registries.items()}

    def _subjects(self, session: Session, condition: Any) -> list[Subject]:
        model = self.model
        query = (
            select(model.id, self.name, model.registry_id, Registry.name)
            .outerjoin(Registry, Registry.id == model.registry_id)
            .where(condition)
            .order_by(Registry.position, model.id)
        )
        rows = session.execute(query)
        return [Subject(key, label, book, name or "") for key, label, book, name in rows]


class _LinkDesk(_Shelf):
    """An address that begins with https://."""

    def choices(self, session: Session, key: Key) -> Sequence[tuple[JSON, Words]] | None:
        """Any address."""
        return None

    def read(self, session: Session, key: Key, typed: Mapping[str, str]) -> JSON:
        """The address."""
        text = text_of(typed)
        try:
            parts = urlsplit(text)
            sound = parts.scheme == "https" and bool(parts.hostname) and " " not in text
        except ValueError:
            sound = False
        if not sound:
            raise BadValue("value.link")
        return text

    def said(self, session: Session, values: Collection[JSON]) -> Sequence[Words]:
        """As written."""
        return [str(value or "") for value in values]


class _TextDesk(_Shelf):
    """A text in every language of the program."""

    def choices(self, session: Session, key: Key) -> Sequence[tuple[JSON, Words]] | None:
        """Any text."""
        return None

    def read(self, session: Session, key: Key, typed: Mapping[str, str]) -> JSON:
        """The text in each language."""
        texts = Localized({each: tidy_lines(typed.get(each, "")) for each in program().languages})
        missing = texts.missing(program().languages)
        if missing:
            raise BadValue("value.missing" if len(missing) == len(texts) else "value.one_language")
        if any(len(text) > LONGEST_TEXT for text in texts.values()):
            raise BadValue("value.too_long")
        return dict(texts)

    def said(self, session: Session, values: Collection[JSON]) -> Sequence[Words]:
        """As written."""
        return [
            Localized({str(lang): str(text) for lang, text in each.items()})
            if isinstance(each, Mapping)
            else ""
            for each in values
        ]


class _ChoiceDesk(_Shelf):
    """One of a fixed list of values."""

    def __init__(
        self, model: type[Any], name: Any, words: Mapping[Any, tuple[Any, str]], kind: type[StrEnum]
    ) -> None:
        super().__init__(model, name)
        self.words, self.kind = words, kind

    def choices(self, session: Session, key: Key) -> Sequence[tuple[JSON, Words]] | None:
        """All of them."""
        return [(each.value, in_every_language(self.words[each][0])) for each in self.kind]

    def read(self, session: Session, key: Key, typed: Mapping[str, str]) -> JSON:
        """One of them."""
        text = text_of(typed)
        if text not in set(self.kind):
            raise BadValue("value.unknown")
        return text

    def said(self, session: Session, values: Collection[JSON]) -> Sequence[Words]:
        """In words; nothing for what is not there yet."""
        words: dict[Any, Words] = {
            each: in_every_language(self.words[each][0]) for each in self.kind
        }
        return [words.get(value, in_every_language(labels.NOT_YET[0])) for value in values]


class _VersionDesk(_Shelf):
    """A version of the material, or none: it is offered no longer."""

    def choices(self, session: Session, key: Key) -> Sequence[tuple[JSON, Words]] | None:
        """Every version that was prepared, the newest first, and none."""
        query = select(MaterialVersion.id).where(MaterialVersion.material_id == key)
        found = list(session.scalars(query.order_by(MaterialVersion.number.desc())))
        values: list[JSON] = [*found, None]
        return list(zip(values, self.said(session, values), strict=True))

    def read(self, session: Session, key: Key, typed: Mapping[str, str]) -> JSON:
        """The id of one of them, or None."""
        text = text_of(typed)
        offered = {str(value): value for value, _ in self.choices(session, key) or ()}
        if text not in offered and text != NOTHING:
            raise BadValue("value.unknown")
        return offered.get(text)

    def said(self, session: Session, values: Collection[JSON]) -> Sequence[Words]:
        """ "Version 2", in words; none is "no longer offered"."""
        ids = [value for value in values if isinstance(value, int)]
        query = select(MaterialVersion.id, MaterialVersion.number)
        numbers = {
            row[0]: row[1] for row in session.execute(query.where(MaterialVersion.id.in_(ids)))
        }
        return [
            in_every_language(labels.version(numbers[value]))
            if isinstance(value, int) and value in numbers
            else in_every_language(labels.NO_LONGER)
            for value in values
        ]


speaks(LINK, _LinkDesk(Portal, Portal.name))
speaks(STANDING, _ChoiceDesk(Tool, Tool.name, labels.STANDINGS, Standing))
speaks(TEXT, _TextDesk(Process, Process.name))
speaks(SHOWN, _VersionDesk(Material, Material.title))
speaks(STATUS, _ChoiceDesk(BrandAsset, BrandAsset.name, labels.STATUSES, Status))
