"""Decisions on record (R7): what was asked, the facts it stood on, the answer, the moment.

A kind of decision registers how to replay itself; a replay runs today's rule on the stored
facts and says whether the answer is the same, or which rule set has changed since.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement

from portal.kernel.access import PARTNER_ROLES, Actor
from portal.kernel.decision import Decision
from portal.store.db import Base
from portal.store.scope import scope
from portal.store.types import new_ref, uuid7


class StoredDecision(Base):
    """One decision as it was made. Never changed.

    `business_at` is the moment in the program's time, `recorded_at` the wall's. `key` is the
    idempotency key of the form that asked, unique per person.
    """

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        Index("ix_decision_partner_id_id", "partner_id", "id"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    ref: Mapped[str] = mapped_column(unique=True, default=new_ref)
    kind: Mapped[str]
    ruleset: Mapped[str]
    asked: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]
    refused: Mapped[bool]
    value: Mapped[dict[str, Any] | None]
    reasons: Mapped[list[Any]]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str | None]
    business_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


@scope(StoredDecision)
def _visible_decisions(actor: Actor) -> ColumnElement[bool]:
    """A company's own: one decision may tell of both registries, so no registry's staff has it."""
    own = actor.role in PARTNER_ROLES and actor.partner_id is not None
    return StoredDecision.partner_id == actor.partner_id if own else false()


@dataclass(frozen=True)
class Kind:
    """How one kind of decision is decided again from what was stored."""

    decide: Callable[[dict[str, Any], dict[str, Any]], Decision[Any]]


KINDS: dict[str, Kind] = {}


@dataclass(frozen=True)
class Replay:
    """The outcome of deciding again: the same answer or not, and by which rule sets."""

    same: bool
    then: str
    now: str


def record(
    session: Session,
    kind: str,
    decision: Decision[Any],
    *,
    asked: object,
    facts: object,
    actor: Actor,
    business_at: datetime,
    recorded_at: datetime,
    key: str | None = None,
    partner_id: int | None = None,
) -> StoredDecision:
    """Keep `decision` inside the caller's transaction, refused or not.

    `partner_id`: the company it is about, where it is not the actor's own.
    """
    answer = plain(decision)
    row = StoredDecision(
        id=uuid7(),
        ref=new_ref(),
        kind=kind,
        ruleset=decision.ruleset,
        asked=as_json(asked),
        facts=as_json(facts),
        refused=decision.refused,
        value=answer["value"],
        reasons=answer["reasons"],
        partner_id=actor.partner_id if partner_id is None else partner_id,
        person_id=actor.person_id,
        key=key,
        business_at=business_at,
        recorded_at=recorded_at,
    )
    session.add(row)
    session.flush()
    return row


def as_json(value: object) -> Any:
    """`value` as it comes back from a JSON column: tuples are lists, dates are text."""
    return msgspec.json.decode(msgspec.json.encode(value))


def plain(decision: Decision[Any]) -> dict[str, Any]:
    """A decision as JSON values: value, and reasons as objects."""
    return {
        "value": as_json(decision.value),
        "reasons": [
            {
                "rule": reason.rule,
                "code": str(reason.code),
                "line": reason.line,
                "facts": as_json(reason.facts),
                "blocks": reason.blocks,
            }
            for reason in decision.reasons
        ],
    }


def replay(stored: StoredDecision) -> Replay:
    """Decide `stored` again from its own facts (R7). Raises KeyError for an unknown kind."""
    again = KINDS[stored.kind].decide(stored.asked, stored.facts)
    answer = plain(again)
    same = answer["value"] == stored.value and answer["reasons"] == stored.reasons
    return Replay(same=same, then=stored.ruleset, now=again.ruleset)
