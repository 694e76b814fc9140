"""Advisory councils, who sits in them, and their meetings (C1).

That a council is there, and where its members sit, changes only by an advance notice; seats and
meetings are ordinary business. Dates are business dates, moments the program's (business) time.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.localized import Localized
from portal.store.db import Base
from portal.store.facts import Period


class Council(Base):
    """An advisory council of a registry; one without a registry is there for others to merge into."""

    __tablename__ = "council"
    __table_args__ = (Index("ix_council_registry_id", "registry_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    registry_id: Mapped[int | None] = mapped_column(ForeignKey("registry.id"))
    name: Mapped[Localized]
    position: Mapped[int]


class CouncilSits(Period, Base):
    """In which council the members of a council sit, when: their own, or the one it merged into."""

    __tablename__ = "council_sits"
    __table_args__ = (
        UniqueConstraint("council_id", "valid_from"),
        Index("ix_council_sits_into_id", "into_id"),
    )
    council_id: Mapped[int] = mapped_column(ForeignKey("council.id"))
    into_id: Mapped[int] = mapped_column(ForeignKey("council.id"))


class Seat(Base):
    """A person of a partner company in a council, for a term. It is never deleted: what was theirs
    stays readable.
    """

    __tablename__ = "council_seat"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="term"),
        Index("ix_council_seat_council_id", "council_id"),
        Index("ix_council_seat_person_id", "person_id"),
        Index("ix_council_seat_partner_id", "partner_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("council.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Meeting(Base):
    """A meeting of a council. `opens` is the time of day where the program is ("10:30") or empty;
    `place` a place, `link` where it is met online, each may be empty. Members see the agenda once
    it is published.
    """

    __tablename__ = "council_meeting"
    __table_args__ = (Index("ix_council_meeting_council_id_held_on", "council_id", "held_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("council.id"))
    held_on: Mapped[date]
    opens: Mapped[str]
    place: Mapped[str]
    link: Mapped[str]
    title: Mapped[Localized]
    called_at: Mapped[datetime]
    agenda_published_at: Mapped[datetime | None]


class AgendaItem(Base):
    """One thing a meeting is to speak of; `position` is its place from 1."""

    __tablename__ = "council_agenda_item"
    __table_args__ = (UniqueConstraint("meeting_id", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("council_meeting.id"))
    position: Mapped[int]
    text: Mapped[Localized]


class Minutes(Base):
    """What a meeting said, a draft until it is published; from then on it stands."""

    __tablename__ = "council_minutes"
    meeting_id: Mapped[int] = mapped_column(ForeignKey("council_meeting.id"), primary_key=True)
    text: Mapped[Localized]
    published_at: Mapped[datetime | None]
