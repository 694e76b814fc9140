"""How people speak of the dated facts of contract lines and agreements, when a notice changes one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.decision import JSON
from portal.kernel.text import tidy
from portal.registry.facts import ACCOUNT_TEAM, CHANNEL_TEAM, COMPENSATION, SCHEDULE
from portal.registry.models import Agreement, Contract, Customer, Partner, Registry, Team
from portal.registry.reach import customers_of_lines, partners_of_agreements, partners_of_lines
from portal.registry.rules import TeamKind, normal
from portal.registry.scopes import in_force
from portal.store.facts import BadValue, Key, Subject, Words, speaks, touches_customers
from portal.store.ordering import by_name
from portal.store.scope import visible_to

LONGEST = 300
# Numbers are compared without separators, names as they are written: what a LIKE reads as a sign
# of its own is escaped.
ESCAPE = "\\"


def like(words: str) -> str:
    """A pattern that finds `words` anywhere in a text."""
    for sign in (ESCAPE, "%", "_"):
        words = words.replace(sign, ESCAPE + sign)
    return f"%{words}%"


def text_of(typed: Mapping[str, str]) -> str:
    """The one text somebody typed, tidied. Raises BadValue for none, or one too long."""
    text = tidy(typed.get("", ""))
    if not text:
        raise BadValue("value.missing")
    if len(text) > LONGEST:
        raise BadValue("value.too_long")
    return text


class _Lines:
    """Contract lines, named by their contract in force (else the last) and its customer."""

    def find(self, session: Session, actor: Actor, words: str, most: int) -> Sequence[Subject]:
        """Lines of contracts the actor sees, by number, customer or partner."""
        query = visible_to(Contract, actor).with_only_columns(Contract.line_id)
        query = query.join(Customer, Customer.id == Contract.customer_id)
        query = query.join(Partner, Partner.id == Contract.partner_id)
        if words:
            named = [
                column.ilike(like(words), escape=ESCAPE) for column in (Customer.name, Partner.name)
            ]
            if key := normal(words):
                named.append(Contract.normal.like(like(key), escape=ESCAPE))
            query = query.where(or_(*named))
        order = (by_name(Customer.name), Contract.line_id)
        lines = list(dict.fromkeys(session.scalars(query.order_by(*order).limit(4 * most))))[:most]
        named_lines = self.named(session, lines)
        return [named_lines[line] for line in lines if line in named_lines]

    def named(self, session: Session, keys: Collection[Key]) -> Mapping[Key, Subject]:
        """Each line by its contract in force today, else its last one."""
        query = (
            select(
                *(Contract.line_id, Contract.number, Contract.registry_id),
                *(Customer.name.label("customer"), Partner.name.label("partner")),
            )
            .join(Customer, Customer.id == Contract.customer_id)
            .join(Partner, Partner.id == Contract.partner_id)
            .where(Contract.line_id.in_(keys))
            .order_by(
                in_force(Contract, clock.today()).desc(),
                *(Contract.starts_on.desc(), Contract.id.desc()),
            )
        )
        found: dict[Key, Subject] = {}
        for row in session.execute(query):
            detail = f"{row.customer} · {row.partner}"
            subject = Subject(row.line_id, row.number, row.registry_id, detail)
            found.setdefault(row.line_id, subject)
        return found

    def affected(
        self, session: Session, keys: Collection[Key], on: date
    ) -> Mapping[Key, frozenset[int]]:
        """The partner whose line it is."""
        found = partners_of_lines(session, [int(key) for key in keys], on)
        return {line: frozenset({partner}) for line, partner in found.items()}


class _Agreements:
    """Partner agreements, by number and partner."""

    def find(self, session: Session, actor: Actor, words: str, most: int) -> Sequence[Subject]:
        """Agreements the actor sees, by number or partner."""
        query = visible_to(Agreement, actor).join(Partner, Partner.id == Agreement.partner_id)
        if words:
            pattern = like(words)
            query = query.where(
                or_(
                    Agreement.number.ilike(pattern, escape=ESCAPE),
                    Partner.name.ilike(pattern, escape=ESCAPE),
                )
            )
        return self._subjects(session, query.order_by(by_name(Partner.name), Agreement.id), most)

    def named(self, session: Session, keys: Collection[Key]) -> Mapping[Key, Subject]:
        """These agreements."""
        query = select(Agreement).join(Partner, Partner.id == Agreement.partner_id)
        found = self._subjects(session, query.where(Agreement.id.in_(keys)))
        return {subject.key: subject for subject in found}

    def affected(
        self, session: Session, keys: Collection[Key], on: date
    ) -> Mapping[Key, frozenset[int]]:
        """The partner whose agreement it is."""
        found = partners_of_agreements(session, [int(key) for key in keys])
        return {agreement: frozenset({partner}) for agreement, partner in found.items()}

    def _subjects(
        self, session: Session, query: Select[Any], most: int | None = None
    ) -> list[Subject]:
        columns = (Agreement.id, Agreement.number, Agreement.registry_id, Partner.name)
        rows = session.execute(query.with_only_columns(*columns).limit(most))
        return [Subject(*row) for row in rows]


class Subjects(Protocol):
    """What a fact is about: the half of a desk that facts of the same subject share."""

    def find(self, session: Session, actor: Actor, words: str, most: int) -> Sequence[Subject]:
        """As `Desk.find`."""

    def named(self, session: Session, keys: Collection[Key]) -> Mapping[Key, Subject]:
        """As `Desk.named`."""

    def affected(
        self, session: Session, keys: Collection[Key], on: date
    ) -> Mapping[Key, frozenset[int]]:
        """As `Desk.affected`."""


class _About:
    """A desk whose subjects are those of `subjects`."""

    def __init__(self, subjects: Subjects) -> None:
        self.find, self.named, self.affected = subjects.find, subjects.named, subjects.affected


class TeamDesk(_About):
    """A value that is a team of the subject's registry, of one kind."""

    def __init__(self, subjects: Subjects, kind: TeamKind) -> None:
        super().__init__(subjects)
        self.kind = kind

    def choices(self, session: Session, key: Key) -> Sequence[tuple[JSON, Words]] | None:
        """The teams of the subject's registry."""
        subject = self.named(session, [key]).get(key)
        if subject is None:
            return []
        query = select(Team.id, Team.name).where(
            Team.registry_id == subject.registry_id, Team.kind == self.kind
        )
        rows = session.execute(query.order_by(by_name(Team.name), Team.id))
        return [(row.id, row.name) for row in rows]

    def read(self, session: Session, key: Key, typed: Mapping[str, str]) -> JSON:
        """The id of one of those teams."""
        text = text_of(typed)
        offered = {str(value): value for value, _ in self.choices(session, key) or ()}
        if text not in offered:
            raise BadValue("value.unknown")
        return offered[text]

    def said(self, session: Session, values: Collection[JSON]) -> Sequence[Words]:
        """The teams' names, each with its registry's."""
        query = select(Team.id, Team.name, Registry.name.label("registry"))
        query = query.join(Registry, Registry.id == Team.registry_id)
        names = {
            row.id: f"{row.name} ({row.registry})"
            for row in session.execute(query.where(Team.id.in_(values)))
        }
        return [names.get(value, "") if isinstance(value, int) else "" for value in values]


class TextDesk(_About):
    """A value that is any line of text."""

    def choices(self, session: Session, key: Key) -> Sequence[tuple[JSON, Words]] | None:
        """Any text."""
        return None

    def read(self, session: Session, key: Key, typed: Mapping[str, str]) -> JSON:
        """The text."""
        return text_of(typed)

    def said(self, session: Session, values: Collection[JSON]) -> Sequence[Words]:
        """As written."""
        return [str(value or "") for value in values]


speaks(ACCOUNT_TEAM, TeamDesk(_Lines(), TeamKind.ACCOUNT))
touches_customers(ACCOUNT_TEAM, customers_of_lines)
speaks(CHANNEL_TEAM, TeamDesk(_Agreements(), TeamKind.CHANNEL))
speaks(COMPENSATION, TextDesk(_Agreements()))
speaks(SCHEDULE, TextDesk(_Agreements()))
