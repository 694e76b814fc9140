"""Who sees which rows of the registries (facts.md section 9).

A partner sees its own agreements; the contracts it signed and those of the lines that are its own
today; the services of those lines; and the customers of those contracts. A registry's channel
people see that registry, an account team the contract lines it serves today. Support and CSM see
partners and the directory; finance and the portal's administrators no contract at all.
"""

from datetime import date
from typing import Any

from sqlalchemy import CTE, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from portal.kernel import clock
from portal.kernel.access import CHANNEL_ROLES, PARTNER_ROLES, Actor, Role
from portal.registry.contact_models import MemberEmail, MemberPhone, TeamEmail, TeamPhone
from portal.registry.customer_contacts import CustomerContact
from portal.registry.models import (
    Agreement,
    AgreementSchedule,
    AgreementTeam,
    AgreementTerms,
    Contract,
    ContractLine,
    Customer,
    LineTeam,
    Partner,
    Product,
    Registry,
    Replacement,
    Service,
    Team,
    TeamMember,
)
from portal.registry.rules import ContractStatus, EndOfTerm
from portal.registry.training import Training
from portal.store.facts import in_period
from portal.store.scope import internal, open_to_all, scope, visible

open_to_all(Registry, Team, TeamMember, Product, TeamEmail, TeamPhone, MemberEmail, MemberPhone)
internal(Replacement)


def in_force(contract: Any, on: date) -> ColumnElement[bool]:
    """The condition that a contract is in force on `on` (facts.md section 3)."""
    successor = aliased(Contract)
    replaced = exists().where(
        Replacement.replaced_id == contract.id,
        Replacement.contract_id == successor.id,
        successor.starts_on <= on,
    )
    open_end = or_(
        contract.ends_on.is_(None),
        contract.ends_on >= on,
        contract.end_of_term != EndOfTerm.EXPIRE,
    )
    active = contract.status == ContractStatus.ACTIVE
    return and_(active, contract.starts_on <= on, open_end, ~replaced)


def lines_of(partner_id: int, on: date) -> Select[Any]:
    """Ids of the lines that are this partner's: by the contract in force, else the last one.

    A line that was consolidated goes on in the contract that replaced it.
    """
    back = select(Contract.id).where(Contract.partner_id == partner_id).cte(recursive=True)
    back = back.union(
        select(Replacement.replaced_id).join(back, back.c.id == Replacement.contract_id)
    )
    near = select(Contract.line_id).where(Contract.id.in_(select(back.c.id)))
    ahead = _ahead(near)
    replaced = exists().where(Replacement.replaced_id == Contract.id)
    order = (in_force(Contract, on).desc(), replaced, Contract.starts_on.desc(), Contract.id.desc())
    rank = func.row_number().over(partition_by=ahead.c.line_id, order_by=order).label("place")
    ranked = (
        select(ahead.c.line_id, Contract.partner_id, rank)
        .join(Contract, Contract.id == ahead.c.id)
        .subquery()
    )
    own = and_(ranked.c.place == 1, ranked.c.partner_id == partner_id)
    return select(ranked.c.line_id).where(own)


def _ahead(lines: Select[Any]) -> CTE:
    """Each line with its contracts and everything that replaces them, however far."""
    start = select(Contract.line_id, Contract.id).where(Contract.line_id.in_(lines))
    ahead = start.cte(recursive=True)
    return ahead.union(
        select(ahead.c.line_id, Replacement.contract_id).join(
            Replacement, Replacement.replaced_id == ahead.c.id
        )
    )


@scope(Contract)
def contracts(actor: Actor) -> ColumnElement[bool] | None:
    """Own papers and own lines; a registry's; the lines a team serves today."""
    if actor.role in PARTNER_ROLES and actor.partner_id is not None:
        own = Contract.partner_id == actor.partner_id
        return or_(own, Contract.line_id.in_(lines_of(actor.partner_id, clock.today())))
    if actor.role in CHANNEL_ROLES and actor.registry_id is not None:
        return Contract.registry_id == actor.registry_id
    if actor.role is Role.ACCOUNT_TEAM and actor.team_id is not None:
        served = select(LineTeam.line_id).where(
            LineTeam.team_id == actor.team_id, in_period(LineTeam, clock.today())
        )
        return and_(Contract.registry_id == actor.registry_id, Contract.line_id.in_(served))
    return false()


@scope(ContractLine)
def contract_lines(actor: Actor) -> ColumnElement[bool] | None:
    """The lines of the contracts one sees."""
    return ContractLine.id.in_(_visible(Contract.line_id, Contract, actor))


@scope(LineTeam)
def line_teams(actor: Actor) -> ColumnElement[bool] | None:
    """The teams, through time, of the lines one sees."""
    return LineTeam.line_id.in_(_visible(Contract.line_id, Contract, actor))


@scope(Service)
def services(actor: Actor) -> ColumnElement[bool] | None:
    """A partner's: those of lines that are its own today, not of lines it has lost."""
    if actor.role in PARTNER_ROLES and actor.partner_id is not None:
        lines = lines_of(actor.partner_id, clock.today())
        papers = select(Contract.id).where(Contract.line_id.in_(lines))
        return Service.contract_id.in_(papers)
    return Service.contract_id.in_(_visible(Contract.id, Contract, actor))


@scope(Customer)
def customers(actor: Actor) -> ColumnElement[bool] | None:
    """A customer is known through a contract one sees."""
    return Customer.id.in_(_visible(Contract.customer_id, Contract, actor))


@scope(Agreement)
def agreements(actor: Actor) -> ColumnElement[bool] | None:
    """Own ones, or a registry's for its channel people."""
    if actor.role in PARTNER_ROLES and actor.partner_id is not None:
        return Agreement.partner_id == actor.partner_id
    if actor.role in CHANNEL_ROLES and actor.registry_id is not None:
        return Agreement.registry_id == actor.registry_id
    return false()


def _of_agreement(model: Any, actor: Actor) -> ColumnElement[bool]:
    found: ColumnElement[bool] = model.agreement_id.in_(_visible(Agreement.id, Agreement, actor))
    return found


@scope(AgreementTeam)
def agreement_teams(actor: Actor) -> ColumnElement[bool] | None:
    """Those of the agreements one sees."""
    return _of_agreement(AgreementTeam, actor)


@scope(AgreementTerms)
def agreement_terms(actor: Actor) -> ColumnElement[bool] | None:
    """Those of the agreements one sees."""
    return _of_agreement(AgreementTerms, actor)


@scope(AgreementSchedule)
def agreement_schedules(actor: Actor) -> ColumnElement[bool] | None:
    """Those of the agreements one sees."""
    return _of_agreement(AgreementSchedule, actor)


@scope(Partner)
def partners(actor: Actor) -> ColumnElement[bool] | None:
    """The own company; a registry's partners; those of the contracts a team serves."""
    if actor.role in PARTNER_ROLES:
        return Partner.id == actor.partner_id
    if actor.role in {Role.SUPPORT, Role.CSM, Role.ADMIN}:
        return None
    if actor.role in CHANNEL_ROLES:
        agreed = _visible(Agreement.partner_id, Agreement, actor)
        sold = _visible(Contract.partner_id, Contract, actor)
        return or_(Partner.id.in_(agreed), Partner.id.in_(sold))
    return Partner.id.in_(_visible(Contract.partner_id, Contract, actor))


@scope(Training)
def training(actor: Actor) -> ColumnElement[bool] | None:
    """A company its own; a registry's channel people that of their partners."""
    if actor.role in PARTNER_ROLES:
        return Training.partner_id == actor.partner_id
    if actor.role in CHANNEL_ROLES:
        return Training.partner_id.in_(_visible(Partner.id, Partner, actor))
    return false()


@scope(CustomerContact)
def customer_contacts(actor: Actor) -> ColumnElement[bool] | None:
    """A registry's channel people, who post its notices."""
    if actor.role in CHANNEL_ROLES and actor.registry_id is not None:
        return CustomerContact.registry_id == actor.registry_id
    return false()


def _visible(column: Any, model: Any, actor: Actor) -> Select[Any]:
    """A select of `column` of the rows of `model` that `actor` sees."""
    condition = visible(model, actor)
    query: Select[Any] = select(column)
    return query if condition is None else query.where(condition)
