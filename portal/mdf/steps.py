"""Taking a step: the one way by which the timeline of a request grows (M5).

A step is a line of the timeline, an event, and a mail to those whom the table of transitions names:
no state changes without all three, since commands change states here and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from portal.accounts.models import Membership, Person
from portal.kernel import clock
from portal.kernel.access import CHANNEL_ROLES, PARTNER_ROLES, Actor, Role
from portal.mdf.claim_models import Claim
from portal.mdf.models import FundRequest, TimelineStep
from portal.mdf.rules import ClaimState, Party, RequestState
from portal.mdf.transitions import CLAIM_TURNS, STEPS, TURNS, Verb
from portal.registry.models import Partner, Registry
from portal.store.events import emit
from portal.store.outbox import post

MAIL = "mdf_step"


@dataclass(frozen=True)
class Said:
    """What goes with a step: words, the fields to mend, an amount, by when the next is promised, the
    reference of the decision on record; `turn` whose turn it is then, where the state does not say it.
    """

    note: str = ""
    fields: Sequence[str] = ()
    amount: int | None = None
    promised_on: date | None = None
    decision_ref: str | None = None
    turn: Party | None = None


class _Person(NamedTuple):
    """Whom a mail goes to."""

    id: int
    email: str
    language: str


def party_of(actor: Actor) -> Party:
    """As whom somebody acts; the portal itself where nobody does."""
    if actor.role in PARTNER_ROLES:
        return Party.PARTNER
    if actor.role is Role.CHANNEL_LEAD:
        return Party.LEAD
    if actor.role is Role.CHANNEL_MANAGER:
        return Party.CHANNEL
    return Party.FINANCE if actor.role is Role.FINANCE else Party.SYSTEM


def turn_of(request: RequestState, claim: ClaimState | None = None) -> Party | None:
    """Whose turn it is: of the claim's where it waits for somebody, else of the request's."""
    of_claim = CLAIM_TURNS.get(claim) if claim is not None else None
    return of_claim or TURNS.get(request)


def take_step(
    session: Session,
    row: FundRequest,
    verb: Verb,
    state: RequestState | ClaimState | None,
    *,
    actor: Actor,
    now: datetime,
    claim: Claim | None = None,
    said: Said = Said(),
) -> None:
    """Put `verb` on the timeline, inside the caller's `atomic()`; `now` is business time.

    `state` is the new state of the claim where one is given and the verb is a claim's, else of the
    request; None where it stays. Whether the step may be taken is for the caller to have asked.
    """
    if isinstance(state, RequestState):
        row.state = state
    elif isinstance(state, ClaimState):
        assert claim is not None, "a state of a claim needs the claim"
        claim.state = state
    turn = said.turn or turn_of(row.state, claim.state if claim else None)
    (claim or row).turn_due_on = said.promised_on
    session.add(
        TimelineStep(
            partner_id=row.partner_id,
            request_id=row.id,
            claim_id=claim.id if claim else None,
            verb=verb,
            party=party_of(actor).value,
            person_id=actor.person_id,
            at=now,
            turn=turn.value if turn else None,
            promised_on=said.promised_on,
            amount=said.amount,
            note=said.note,
            fields=list(said.fields),
            decision_ref=said.decision_ref,
        )
    )
    emit(
        *(session, f"mdf:{row.ref}", f"mdf.{verb.value}"),
        actor=actor,
        at=clock.wall(),
        partner_id=row.partner_id,
        registry_id=row.registry_id if _sent(row, claim) else None,
        payload={
            "request": row.ref,
            "claim": claim.ref if claim else None,
            "amount": said.amount,
        },
    )
    if verb in STEPS:
        _tell(session, row, claim, verb, actor, turn, said.promised_on)
    session.flush()


def _sent(row: FundRequest, claim: Claim | None) -> bool:
    """What was never sent, and was not begun in the company's name, is the company's alone: no mail and
    no event tells its registry of it.
    """
    if claim is not None:
        return claim.submitted_at is not None
    return row.submitted_at is not None or row.for_staff


def _tell(
    session: Session,
    row: FundRequest,
    claim: Claim | None,
    verb: Verb,
    actor: Actor,
    turn: Party | None,
    by: date | None,
) -> None:
    """A mail to each person of the parties the step tells, save who took it: whose turn it is now, and
    by when, goes with it.
    """
    told: dict[str, object] = {
        "verb": verb.value,
        "request": row.ref,
        "title": row.title,
        "company": session.get_one(Partner, row.partner_id).name,
        "registry_name": session.get_one(Registry, row.registry_id).name,
        "path": f"/mdf/claims/{claim.ref}" if claim else f"/mdf/requests/{row.ref}",
        "turn": turn.value if turn else None,
        "by": by.isoformat() if by else None,
    }
    tells = STEPS[verb].tells if _sent(row, claim) else STEPS[verb].tells & {Party.PARTNER}
    for person in _people(session, row, tells):
        if person.id == actor.person_id:
            continue
        post(
            session,
            MAIL,
            to=person.email,
            person_id=person.id,
            language=person.language,
            context=told,
            now=clock.wall(),
        )


def _people(session: Session, row: FundRequest, parties: frozenset[Party]) -> list[_Person]:
    """The living people of `parties` for this request, each once. One query a party."""
    found: dict[int, _Person] = {}
    for party in sorted(parties):
        if party is Party.PARTNER:
            people = _company(session, row)
        else:
            people = _with(session, *_staff(row, party))
        found |= {person.id: person for person in people}
    return [found[id_] for id_ in sorted(found)]


def _staff(row: FundRequest, party: Party) -> tuple[ColumnElement[bool], ...]:
    if party is Party.FINANCE:
        return (Membership.role == Role.FINANCE,)
    roles = {Role.CHANNEL_LEAD} if party is Party.LEAD else CHANNEL_ROLES
    return Membership.role.in_(roles), Membership.registry_id == row.registry_id


def _company(session: Session, row: FundRequest) -> list[_Person]:
    """Those of the company who had to do with the request and still act for it, else its
    administrators.
    """
    ours = Membership.partner_id == row.partner_id
    acted = select(TimelineStep.person_id).where(
        TimelineStep.request_id == row.id, TimelineStep.party == Party.PARTNER.value
    )
    wrote = Membership.person_id.in_(acted) | (Membership.person_id == row.filed_by)
    people = _with(session, ours, wrote)
    return people or _with(session, ours, Membership.role == Role.PARTNER_ADMIN)


def _with(session: Session, *conditions: ColumnElement[bool]) -> list[_Person]:
    query = (
        select(Person.id, Person.email, Person.language)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.active, Membership.ended_at.is_(None), *conditions)
        .distinct()
    )
    return [_Person(*row) for row in session.execute(query)]
