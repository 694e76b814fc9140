"""What a company has on a day, as far as a question touches it: the facts of the rule, and their ids.

A layer of queries: everything is scoped to the actor; the number of queries grows only with the
contracts that one number can mean, of which five are looked at.
"""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.concerns.rules import About, Ask, AskFacts, Door, Meant
from portal.faq.situation import holdings
from portal.kernel.access import Actor
from portal.orders.models import Order
from portal.registry import contract_page
from portal.registry.models import AgreementTeam, Contract, LineTeam, Registry, Service, Team
from portal.registry.queries import find
from portal.store.facts import in_period
from portal.store.scope import visible_to

MOST_MEANT = 5


@dataclass(frozen=True)
class Spot:
    """The rows behind a contract that a number means."""

    contract_id: int
    line_id: int
    order_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Ground:
    """The facts of the rule, and the database's ids of what they name."""

    facts: AskFacts
    registries: dict[str, int] = field(default_factory=dict)
    agreements: dict[str, int] = field(default_factory=dict)
    spots: dict[tuple[str, str], Spot] = field(default_factory=dict)


@dataclass(frozen=True)
class _Paper:
    """A contract that a number leads to; `bought`: through a service, so it may itself be hidden."""

    registry: str
    contract_id: int
    bought: bool = False
    order: str | None = None
    order_id: uuid.UUID | None = None


def ground(session: Session, actor: Actor, ask: Ask, on: date) -> Ground:
    """Everything that `ask` can stand on, on `on`."""
    held = holdings(session, actor, on)
    agreements = {one.registry.slug: one.agreement for one in held if one.agreement}
    teams = _channel_teams(session, [row.id for row in agreements.values()], on)
    own = select(Contract.registry_id).where(Contract.partner_id == actor.partner_id).distinct()
    sells = set(session.scalars(own))
    doors = tuple(
        Door(
            registry=one.registry.slug,
            agreement=one.agreement.number if one.agreement else None,
            team=teams.get(one.agreement.id) if one.agreement else None,
        )
        for one in held
        if one.agreement or one.registry.id in sells
    )
    spots: dict[tuple[str, str], Spot] = {}
    meant: list[Meant] = []
    if ask.about is not About.RELATIONSHIP and ask.number:
        for one, spot in _meant(session, actor, ask.number, on):
            if (one.registry, one.contract) not in spots:
                spots[one.registry, one.contract] = spot
                meant.append(one)
    return Ground(
        AskFacts(doors, tuple(meant)),
        registries={one.registry.slug: one.registry.id for one in held},
        agreements={slug: row.id for slug, row in agreements.items()},
        spots=spots,
    )


def _channel_teams(session: Session, agreements: Collection[int], on: date) -> dict[int, str]:
    """The code of each agreement's channel support team on `on`. One query."""
    query = (
        select(AgreementTeam.agreement_id, Team.code)
        .join(Team, Team.id == AgreementTeam.team_id)
        .where(AgreementTeam.agreement_id.in_(agreements), in_period(AgreementTeam, on))
    )
    return {row.agreement_id: row.code for row in session.execute(query)}


def _meant(session: Session, actor: Actor, number: str, on: date) -> Iterator[tuple[Meant, Spot]]:
    """The contracts that `number` can mean, each as the one that stands for its line on `on`."""
    for paper in _papers(session, actor, number)[:MOST_MEANT]:
        chain = contract_page.chain(
            session, actor, paper.registry, paper.contract_id, on, bought=paper.bought
        )
        if chain is None:
            continue
        # A line that went on with another partner has a team, and it is not this company's to ask.
        stands = chain.standing if chain.standing.shown else chain.paper
        team = _account_team(session, stands.line_id, on) if chain.standing.shown else None
        meant = Meant(paper.registry, stands.number, team, paper.order)
        yield meant, Spot(stands.id, stands.line_id, paper.order_id)


def _papers(session: Session, actor: Actor, number: str) -> list[_Paper]:
    """The contracts, services and orders of that number, to the letter before alike ones."""
    hits = find(session, actor, number)
    if any(hit.exact for hit in hits):
        hits = [hit for hit in hits if hit.exact]
    services = [hit.id for hit in hits if hit.kind == "service"]
    bought = {
        row.id: row.contract_id
        for row in session.execute(
            select(Service.id, Service.contract_id).where(Service.id.in_(services))
        )
    }
    found = [
        _Paper(hit.registry, bought[hit.id], bought=True)
        if hit.kind == "service"
        else _Paper(hit.registry, hit.id)
        for hit in hits
    ]
    order = session.execute(
        visible_to(Order, actor)
        .with_only_columns(Registry.slug, Order.contract_id, Order.ref, Order.id)
        .join(Registry, Registry.id == Order.registry_id)
        .where(Order.ref == number.strip().upper())
    ).first()
    return [_Paper(order.slug, order.contract_id, True, order.ref, order.id)] if order else found


def _account_team(session: Session, line_id: int, on: date) -> str | None:
    query = select(Team.code).join(LineTeam, LineTeam.team_id == Team.id)
    return session.scalar(query.where(LineTeam.line_id == line_id, in_period(LineTeam, on)))
