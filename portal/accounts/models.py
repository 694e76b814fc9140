"""People, their memberships, and what proves who they are.

A person may act for several companies or registries; each capacity is a membership, living until
`ended_at`. Times are the wall's. Tokens, codes and addresses to be throttled are kept as hashes only.
"""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.access import Role
from portal.registry.models import registry_key
from portal.store.db import Base
from portal.store.types import uuid7

LIVING = text("ended_at IS NULL")


class Person(Base):
    """Somebody who can sign in. `session_version` grows when every session must end.

    `email_key` is the address as it is compared: NFKC, case folded. `region` is the regional format
    of dates and numbers, empty for that of the language. An anonymised person keeps the row, and
    nothing that tells who it was.
    """

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    language: Mapped[str]
    region: Mapped[str] = mapped_column(default="", server_default="")
    active: Mapped[bool] = mapped_column(default=True)
    session_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    anonymised_at: Mapped[datetime | None]


class Membership(Base):
    """A role a person has: in a partner company, over a registry, in a team, or in the portal."""

    __tablename__ = "membership"
    __table_args__ = (
        registry_key("team_id", table="team"),
        CheckConstraint(
            "(role IN ('partner_user', 'partner_admin')) = (partner_id IS NOT NULL)", name="company"
        ),
        CheckConstraint(
            "(role IN ('channel_manager', 'channel_lead', 'account_team'))"
            " = (registry_id IS NOT NULL)",
            name="registry",
        ),
        Index("ix_membership_person_id", "person_id"),
        Index(
            "uq_membership_living_company",
            *("person_id", "partner_id"),
            unique=True,
            sqlite_where=LIVING,
            postgresql_where=LIVING,
        ),
        Index("ix_membership_partner_id", "partner_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    registry_id: Mapped[int | None] = mapped_column(ForeignKey("registry.id"))
    team_id: Mapped[int | None]
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Level(StrEnum):
    """How far a session has come: a code is due, a factor is to be set up first, or signed in."""

    CODE = "code"
    ENROL = "enrol"
    FULL = "full"


class SignIn(Base):
    """One session of a person: begun by signing in, ended by signing out, by revoking it, by a newer
    `session_version` of the person, or by the end of the membership it acts in.

    The key stands in the signed cookie. `confirmed_at` is when the person last proved who they are.
    """

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_person_id", "person_id"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    version: Mapped[int]
    level: Mapped[Level]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    origin: Mapped[str]
    agent: Mapped[str]


class Factor(Base):
    """A second factor of a person; `kind` is "totp" (passkeys will stand beside it).

    `secret` is encrypted; `last_step` is the last time step whose code was taken: none twice.
    It counts once confirmed.
    """

    __tablename__ = "factor"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    secret: Mapped[str]
    last_step: Mapped[int | None]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that stands in for the second factor, once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class MailedLink(Base):
    """A link sent by e-mail that works once, until `expires_at`: `kind` says what for.

    `version` binds it to the person's session version: a changed password or address makes it void.
    """

    __tablename__ = "mailed_link"
    __table_args__ = (Index("ix_mailed_link_person_id", "person_id"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int | None]
    email: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Device(Base):
    """A browser a person signed in with before: not counted among strangers who try passwords."""

    __tablename__ = "device"
    __table_args__ = (Index("ix_device_person_id", "person_id"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Attempt(Base):
    """A try that is counted before any work is done for it: `kind` and the hash of what is counted
    (an address, a network address, a person). A try that succeeds is taken off the count.
    """

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_kind_key_at", "kind", "key", "at"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[str]
    key: Mapped[str]
    at: Mapped[datetime]


class FeedKind(StrEnum):
    """In which form a secret address tells its news."""

    ATOM = "atom"
    CALENDAR = "calendar"


class FeedKey(Base):
    """A secret address under which one of a person's capacities reads its news, without signing in.

    Of each kind at most one lives for a membership; it ends with that, or by being revoked.
    """

    __tablename__ = "feed_key"
    __table_args__ = (
        Index("ix_feed_key_person_id", "person_id"),
        Index(
            "uq_feed_key_living",
            *("membership_id", "kind"),
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    kind: Mapped[FeedKind]
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
