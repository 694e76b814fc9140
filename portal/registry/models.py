"""The tables of the contract registries.

Composite foreign keys `(registry_id, …)` make a row of two registries impossible (R1); on SQLite
triggers stand beside them (see `store/triggers.py`), since foreign keys there are a switch.
"""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.localized import Localized
from portal.registry.rules import ContractStatus, EndOfTerm, Program, ServiceStatus, TeamKind
from portal.store.db import Base
from portal.store.facts import Period


class Registry(Base):
    """One book of contracts; `thread` is the number of its colour, `position` its order."""

    __tablename__ = "registry"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    thread: Mapped[int]
    position: Mapped[int]


class Partner(Base):
    """A partner company, over all registries."""

    __tablename__ = "partner"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Customer(Base):
    """A customer, over all registries; known to a partner only through a contract of theirs."""

    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


def registry_key(*columns: str, table: str) -> ForeignKeyConstraint:
    """The composite key that keeps `columns` in the registry of their row (R1)."""
    return ForeignKeyConstraint(["registry_id", *columns], [f"{table}.registry_id", f"{table}.id"])


class Team(Base):
    """A channel support team or an account team of one registry; its addresses are dated facts.

    `hours` tells when it can be reached: days, opens, closes, zone.
    """

    __tablename__ = "team"
    __table_args__ = (
        UniqueConstraint("registry_id", "code"),
        UniqueConstraint("registry_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    code: Mapped[str]
    kind: Mapped[TeamKind]
    name: Mapped[str]
    hours: Mapped[dict[str, Any] | None]


class TeamMember(Base):
    """A person of a team, found by every address they ever had (Q9); addresses are dated facts.

    `listed_as` is the address under which the registry's files first named the person: by it, by
    any later address and by the files' own `former_email` an import knows them again. It is not
    the address to write to.
    """

    __tablename__ = "team_member"
    __table_args__ = (
        registry_key("team_id", table="team"),
        UniqueConstraint("registry_id", "listed_as"),
        Index("ix_team_member_former_email", "former_email"),
        Index("ix_team_member_team_id", "team_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    team_id: Mapped[int]
    name: Mapped[str]
    listed_as: Mapped[str]
    former_email: Mapped[str | None]


class Product(Base):
    """A product of one registry's portfolio."""

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("registry_id", "code"),
        UniqueConstraint("registry_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    code: Mapped[str]
    name: Mapped[Localized]


class Agreement(Base):
    """A partner agreement with one registry; its team and terms are dated facts."""

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("registry_id", "number"),
        UniqueConstraint("registry_id", "id"),
        Index("ix_agreement_partner_id", "partner_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    number: Mapped[str]
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    program: Mapped[Program | None]
    status: Mapped[ContractStatus]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class AgreementTeam(Period, Base):
    """Which channel support team serves an agreement's partner, when."""

    __tablename__ = "agreement_team"
    __table_args__ = (
        registry_key("agreement_id", table="agreement"),
        registry_key("team_id", table="team"),
        UniqueConstraint("agreement_id", "valid_from"),
    )
    registry_id: Mapped[int]
    agreement_id: Mapped[int]
    team_id: Mapped[int]


class AgreementTerms(Period, Base):
    """How an agreement compensates, when."""

    __tablename__ = "agreement_terms"
    __table_args__ = (UniqueConstraint("agreement_id", "valid_from"),)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    terms: Mapped[str]


class AgreementSchedule(Period, Base):
    """When an agreement pays, by dates."""

    __tablename__ = "agreement_schedule"
    __table_args__ = (UniqueConstraint("agreement_id", "valid_from"),)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    schedule: Mapped[str]


class ContractLine(Base):
    """A chain of contracts that renew one another; its account team is a dated fact."""

    __tablename__ = "contract_line"
    __table_args__ = (UniqueConstraint("registry_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))


class LineTeam(Period, Base):
    """Which account team serves a contract line, when."""

    __tablename__ = "line_team"
    __table_args__ = (
        registry_key("line_id", table="contract_line"),
        registry_key("team_id", table="team"),
        UniqueConstraint("line_id", "valid_from"),
    )
    registry_id: Mapped[int]
    line_id: Mapped[int]
    team_id: Mapped[int]


class Contract(Base):
    """A customer contract: the paper. `normal` is its number by letters and digits alone."""

    __tablename__ = "contract"
    __table_args__ = (
        registry_key("line_id", table="contract_line"),
        UniqueConstraint("registry_id", "number"),
        UniqueConstraint("registry_id", "id"),
        Index("ix_contract_normal", "normal"),
        Index("ix_contract_line_id", "line_id"),
        Index("ix_contract_partner_id", "partner_id"),
        Index("ix_contract_customer_id", "customer_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    line_id: Mapped[int]
    number: Mapped[str]
    normal: Mapped[str]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    status: Mapped[ContractStatus]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    end_of_term: Mapped[EndOfTerm]


class Replacement(Base):
    """`contract_id` replaces `replaced_id`; a contract is replaced once at most."""

    __tablename__ = "contract_replacement"
    __table_args__ = (
        registry_key("contract_id", table="contract"),
        registry_key("replaced_id", table="contract"),
        UniqueConstraint("replaced_id"),
    )
    contract_id: Mapped[int] = mapped_column(primary_key=True)
    replaced_id: Mapped[int] = mapped_column(primary_key=True)
    registry_id: Mapped[int]


class Service(Base):
    """An installed product on one contract. `normal` is its id by letters and digits alone."""

    __tablename__ = "service"
    __table_args__ = (
        registry_key("contract_id", table="contract"),
        registry_key("product_id", table="product"),
        UniqueConstraint("registry_id", "service_id"),
        UniqueConstraint("registry_id", "id"),
        Index("ix_service_normal", "normal"),
        Index("ix_service_service_id", "service_id"),
        Index("ix_service_contract_id", "contract_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    service_id: Mapped[str]
    normal: Mapped[str]
    contract_id: Mapped[int]
    product_id: Mapped[int | None]
    status: Mapped[ServiceStatus]
    installed_on: Mapped[date | None]
    site_a: Mapped[str | None]
    site_z: Mapped[str | None]
