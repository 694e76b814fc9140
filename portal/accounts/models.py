"""People and their memberships: a person may act for a company or for a registry."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.access import Role
from portal.registry.models import registry_key
from portal.store.db import Base


class Person(Base):
    """Somebody who can sign in. `session_version` grows when every session must end."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    language: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    session_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class SignIn(Base):
    """One session of a person: begun by signing in, ended by signing out or by a newer
    `session_version` of the person. The key stands in the signed cookie; times are the wall's.
    """

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_person_id", "person_id"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Membership(Base):
    """A role a person has: in a partner company, over a registry, in a team, or in the portal."""

    __tablename__ = "membership"
    __table_args__ = (
        registry_key("team_id", table="team"),
        Index("ix_membership_person_id", "person_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    registry_id: Mapped[int | None] = mapped_column(ForeignKey("registry.id"))
    team_id: Mapped[int | None]
