"""Applications of companies to a registry, and invitations of people. Times are the wall's."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.companies.rules import ApplicationState
from portal.kernel.access import Role
from portal.registry.models import registry_key
from portal.registry.rules import Program
from portal.store.db import Base
from portal.store.types import new_ref

OPEN = text("state = 'sent'")


class Application(Base):
    """A company asks one registry for a partner agreement; approved, it has led to `agreement_id`.

    At most one is open per company and registry.
    """

    __tablename__ = "application"
    __table_args__ = (
        registry_key("agreement_id", table="agreement"),
        UniqueConstraint("registry_id", "id"),
        Index(
            "uq_application_open",
            *("partner_id", "registry_id"),
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_application_registry_id_state", "registry_id", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True, default=new_ref)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    program: Mapped[Program]
    note: Mapped[str]
    state: Mapped[ApplicationState]
    sent_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    agreement_id: Mapped[int | None]


class Invitation(Base):
    """Somebody is asked by e-mail to act for a company, a registry, a team or the portal.

    The mailed token is kept as a hash; it works once, until `expires_at`.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        registry_key("team_id", table="team"),
        Index("ix_invitation_partner_id", "partner_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str]
    email_key: Mapped[str]
    language: Mapped[str]
    role: Mapped[Role]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    registry_id: Mapped[int | None] = mapped_column(ForeignKey("registry.id"))
    team_id: Mapped[int | None]
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
