"""Whom a notice goes to, counted from the registries as they stand (N4)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Person
from portal.councils.queries import seated_partners
from portal.kernel.access import PARTNER_ROLES
from portal.notices.audience_rules import Choice, Pools, audience
from portal.registry.models import Agreement
from portal.registry.reach import partners_of
from portal.registry.rules import Program
from portal.registry.training import trained
from portal.store.periods import chunked


@dataclass(frozen=True)
class Reader:
    """A living person who acts for a company: whom a notice can reach."""

    partner_id: int
    person_id: int
    membership_id: int
    name: str
    email: str
    language: str


def choice_of(kept: Mapping[str, Any]) -> Choice:
    """The choice as a version keeps it (lists by criterion)."""
    return Choice(
        registries=frozenset(kept.get("registries", ())),
        programs=frozenset(kept.get("programs", ())),
        trainings=frozenset(kept.get("trainings", ())),
        councils=frozenset(kept.get("councils", ())),
        partners=frozenset(kept.get("partners", ())),
    )


def kept(choice: Choice) -> dict[str, list[Any]]:
    """A choice as a version keeps it."""
    return {
        "registries": sorted(choice.registries),
        "programs": sorted(choice.programs),
        "trainings": sorted(choice.trainings),
        "councils": sorted(choice.councils),
        "partners": sorted(choice.partners),
    }


def chosen(
    session: Session, choice: Choice, affected: frozenset[int], on: date, home: int
) -> dict[int, frozenset[str]]:
    """Each company the notice goes to on `on`, and why; those `affected` are always in it.

    Without a registry a training stands for the partners of `home`, the registry it is from: the
    staff there learn of no others.
    """
    programs = choice.programs or {""}
    registries = {
        (registry, program): partners_of(
            *(session, registry, on), program=Program(program) if program else None
        )
        for registry in choice.registries
        for program in programs
    }
    councils = seated_partners(session, choice.councils, on) if choice.councils else {}
    trainings = {code: trained(session, code, on) for code in choice.trainings}
    if trainings and not choice.registries:
        own = partners_of(session, home, on)
        trainings = {code: holders & own for code, holders in trainings.items()}
    return audience(choice, Pools(registries, trainings, councils, affected))


def living(session: Session, partners: Collection[int]) -> list[Reader]:
    """The people who act for these companies now, each once per company."""
    columns = (
        *(Membership.partner_id, Membership.person_id, Membership.id),
        *(Person.name, Person.email, Person.language),
    )
    found: list[Reader] = []
    for chunk in chunked(partners):
        query = (
            select(*columns)
            .join(Person, Person.id == Membership.person_id)
            .where(
                Membership.partner_id.in_(chunk),
                Membership.role.in_(PARTNER_ROLES),
                Membership.ended_at.is_(None),
                Person.active,
                Person.anonymised_at.is_(None),
            )
            .order_by(Membership.partner_id, Membership.id)
        )
        found += [Reader(row[0] or 0, *row[1:]) for row in session.execute(query)]
    return found


def joined_after(session: Session, partners: Collection[int], day: date) -> frozenset[int]:
    """Those of `partners` whose first agreement of all begins after `day`."""
    query = (
        select(Agreement.partner_id)
        .where(Agreement.partner_id.in_(partners))
        .group_by(Agreement.partner_id)
        .having(func.min(Agreement.starts_on) > day)
    )
    return frozenset(session.scalars(query))
