"""What the pages of agreements, portfolios, partners and customers show, scoped to the reader."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.registry.facts import CHANNEL_TEAM, COMPENSATION, SCHEDULE
from portal.registry.models import (
    Agreement,
    AgreementTeam,
    Customer,
    Partner,
    Product,
    Registry,
    Team,
)
from portal.registry.rules import Program
from portal.registry.standing import Dated, Held, State, dated, state_on
from portal.registry.team_pages import TeamCard, cards, fold
from portal.store.facts import GatedFact, Warrant
from portal.store.ordering import by_name
from portal.store.scope import visible_to

PAGE = 50


@dataclass(frozen=True)
class AgreementBrief:
    """An agreement, whose it is and how it stands on a date."""

    id: int
    number: str
    program: Program | None
    starts_on: date
    ends_on: date | None
    partner_id: int
    partner: str
    registry_id: int
    slug: str
    registry: str
    thread: int
    state: State


@dataclass(frozen=True)
class AgreementPage:
    """An agreement with what changes only by advance notice (P2, N1)."""

    brief: AgreementBrief
    terms: Dated
    schedule: Dated
    teams: Dated
    team: TeamCard | None


@dataclass(frozen=True)
class PartnerPage:
    """A page of partners, and the name after which there are more."""

    rows: tuple[tuple[int, str, str], ...]
    after: str | None = None


def agreements(
    session: Session, actor: Actor, on: date, *, partner_ids: list[int] | None = None
) -> list[AgreementBrief]:
    """The agreements the actor sees, in the order of the registries. One query."""
    query = _briefs(actor).order_by(Registry.position, Agreement.starts_on, Agreement.id)
    if partner_ids is not None:
        query = query.where(Agreement.partner_id.in_(partner_ids))
    return [_brief(row, on) for row in session.execute(query)]


def agreement(session: Session, actor: Actor, agreement_id: int, on: date) -> AgreementPage | None:
    """One agreement, or None when the actor does not see it. Seven queries."""
    row = session.execute(_briefs(actor).where(Agreement.id == agreement_id)).first()
    if row is None:
        return None
    teams = _fact(session, actor, CHANNEL_TEAM, agreement_id, on)
    found = cards(session, actor, [teams.now.value[0]], on) if teams.now else {}
    return AgreementPage(
        _brief(row, on),
        _fact(session, actor, COMPENSATION, agreement_id, on),
        _fact(session, actor, SCHEDULE, agreement_id, on),
        teams,
        found.get(teams.now.value[0]) if teams.now else None,
    )


def partners(session: Session, actor: Actor, q: str, after: str | None) -> PartnerPage:
    """Partners by name, or those whose name or code holds `q` (accents do not count). One query."""
    columns = (Partner.id, Partner.code, Partner.name)
    query: Any = visible_to(Partner, actor).with_only_columns(*columns)
    query = query.order_by(by_name(Partner.name), Partner.code)
    if words := fold(q).split():
        fitting = (
            tuple(row)
            for row in session.execute(query)
            if all(word in fold(f"{row.name} {row.code}") for word in words)
        )
        return PartnerPage(tuple(row for row, _ in zip(fitting, range(PAGE), strict=False)))
    if after:
        # One that the reader does not see tells nothing by where it would stand.
        known = visible_to(Partner, actor).where(Partner.code == after)
        last = by_name(known.with_only_columns(Partner.name).scalar_subquery())
        mine = by_name(Partner.name)
        query = query.where(or_(mine > last, (mine == last) & (Partner.code > after)))
    rows = [tuple(row) for row in session.execute(query.limit(PAGE + 1))]
    return PartnerPage(tuple(rows[:PAGE]), rows[PAGE - 1][1] if len(rows) > PAGE else None)


def partner(session: Session, actor: Actor, partner_id: int) -> Partner | None:
    """One partner, or None when the actor does not see it."""
    return session.scalar(visible_to(Partner, actor).where(Partner.id == partner_id))


def customer(session: Session, actor: Actor, customer_id: int) -> Customer | None:
    """One customer, or None when the actor does not see it."""
    return session.scalar(visible_to(Customer, actor).where(Customer.id == customer_id))


def portfolio(session: Session, actor: Actor, registry_id: int) -> list[Product]:
    """The products of one registry, by code."""
    query = visible_to(Product, actor).where(Product.registry_id == registry_id)
    return list(session.scalars(query.order_by(Product.code)))


def _briefs(actor: Actor) -> Any:
    return (
        visible_to(Agreement, actor)
        .with_only_columns(
            *(Agreement.id, Agreement.number, Agreement.program, Agreement.starts_on),
            *(Agreement.ends_on, Agreement.partner_id, Partner.name.label("partner")),
            *(Agreement.registry_id, Registry.slug, Registry.name.label("registry")),
            *(Registry.thread, Agreement.status),
        )
        .join(Partner, Partner.id == Agreement.partner_id)
        .join(Registry, Registry.id == Agreement.registry_id)
    )


def _brief(row: Any, on: date) -> AgreementBrief:
    state = state_on(on, row.status, row.starts_on, row.ends_on)
    return AgreementBrief(*(*row[:-1], state))


def _fact(session: Session, actor: Actor, fact: GatedFact, agreement_id: int, on: date) -> Dated:
    """A dated fact of an agreement; a team is its id and name, other values are texts."""
    model = fact.model
    query: Any = visible_to(model, actor)
    value = getattr(model, fact.value)
    name = Team.name if model is AgreementTeam else func.coalesce(value, "")
    query = query.with_only_columns(
        value, name, model.valid_from, model.valid_to, Warrant.kind, Warrant.reason
    ).join(Warrant, Warrant.id == model.warrant_id)
    if model is AgreementTeam:
        query = query.join(Team, Team.id == value)
    rows = session.execute(
        query.where(model.agreement_id == agreement_id).order_by(model.valid_from)
    )
    return dated(
        [
            Held((held, said) if model is AgreementTeam else held, since, until, kind, reason)
            for held, said, since, until, kind, reason in rows
        ],
        on,
    )
