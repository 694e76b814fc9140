"""The tables of notices: versions that freeze when they are published, whom they reached, and from
when what they announce holds. Moments are the program's unless a column says wall.
"""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.localized import Localized
from portal.notices.gate_rules import How
from portal.notices.rules import Kind
from portal.store.db import Base
from portal.store.types import new_ref, uuid7


class Notice(Base):
    """One thing that was, or will be, told; what it says stands in its versions.

    `registry_id` is the registry whose channel staff it is from. `ref` stands in its address.
    """

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_registry_id_id", "registry_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True, default=new_ref)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class NoticeVersion(Base):
    """One version: a draft until `publish_at` is set, held until then, frozen once published (N5).

    `topic` is a key of the program's lead times or "other"; `lead_days` is fixed with publication.
    `reason` tells why an amendment or a withdrawal is made. `revision` grows with every edit of a
    draft, so that two authors do not overwrite one another. `asked_of` is the colleague who was
    handed the missing half. `fanned_out_at` is set when every reader's mail is in the outbox;
    `warrant_id` is what the periods it brings about stand on.
    """

    __tablename__ = "notice_version"
    __table_args__ = (
        UniqueConstraint("notice_id", "number"),
        Index("ix_notice_version_published_at", "published_at"),
        Index("ix_notice_version_publish_at", "publish_at"),
        Index("ix_notice_version_warrant_id", "warrant_id"),
        CheckConstraint("published_at IS NULL OR effective_on IS NOT NULL", name="effective"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    number: Mapped[int]
    kind: Mapped[Kind]
    topic: Mapped[str]
    title: Mapped[Localized]
    body: Mapped[Localized]
    reason: Mapped[Localized]
    effective_on: Mapped[date | None]
    questions_until: Mapped[date | None]
    choice: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)
    drafted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_of: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    updated_at: Mapped[datetime]
    publish_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lead_days: Mapped[int | None]
    superseded_at: Mapped[datetime | None]
    fanned_out_at: Mapped[datetime | None]
    warrant_id: Mapped[int | None] = mapped_column(ForeignKey("warrant.id"))


class NoticeChange(Base):
    """A typed change: from then on `value` of `subject`; `before` is what stood when it was written.

    Both are `{"value": …}`, JSON as the fact's desk reads it. `partner_id` is the company it
    touches, of a fact that is not shared.
    """

    __tablename__ = "notice_change"
    __table_args__ = (
        UniqueConstraint("version_id", "fact", "subject"),
        Index("ix_notice_change_fact_subject", "fact", "subject"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("notice_version.id"))
    fact: Mapped[str]
    subject: Mapped[str]
    value: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))


class NoticeConsent(Base):
    """The lead of another registry is asked, and has agreed (`at`), that this draft changes what is
    that registry's.
    """

    __tablename__ = "notice_consent"
    version_id: Mapped[int] = mapped_column(ForeignKey("notice_version.id"), primary_key=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime | None]


class NoticePartner(Base):
    """A company a published version goes to, why, and how it stands: served, and sealed (N2).

    `due_at` is the latest of the three moments and `effect_on` the first whole day from which what
    touches this company holds; once set, neither changes. `withdrawn` says that the version was
    called off before that day.
    """

    __tablename__ = "notice_partner"
    __table_args__ = (
        Index("ix_notice_partner_partner_id_version_id", "partner_id", "version_id"),
        CheckConstraint("(served_at IS NULL) = (served_how IS NULL)", name="served"),
        CheckConstraint("(due_at IS NULL) = (effect_on IS NULL)", name="sealed"),
        CheckConstraint("due_at IS NULL OR served_at IS NOT NULL", name="served_first"),
    )
    version_id: Mapped[int] = mapped_column(ForeignKey("notice_version.id"), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    why: Mapped[list[Any]]
    affected: Mapped[bool]
    added_at: Mapped[datetime]
    served_at: Mapped[datetime | None]
    served_how: Mapped[How | None]
    due_at: Mapped[datetime | None]
    effect_on: Mapped[date | None]
    withdrawn: Mapped[bool] = mapped_column(default=False)


class NoticeEffect(Base):
    """From `effect_on` a change holds. Only added to."""

    __tablename__ = "notice_effect"
    change_id: Mapped[int] = mapped_column(ForeignKey("notice_change.id"), primary_key=True)
    effect_on: Mapped[date]
    sealed_at: Mapped[datetime]


class NoticeReader(Base):
    """One person a version goes to for one company: the delivery, and its proof (N5).

    The id is that of its mail too. `mailed_at` says that the mail is in the outbox.
    """

    __tablename__ = "notice_reader"
    __table_args__ = (
        UniqueConstraint("version_id", "partner_id", "person_id"),
        Index("ix_notice_reader_person_id", "person_id"),
        Index("ix_notice_reader_version_id_mailed_at", "version_id", "mailed_at"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    version_id: Mapped[int] = mapped_column(ForeignKey("notice_version.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    language: Mapped[str]
    mailed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]


class NoticeCustomer(Base):
    """A customer's contact a version goes to, since its changes touch the customer (N4, Q9): the delivery.

    The id is that of its mail too.
    """

    __tablename__ = "notice_customer"
    __table_args__ = (
        UniqueConstraint("version_id", "contact_id"),
        Index("ix_notice_customer_contact_id", "contact_id"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    version_id: Mapped[int] = mapped_column(ForeignKey("notice_version.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("customer_contact.id"))
    mailed_at: Mapped[datetime | None]


class NoticeFallback(Base):
    """Another way a company was told, in the words of who recorded it; it counts once a lead who did
    not record it has countersigned (N2).
    """

    __tablename__ = "notice_fallback"
    __table_args__ = (
        Index("ix_notice_fallback_version_id_partner_id", "version_id", "partner_id"),
        CheckConstraint("countersigned_by <> recorded_by", name="two_people"),
        CheckConstraint("(countersigned_by IS NULL) = (countersigned_at IS NULL)", name="signed"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("notice_version.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    told: Mapped[str]
    told_on: Mapped[date]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    countersigned_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    countersigned_at: Mapped[datetime | None]


class NoticeQuestion(Base):
    """What a partner asks about a notice; its answer is public to all who the notice went to."""

    __tablename__ = "notice_question"
    __table_args__ = (Index("ix_notice_question_notice_id", "notice_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    text: Mapped[str]
    public_text: Mapped[Localized]
    answer: Mapped[Localized]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]


class NoticeAttachment(Base):
    """A file that goes with a version."""

    __tablename__ = "notice_attachment"
    version_id: Mapped[int] = mapped_column(ForeignKey("notice_version.id"), primary_key=True)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("file.id"), primary_key=True)
