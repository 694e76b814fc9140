"""The addresses of teams and of their people: dated facts, each in its own table (Q9, N1)."""

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.db import Base
from portal.store.facts import Period

# No file says since when a team or a person is reached at a first address: it holds from a day
# before all that the registries record.
SINCE_EVER = date(1900, 1, 1)


class TeamEmail(Period, Base):
    """At which address a team is written to, when."""

    __tablename__ = "team_email"
    __table_args__ = (UniqueConstraint("team_id", "valid_from"),)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    email: Mapped[str]


class TeamPhone(Period, Base):
    """At which number a team is called, when."""

    __tablename__ = "team_phone"
    __table_args__ = (UniqueConstraint("team_id", "valid_from"),)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    phone: Mapped[str]


class MemberEmail(Period, Base):
    """At which address a person of a team is written to, when."""

    __tablename__ = "member_email"
    __table_args__ = (
        UniqueConstraint("member_id", "valid_from"),
        Index("ix_member_email_email", "email"),
    )
    member_id: Mapped[int] = mapped_column(ForeignKey("team_member.id"))
    email: Mapped[str]


class MemberPhone(Period, Base):
    """At which number a person of a team is called, when."""

    __tablename__ = "member_phone"
    __table_args__ = (UniqueConstraint("member_id", "valid_from"),)
    member_id: Mapped[int] = mapped_column(ForeignKey("team_member.id"))
    phone: Mapped[str]
