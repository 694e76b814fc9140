"""The tables of funds and of what partners ask of them. What moved is the ledger's (`store/ledger.py`).

Amounts are minor units of the fund's currency; dates are business dates, moments business time.
"""

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

from portal.kernel.localized import Localized
from portal.mdf.rules import RequestState
from portal.mdf.transitions import Verb
from portal.registry.models import registry_key
from portal.store.db import Base
from portal.store.facts import Period


class Fund(Base):
    """The MDF of one registry and one fiscal year (M1). Its terms are a dated fact.

    `pooled`: any partner of the registry draws on the whole; else each on what it was allocated.
    `closed_at`: when what was left expired, after the hard close.
    """

    __tablename__ = "mdf_fund"
    __table_args__ = (UniqueConstraint("registry_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    fiscal_year: Mapped[int]
    currency: Mapped[str]
    name: Mapped[Localized]
    pooled: Mapped[bool]
    position: Mapped[int]
    closed_at: Mapped[datetime | None]


class FundTerms(Base):
    """A version of a fund's terms, written once and never changed; which holds when is a dated fact.

    The four dates: `requests_until` (the last day to ask), `activity_from`/`activity_until` (the
    window an activity lies in), `claims_until` (no claim is due later), `closes_on` (the hard close).
    A claim is due `claim_days` after its activity. An activity starts `lead_days` after it is asked
    for at the earliest. `manager_limit`: above it a second person decides too; None: no limit.
    `review_days` and `pay_days` are what partners are promised; `extensions` how often a claim's day
    may be put off, by `extension_days` each. `based_on` is the number of the version it was copied
    from, None for a fund's first.
    """

    __tablename__ = "mdf_terms"
    __table_args__ = (
        UniqueConstraint("fund_id", "number"),
        UniqueConstraint("fund_id", "id"),
        CheckConstraint(
            "activity_from <= activity_until AND activity_until <= claims_until "
            "AND claims_until <= closes_on AND requests_until <= closes_on",
            name="dates",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("mdf_fund.id"))
    number: Mapped[int]
    based_on: Mapped[int | None]
    requests_from: Mapped[date]
    requests_until: Mapped[date]
    activity_from: Mapped[date]
    activity_until: Mapped[date]
    claims_until: Mapped[date]
    closes_on: Mapped[date]
    claim_days: Mapped[int]
    lead_days: Mapped[int]
    manager_limit: Mapped[int | None] = mapped_column(BigInteger)
    review_days: Mapped[int]
    pay_days: Mapped[int]
    extensions: Mapped[int]
    extension_days: Mapped[int]
    made_at: Mapped[datetime]


class Activity(Base):
    """A type of activity that a version of the terms pays for: `percent` of its eligible cost, at most
    `cap`. Never changed.

    `proofs`: [{code, name: {es, en}, needed}], what is owed with the claim. `costs`: [{code, name,
    eligible, why}], what may be billed and what not. `metrics`: [{code, name}], expected with the
    request and told with the claim; the first is required.
    """

    __tablename__ = "mdf_activity"
    __table_args__ = (
        UniqueConstraint("terms_id", "code"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    terms_id: Mapped[int] = mapped_column(ForeignKey("mdf_terms.id"))
    code: Mapped[str]
    position: Mapped[int]
    name: Mapped[Localized]
    percent: Mapped[int]
    cap: Mapped[int | None] = mapped_column(BigInteger)
    proofs: Mapped[list[Any]]
    costs: Mapped[list[Any]]
    metrics: Mapped[list[Any]]


class FundTermsHeld(Period, Base):
    """Which version of its terms a fund has, when."""

    __tablename__ = "mdf_terms_held"
    __table_args__ = (
        ForeignKeyConstraint(["fund_id", "terms_id"], ["mdf_terms.fund_id", "mdf_terms.id"]),
        UniqueConstraint("fund_id", "valid_from"),
        Index("ix_mdf_terms_held_terms_id", "terms_id"),
    )
    fund_id: Mapped[int] = mapped_column(ForeignKey("mdf_fund.id"))
    terms_id: Mapped[int]


class Limit(Base):
    """Up to which amount a person of a registry's channel may approve alone, where it is their own
    and not the fund's.
    """

    __tablename__ = "mdf_limit"
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    set_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]


class FundRequest(Base):
    """What a company asks of a fund (M3). A draft knows only what was typed so far.

    `terms_id` and `activity_id` are those it was sent under: they bind both sides from then on, a
    draft's follow the fund. `asked` and `total_cost` are minor units; `approved` what was reserved.
    `outcome` is what is expected, by metric. `filed_by` typed it; `for_staff`: a person of the
    channel did, in the company's name. `revision` counts the saves of a draft. `due_on` is the day
    a claim is due, once approved. `round` counts how often it was sent or its dates moved, `wanted_*` are
    new dates the company asked for, `turn_due_on` the day promised for whose turn it is.
    """

    __tablename__ = "mdf_request"
    __table_args__ = (
        registry_key("fund_id", table="mdf_fund"),
        UniqueConstraint("registry_id", "id"),
        UniqueConstraint("partner_id", "id"),
        CheckConstraint("approved IS NULL OR approved > 0", name="approved"),
        CheckConstraint("(wanted_from IS NULL) = (wanted_until IS NULL)", name="wanted"),
        Index("ix_mdf_request_partner_id_id", "partner_id", "id"),
        Index("ix_mdf_request_registry_id_state_id", "registry_id", "state", "id"),
        Index("ix_mdf_request_state_due_on", "state", "due_on"),
        Index("ix_mdf_request_fund_id", "fund_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    fund_id: Mapped[int]
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    terms_id: Mapped[int | None] = mapped_column(ForeignKey("mdf_terms.id"))
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("mdf_activity.id"))
    state: Mapped[RequestState]
    title: Mapped[str]
    details: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    total_cost: Mapped[int | None] = mapped_column(BigInteger)
    asked: Mapped[int | None] = mapped_column(BigInteger)
    outcome: Mapped[dict[str, Any]]
    filed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    for_staff: Mapped[bool]
    copied_from: Mapped[str | None]
    revision: Mapped[int]
    begun_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    approved: Mapped[int | None] = mapped_column(BigInteger)
    due_on: Mapped[date | None]
    extended: Mapped[int]
    round: Mapped[int]
    wanted_from: Mapped[date | None]
    wanted_until: Mapped[date | None]
    turn_due_on: Mapped[date | None]


class TimelineStep(Base):
    """One thing that happened to a request or to a claim of it: a line of its timeline (M5).

    Never changed. `turn` is whose turn it is after it, `promised_on` by when. `fields` are the names
    of what has to be mended, `amount` minor units of the fund's currency, `note` what the person said.
    `party` is as whom the person acted. `decision_ref` is the decision on record behind it.
    """

    __tablename__ = "mdf_step"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partner_id", "request_id"], ["mdf_request.partner_id", "mdf_request.id"]
        ),
        Index("ix_mdf_step_request_id_id", "request_id", "id"),
        Index("ix_mdf_step_partner_id_id", "partner_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    request_id: Mapped[int]
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("mdf_claim.id"))
    verb: Mapped[Verb]
    party: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    turn: Mapped[str | None]
    promised_on: Mapped[date | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str]
    fields: Mapped[list[Any]]
    decision_ref: Mapped[str | None]


class Approval(Base):
    """That a person said yes to an amount: of a request ("request:REF") or of a claim ("claim:REF").
    Nobody does so twice on the same one; `round` counts how often it was sent or its dates moved.
    """

    __tablename__ = "mdf_approval"
    __table_args__ = (
        UniqueConstraint("subject", "round", "person_id"),
        Index("ix_mdf_approval_request_id", "request_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("mdf_request.id"))
    subject: Mapped[str]
    round: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
