"""How people speak of the addresses of teams and of their people, when a notice changes one (Q9)."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.decision import JSON
from portal.registry.contact_models import MemberEmail
from portal.registry.desks import ESCAPE, TextDesk, like, text_of
from portal.registry.facts import PERSON_EMAIL, PERSON_PHONE, TEAM_EMAIL, TEAM_PHONE
from portal.registry.models import Team, TeamMember
from portal.registry.reach import customers_of_people, customers_of_teams, partners_of_teams
from portal.registry.rows import EMAIL
from portal.store.facts import BadValue, Key, Subject, in_period, speaks, touches_customers
from portal.store.ordering import by_name
from portal.store.scope import visible_to


class _Teams:
    """The teams of the actor's registry, by name or code."""

    def find(self, session: Session, actor: Actor, words: str, most: int) -> Sequence[Subject]:
        """As `Desk.find`."""
        query = _own(visible_to(Team, actor), Team, actor)
        if words:
            query = query.where(_fits(words, Team.name, Team.code))
        return self._subjects(session, query.order_by(by_name(Team.name), Team.id).limit(most))

    def named(self, session: Session, keys: Collection[Key]) -> Mapping[Key, Subject]:
        """As `Desk.named`."""
        found = self._subjects(session, select(Team).where(Team.id.in_(keys)))
        return {subject.key: subject for subject in found}

    def affected(
        self, session: Session, keys: Collection[Key], on: date
    ) -> Mapping[Key, frozenset[int]]:
        """The companies that the team serves: by their agreements, or by their contract lines."""
        found = partners_of_teams(session, [int(key) for key in keys], on)
        return {key: found.get(int(key), frozenset()) for key in keys}

    def _subjects(self, session: Session, query: Select[Any]) -> list[Subject]:
        columns = (Team.id, Team.name, Team.registry_id, Team.code)
        return [Subject(*row) for row in session.execute(query.with_only_columns(*columns))]


class _People:
    """The people of the teams of the actor's registry, by name or address, each with their team."""

    def find(self, session: Session, actor: Actor, words: str, most: int) -> Sequence[Subject]:
        """As `Desk.find`; any address a person ever had finds them."""
        query = _own(visible_to(TeamMember, actor), TeamMember, actor)
        if words:
            had = exists().where(
                MemberEmail.member_id == TeamMember.id, _fits(words, MemberEmail.email)
            )
            query = query.where(or_(_fits(words, TeamMember.name, TeamMember.former_email), had))
        order = (by_name(TeamMember.name), TeamMember.id)
        return self._subjects(session, query.order_by(*order).limit(most))

    def named(self, session: Session, keys: Collection[Key]) -> Mapping[Key, Subject]:
        """As `Desk.named`."""
        found = self._subjects(session, select(TeamMember).where(TeamMember.id.in_(keys)))
        return {subject.key: subject for subject in found}

    def affected(
        self, session: Session, keys: Collection[Key], on: date
    ) -> Mapping[Key, frozenset[int]]:
        """The companies that the person's team serves."""
        query = select(TeamMember.id, TeamMember.team_id).where(TeamMember.id.in_(keys))
        teams = {row.id: row.team_id for row in session.execute(query)}
        served = partners_of_teams(session, set(teams.values()), on)
        return {key: served.get(teams.get(int(key), 0), frozenset()) for key in keys}

    def _subjects(self, session: Session, query: Select[Any]) -> list[Subject]:
        columns = (TeamMember.id, TeamMember.name, TeamMember.registry_id, Team.name)
        rows = session.execute(
            query.join(Team, Team.id == TeamMember.team_id).with_only_columns(*columns)
        )
        return [Subject(*row) for row in rows]


class EmailDesk(TextDesk):
    """A value that is one e-mail address, in lower case as the registries keep them."""

    def read(self, session: Session, key: Key, typed: Mapping[str, str]) -> JSON:
        """The address."""
        address = text_of(typed).lower()
        if not EMAIL.fullmatch(address):
            raise BadValue("value.address")
        return address


class PersonEmailDesk(EmailDesk):
    """An e-mail address that is one person's: files know people by it."""

    def read(self, session: Session, key: Key, typed: Mapping[str, str]) -> JSON:
        """The address. Raises BadValue when somebody else of the registry has it or will."""
        address = super().read(session, key, typed)
        other, today = aliased(TeamMember), clock.today()
        taken = (
            select(MemberEmail.id)
            .join(TeamMember, TeamMember.id == MemberEmail.member_id)
            .join(other, other.registry_id == TeamMember.registry_id)
            .where(
                *(other.id == key, MemberEmail.member_id != key, MemberEmail.email == address),
                or_(in_period(MemberEmail, today), MemberEmail.valid_from > today),
            )
        )
        if session.scalar(taken.limit(1)) is not None:
            raise BadValue("value.taken")
        return address


class PhoneDesk(TextDesk):
    """A value that is a telephone number, as people write it."""

    def read(self, session: Session, key: Key, typed: Mapping[str, str]) -> JSON:
        """The number."""
        number = text_of(typed)
        if len(re.findall(r"[0-9]", number)) < 3:
            raise BadValue("value.number")
        return number


def _own(query: Select[Any], model: Any, actor: Actor) -> Select[Any]:
    """Of the rows everybody may read, those of the actor's registry."""
    if actor.registry_id is None:
        return query
    return query.where(model.registry_id == actor.registry_id)


def _fits(words: str, *columns: Any) -> Any:
    return or_(*(column.ilike(like(words), escape=ESCAPE) for column in columns))


speaks(TEAM_EMAIL, EmailDesk(_Teams()))
speaks(TEAM_PHONE, PhoneDesk(_Teams()))
speaks(PERSON_EMAIL, PersonEmailDesk(_People()))
speaks(PERSON_PHONE, PhoneDesk(_People()))
for _fact in (TEAM_EMAIL, TEAM_PHONE):
    touches_customers(_fact, customers_of_teams)
for _fact in (PERSON_EMAIL, PERSON_PHONE):
    touches_customers(_fact, customers_of_people)
