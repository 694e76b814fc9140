"""Who may apply where, and who may decide it. Pure.

A company applies registry by registry: of one registry it has at most one open application, and none
while it has an agreement there. What its state is in another registry plays no part in any answer.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.kernel.decision import Code, CodeSpec, Decision, Reason, reason
from portal.registry.rules import Program
from portal.registry.standing import State

RULESET = "companies/1"
# What an agreement is as long as the company needs no new one.
LASTING = frozenset({State.IN_FORCE, State.PENDING, State.SUSPENDED, State.NOT_STARTED})


class ApplicationState(StrEnum):
    """Where an application stands."""

    SENT = "sent"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ApplicationCode(Code):
    """Why an application is not taken or not decided."""

    OPEN_ALREADY = "application.open_already"
    AGREEMENT_EXISTS = "application.agreement_exists"
    DECIDED_ALREADY = "application.decided_already"
    NOT_YOURS = "application.not_yours"
    NUMBER_TAKEN = "application.number_taken"
    TEAM_UNKNOWN = "application.team_unknown"
    DATES_ORDER = "application.dates_order"


C = ApplicationCode
# R8: every action needs an agreement of that registry; R1: what is of a registry stays there.
CODES: dict[Code, CodeSpec] = {
    C.OPEN_ALREADY: CodeSpec("R8", True, ("sent_on",)),
    C.AGREEMENT_EXISTS: CodeSpec("R8", True, ("agreement",)),
    C.DECIDED_ALREADY: CodeSpec("R8", True, ("state", "decided_on")),
    C.NOT_YOURS: CodeSpec("R1", True),
    C.NUMBER_TAKEN: CodeSpec("R8", True, ("number",)),
    C.TEAM_UNKNOWN: CodeSpec("R1", True),
    C.DATES_ORDER: CodeSpec("R8", True, ("starts_on",)),
}


@dataclass(frozen=True)
class Standing:
    """A company in one registry: since when an application is open, and its lasting agreement."""

    open_since: date | None = None
    agreement: str | None = None


@dataclass(frozen=True)
class Case:
    """An application that somebody wants to decide.

    `decider` says whether they are channel people of its registry; `own` whether they act for the
    company themselves; `agreement` is the number of an agreement the company has there by now.
    """

    state: ApplicationState
    decided_on: date | None
    decider: bool
    own: bool
    agreement: str | None = None


@dataclass(frozen=True)
class Offer:
    """What an approval would open, as far as rules look at it."""

    number: str
    number_taken: bool
    team_known: bool
    starts_on: date
    ends_on: date | None


def may_apply(program: Program, standing: Standing) -> Decision[Program]:
    """Whether a company that stands so in a registry may apply there."""
    found: list[Reason] = []
    if standing.open_since is not None:
        found.append(reason(CODES, C.OPEN_ALREADY, sent_on=standing.open_since.isoformat()))
    if standing.agreement is not None:
        found.append(reason(CODES, C.AGREEMENT_EXISTS, agreement=standing.agreement))
    return Decision(RULESET, None if found else program, tuple(found))


def may_withdraw(state: ApplicationState, decided_on: date | None) -> Decision[ApplicationState]:
    """Whether the company may take its application back."""
    found = _decided(state, decided_on)
    return Decision(RULESET, None if found else ApplicationState.WITHDRAWN, found)


def may_decide(case: Case, offer: Offer | None) -> Decision[ApplicationState]:
    """Whether an application may be approved with `offer`, or (None) declined."""
    if not case.decider or case.own:
        return Decision(RULESET, None, (reason(CODES, C.NOT_YOURS),))
    found = [*_decided(case.state, case.decided_on)]
    if offer is not None and not found:
        if case.agreement is not None:
            found.append(reason(CODES, C.AGREEMENT_EXISTS, agreement=case.agreement))
        if offer.number_taken:
            found.append(reason(CODES, C.NUMBER_TAKEN, "number", number=offer.number))
        if offer.ends_on is not None and offer.ends_on < offer.starts_on:
            since = offer.starts_on.isoformat()
            found.append(reason(CODES, C.DATES_ORDER, "ends_on", starts_on=since))
        if not offer.team_known:
            found.append(reason(CODES, C.TEAM_UNKNOWN, "team"))
    verdict = ApplicationState.APPROVED if offer else ApplicationState.DECLINED
    return Decision(RULESET, None if found else verdict, tuple(found))


def _decided(state: ApplicationState, decided_on: date | None) -> tuple[Reason, ...]:
    if state is ApplicationState.SENT:
        return ()
    said = decided_on.isoformat() if decided_on else ""
    return (reason(CODES, C.DECIDED_ALREADY, state=state.value, decided_on=said),)
