"""How a command of MDF keeps its answer: on record with its facts (R7), once a key (mdf.md 2.3, 8)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.decision import Decision, Reason
from portal.mdf.models import FundRequest
from portal.mdf.rules import CODES, MdfCode
from portal.store.decisions import Kind, StoredDecision, record


class Unseen(Exception):
    """No fund, request or claim that the actor sees has this name."""


@dataclass(frozen=True)
class Outcome:
    """What became of a command: the reference of the decision on record, and its reasons.

    `again`: this key had been answered before, and nothing new was done.
    """

    ref: str
    refused: bool
    reasons: tuple[Reason, ...] = ()
    again: bool = False


def earlier(session: Session, actor: Actor, kind: str, key: str) -> Outcome | None:
    """The answer that this person's key has already, of a decision of `kind`."""
    query = select(StoredDecision).where(
        StoredDecision.person_id == actor.person_id,
        StoredDecision.key == f"{kind}:{key}",
    )
    row = session.scalar(query)
    if row is None:
        return None
    return Outcome(row.ref, row.refused, tuple(_reason(each) for each in row.reasons), True)


def keep(
    session: Session,
    kind: str,
    decision: Decision[Any],
    *,
    asked: object,
    facts: object,
    row: FundRequest | None,
    actor: Actor,
    now: datetime,
    key: str,
) -> Outcome:
    """Put `decision` about a request on record, refused or not, under the person's `key` for it.

    `now` is business time. The company whose request it is sees the decision; one about a fund's
    money (`row` None) no company does.
    """
    stored = record(
        *(session, kind, decision),
        asked=asked,
        facts=facts,
        actor=actor,
        business_at=now,
        recorded_at=clock.wall(),
        key=f"{kind}:{key}",
        partner_id=row.partner_id if row else None,
    )
    return Outcome(stored.ref, decision.refused, decision.reasons)


def replaying(
    asked: type[Any], facts: type[Any], rule: Callable[[Any, Any], Decision[Any]]
) -> Kind:
    """How a kind of decision is decided again: `rule` of what its record says (R7)."""
    return Kind(
        lambda wish, stood_on: rule(msgspec.convert(wish, asked), msgspec.convert(stood_on, facts))
    )


def _reason(kept: dict[str, Any]) -> Reason:
    code = MdfCode(kept["code"])
    return Reason(code, kept["line"], kept["facts"], CODES[code].rule, CODES[code].blocks)
