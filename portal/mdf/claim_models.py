"""The tables of claims: what was spent, the proof of it, what the review said, and how it was paid."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.mdf.rules import ClaimState, Verdict
from portal.registry.models import registry_key
from portal.store.db import Base


class Claim(Base):
    """A claim on an approved request (M4). `final`: the company will claim no more on it.

    `claimed` is what its invoices make in the fund's currency at the vendor's percentage, kept when
    it is sent; `approved` what was committed; both minor units. `outcome` is what came of it, by
    metric. `reversal_by` asked for its reversal, which another confirms.
    """

    __tablename__ = "mdf_claim"
    __table_args__ = (
        registry_key("request_id", table="mdf_request"),
        ForeignKeyConstraint(
            ["partner_id", "request_id"], ["mdf_request.partner_id", "mdf_request.id"]
        ),
        UniqueConstraint("partner_id", "id"),
        Index("ix_mdf_claim_request_id", "request_id"),
        Index("ix_mdf_claim_partner_id_id", "partner_id", "id"),
        Index("ix_mdf_claim_state_id", "state", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    request_id: Mapped[int]
    state: Mapped[ClaimState]
    final: Mapped[bool]
    outcome: Mapped[dict[str, Any]]
    remarks: Mapped[str]
    claimed: Mapped[int | None] = mapped_column(BigInteger)
    approved: Mapped[int | None] = mapped_column(BigInteger)
    begun_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    turn_due_on: Mapped[date | None]
    revision: Mapped[int]
    reversal_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reversal_reason: Mapped[str]


class Invoice(Base):
    """A third party's invoice on a claim. `amount` is its total in minor units of `currency`.

    `rate` (a decimal text) says how many of the fund's currency one of the invoice's is, and
    `rate_source` where that was read; both empty where the currencies are the same. `tax_id` is the
    issuer's.
    """

    __tablename__ = "mdf_invoice"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "claim_id"], ["mdf_claim.partner_id", "mdf_claim.id"]),
        UniqueConstraint("partner_id", "id"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_mdf_invoice_claim_id", "claim_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    claim_id: Mapped[int]
    issuer: Mapped[str]
    tax_id: Mapped[str]
    number: Mapped[str]
    issued_on: Mapped[date]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    rate: Mapped[str]
    rate_source: Mapped[str]


class ClaimLine(Base):
    """A part of an invoice, of one kind of cost. `accepted` is what the review took of `amount`, both
    minor units of the invoice's currency; `reason` why not all, in the words of the reviewer.

    `disputed_at`: the company asked once for another look; `settled_at` when it was taken.
    """

    __tablename__ = "mdf_claim_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partner_id", "invoice_id"], ["mdf_invoice.partner_id", "mdf_invoice.id"]
        ),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint(
            "accepted IS NULL OR (accepted >= 0 AND accepted <= amount)", name="accepted"
        ),
        Index("ix_mdf_claim_line_invoice_id", "invoice_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    invoice_id: Mapped[int]
    cost: Mapped[str]
    text: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    accepted: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str]
    disputed_at: Mapped[datetime | None]
    dispute: Mapped[str]
    settled_at: Mapped[datetime | None]


class Document(Base):
    """A file of a claim: for which proof (`proof`), or of which invoice; and what the review said."""

    __tablename__ = "mdf_document"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "claim_id"], ["mdf_claim.partner_id", "mdf_claim.id"]),
        UniqueConstraint("file_id"),
        Index("ix_mdf_document_claim_id", "claim_id"),
        Index("ix_mdf_document_sha256", "sha256"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    claim_id: Mapped[int]
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("file.id"))
    sha256: Mapped[str]
    proof: Mapped[str | None]
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("mdf_invoice.id"))
    verdict: Mapped[Verdict]
    reason: Mapped[str]


class InvoiceKey(Base):
    """An invoice that is claimed, by issuer, number and amount in letters and digits alone: once, over
    all registries. Gone when its claim is withdrawn or rejected.
    """

    __tablename__ = "mdf_invoice_key"
    __table_args__ = (Index("ix_mdf_invoice_key_claim_id", "claim_id"),)
    key: Mapped[str] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("mdf_claim.id"))


class FileKey(Base):
    """A file that a claim was sent with, by its bytes: no other claim is sent with the same."""

    __tablename__ = "mdf_file_key"
    __table_args__ = (Index("ix_mdf_file_key_claim_id", "claim_id"),)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("mdf_claim.id"))


class Payment(Base):
    """A payment on a claim, as finance recorded it: amount in minor units, the day, the reference."""

    __tablename__ = "mdf_payment"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "claim_id"], ["mdf_claim.partner_id", "mdf_claim.id"]),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_mdf_payment_claim_id", "claim_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    claim_id: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date]
    reference: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Reminder(Base):
    """That a company was reminded of a day its claim is due, so many days before."""

    __tablename__ = "mdf_reminder"
    request_id: Mapped[int] = mapped_column(ForeignKey("mdf_request.id"), primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
