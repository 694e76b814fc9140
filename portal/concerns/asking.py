"""Asking: one transaction, one event, and the decision on record (R7).

`now` is the business moment; events and mails are dated by the wall.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.concerns.ground import Ground, ground
from portal.concerns.models import Concern
from portal.concerns.queries import subject_of
from portal.concerns.records import Unseen, enter, team_of
from portal.concerns.rules import Ask, AskFacts, ConcernState, EntryKind, Route, find_team
from portal.concerns.telling import tell_team
from portal.kernel import clock
from portal.kernel.access import PARTNER_ROLES, Actor
from portal.kernel.decision import Decision
from portal.store import files
from portal.store.db import atomic, retrying
from portal.store.decisions import KINDS, Kind, StoredDecision, record

KIND = "concerns.ask"


@dataclass(frozen=True)
class Letter:
    """What somebody asks: in which words, and after which answer. `draft` names its attachments."""

    subject: str
    text: str
    question_id: str | None = None
    draft: str = ""


@dataclass(frozen=True)
class Asked:
    """What became of asking: the decision, what it stood on, and the question, unless refused."""

    decision: Decision[Route]
    facts: AskFacts
    concern_id: int | None


def _decide(asked: dict[str, Any], facts: dict[str, Any]) -> Decision[Route]:
    return find_team(msgspec.convert(asked, Ask), msgspec.convert(facts, AskFacts))


KINDS[KIND] = Kind(_decide)


def ask(wish: Ask, letter: Letter, *, actor: Actor, now: datetime, key: str) -> Asked:
    """Send a question to the team it belongs to; the decision is kept either way (R7).

    `key` is the person's own for this question: sent again, nothing new is asked. Raises Unseen
    when the actor acts for no company.
    """
    try:
        return _ask(wish, letter, actor, now, key)
    except IntegrityError:
        # The same form came twice at once: by now the first is written.
        return _ask(wish, letter, actor, now, key)


@retrying
def _ask(wish: Ask, letter: Letter, actor: Actor, now: datetime, key: str) -> Asked:
    if actor.role not in PARTNER_ROLES or actor.partner_id is None or actor.person_id is None:
        raise Unseen
    with atomic() as session:
        found = ground(session, actor, wish, clock.local_date(now))
        decision = find_team(wish, found.facts)
        earlier = (
            select(Concern.id)
            .join(StoredDecision, StoredDecision.id == Concern.decision_id)
            .where(StoredDecision.person_id == actor.person_id, StoredDecision.key == key)
        )
        if (known := session.scalar(earlier)) is not None:
            return Asked(decision, found.facts, known)
        stored = record(
            session,
            KIND,
            decision,
            asked=wish,
            facts=found.facts,
            actor=actor,
            business_at=now,
            recorded_at=clock.wall(),
            # A refusal is no answer to come back to: the form is mended and sent again.
            key=None if decision.refused else key,
        )
        if decision.value is None:
            return Asked(decision, found.facts, None)
        row = _row(found, decision.value, letter, actor, now)
        row.decision_id = stored.id
        session.add(row)
        session.flush()
        team = team_of(session, row, now)
        enter(session, row, EntryKind.ASKED, actor, now, team, letter.text)
        if letter.draft:
            target = subject_of(row.id)
            files.move(session, actor, letter.draft, target, registry_id=row.registry_id)
        tell_team(session, row, team, clock.wall())
        return Asked(decision, found.facts, row.id)


def _row(found: Ground, route: Route, letter: Letter, actor: Actor, now: datetime) -> Concern:
    spot = found.spots[route.registry, route.contract] if route.contract else None
    return Concern(
        partner_id=actor.partner_id,
        registry_id=found.registries[route.registry],
        about=route.about,
        agreement_id=None if spot else found.agreements[route.registry],
        line_id=spot.line_id if spot else None,
        contract_id=spot.contract_id if spot else None,
        order_id=spot.order_id if spot else None,
        question_id=letter.question_id,
        subject=letter.subject,
        state=ConcernState.OPEN,
        asked_by=actor.person_id,
        asked_at=now,
        waiting_since=now,
    )
