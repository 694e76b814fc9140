"""How a command of MDF keeps its answer: on record with its facts (R7), once a key (mdf.md 2.3, 8).

A command that decides holds the row, asks `earlier()`, loads the facts, asks the rule, and `keep()`s
the answer; on a yes it writes and takes a step, and its last statement is `move()`. Each kind of
decision is in `store.decisions.KINDS` by `replaying()`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.decision import Decision, Reason, reason
from portal.mdf.book import post
from portal.mdf.models import Approval, FundRequest
from portal.mdf.rules import CODES, MdfCode, RequestState, answered
from portal.store.decisions import Kind, StoredDecision, record
from portal.store.ledger import Move

P = ParamSpec("P")
T = TypeVar("T")


class Unseen(Exception):
    """No fund, request or claim that the actor sees has this name."""


@dataclass(frozen=True)
class Act:
    """Who does something, at which moment (business time), under which key of theirs."""

    actor: Actor
    now: datetime
    key: str

    @property
    def today(self) -> date:
        """The business date."""
        return clock.local_date(self.now)


def act_on(of: str | int, actor: Actor, now: datetime, key: str) -> Act:
    """An act on one request, claim or fund: a key of a person counts for that one alone."""
    return Act(actor, now, f"{str(of).strip().upper()}:{key}")


@dataclass(frozen=True)
class Outcome:
    """What became of a command: the reference of the decision on record, and its reasons.

    `again`: this key had been answered before, and nothing new was done.
    """

    ref: str
    refused: bool
    reasons: tuple[Reason, ...] = ()
    again: bool = False


@dataclass(frozen=True)
class Unsent:
    """The facts of a request that was never sent: nothing binds it, nothing can be decided."""

    state: RequestState


def never_sent(facts: Unsent) -> Decision[Any]:
    """The answer to whatever a review wants of a request that was never sent."""
    return answered([reason(CODES, MdfCode.NOT_NOW, state=facts.state.value)], None)


def replaying(
    asked: type[Any], facts: type[Any], rule: Callable[[Any, Any], Decision[Any]]
) -> Kind:
    """How a kind of decision is decided again: `rule` of what its record says (R7)."""

    def decide(wish: dict[str, Any], stood_on: dict[str, Any]) -> Decision[Any]:
        if set(stood_on) == {"state"}:
            return never_sent(msgspec.convert(stood_on, Unsent))
        return rule(msgspec.convert(wish, asked), msgspec.convert(stood_on, facts))

    return Kind(decide)


def once(command: Callable[P, T]) -> Callable[P, T]:
    """Do it again where it came twice at the same moment: by then there is what the first wrote."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except IntegrityError:
            return command(*args, **kwargs)

    return run


def earlier(session: Session, kind: str, act: Act) -> Outcome | None:
    """The answer that this person's key has already, of a decision of `kind`."""
    query = select(StoredDecision).where(
        StoredDecision.person_id == act.actor.person_id,
        StoredDecision.key == f"{kind}:{act.key}",
    )
    row = session.scalar(query)
    if row is None:
        return None
    return Outcome(row.ref, row.refused, tuple(map(reason_of, row.reasons)), again=True)


def reason_of(kept: dict[str, Any]) -> Reason:
    """A reason as a decision on record keeps it."""
    code = MdfCode(kept["code"])
    return Reason(code, kept["line"], kept["facts"], CODES[code].rule, CODES[code].blocks)


def keep(
    session: Session,
    kind: str,
    decision: Decision[Any],
    asked: object,
    facts: object,
    row: FundRequest | None,
    act: Act,
) -> Outcome:
    """Put `decision` about a request on record, refused or not, under the person's key for it.

    The company whose request it is sees the decision; one about a fund's money (`row` None) no
    company does.
    """
    stored = record(
        *(session, kind, decision),
        asked=asked,
        facts=facts,
        actor=act.actor,
        business_at=act.now,
        recorded_at=clock.wall(),
        key=f"{kind}:{act.key}",
        partner_id=row.partner_id if row else None,
    )
    return Outcome(stored.ref, decision.refused, decision.reasons)


def say_yes(
    session: Session, row: FundRequest, subject: str, round_: int, amount: int, act: Act
) -> None:
    """Keep that this person said yes to `amount` of `subject` (`book.subject_of`) in this round."""
    session.add(
        Approval(
            request_id=row.id,
            subject=subject,
            round=round_,
            person_id=act.actor.person_id,
            amount=amount,
            at=act.now,
        )
    )


def move(session: Session, kind: str, moves: Sequence[Move], subject: str, act: Act) -> None:
    """Make the movements of a decision of `kind`, under its key: the last thing a command does.

    `subject` says of what (`book.subject_of`). Raises LostRace.
    """
    post(
        *(session, moves),
        key=f"{kind}:{act.actor.person_id}:{act.key}",
        subject=subject,
        actor=act.actor,
        on=act.today,
        at=act.now,
    )
