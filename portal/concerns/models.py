"""Questions to a team, and what was said and done about each.

Times of the program are business moments: a question stands beside the orders it speaks of.
"""

import uuid
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.concerns.rules import About, ConcernState, EntryKind
from portal.registry.models import registry_key
from portal.store.db import Base


class Concern(Base):
    """A company's question to a team of one registry.

    Whose it is, is the team of `agreement_id` or of `line_id` on the day, unless it was handed to
    `team_id`. `contract_id` and `order_id` say what it speaks of, `question_id` after which answer
    it was asked. `waiting_since` is when the company wrote what is not answered yet.
    """

    __tablename__ = "concern"
    __table_args__ = (
        registry_key("agreement_id", table="agreement"),
        registry_key("line_id", table="contract_line"),
        registry_key("contract_id", table="contract"),
        registry_key("team_id", table="team"),
        ForeignKeyConstraint(
            ["registry_id", "order_id"], ["placed_order.registry_id", "placed_order.id"]
        ),
        UniqueConstraint("registry_id", "id"),
        UniqueConstraint("decision_id"),
        CheckConstraint("(agreement_id IS NULL) <> (line_id IS NULL)", name="subject"),
        CheckConstraint("(state = 'open') = (waiting_since IS NOT NULL)", name="waiting"),
        Index("ix_concern_partner_id_id", "partner_id", "id"),
        Index(
            "ix_concern_registry_id_state_waiting_since", "registry_id", "state", "waiting_since"
        ),
        Index("ix_concern_line_id", "line_id"),
        Index("ix_concern_agreement_id", "agreement_id"),
        Index("ix_concern_team_id", "team_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    about: Mapped[About]
    agreement_id: Mapped[int | None]
    line_id: Mapped[int | None]
    contract_id: Mapped[int | None]
    order_id: Mapped[uuid.UUID | None]
    team_id: Mapped[int | None]
    question_id: Mapped[str | None]
    subject: Mapped[str]
    state: Mapped[ConcernState]
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]
    decision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("decision.id"))


class ConcernEntry(Base):
    """One thing that was said or done: never changed. `team_id` is the team it concerns then.

    `text` is the question, the answer, or why it was handed over; none where it was closed.
    """

    __tablename__ = "concern_entry"
    __table_args__ = (
        registry_key("concern_id", table="concern"),
        registry_key("team_id", table="team"),
        Index("ix_concern_entry_concern_id", "concern_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    concern_id: Mapped[int]
    kind: Mapped[EntryKind]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    team_id: Mapped[int | None]
    text: Mapped[str | None]
    at: Mapped[datetime]
