"""To which team a question goes (Q18, Q2, Q6), and what may be done with it there. Pure.

A question about the relationship goes to the channel support team of the company's agreement, one
about a customer's contract, service or order to the account team of its line: always of the one
registry it is about, and always as of the day it is asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from portal.kernel.decision import Code, CodeSpec, Decision, Reason, reason

RULESET = "concerns/1"
MOST_WAYS = 3


class About(StrEnum):
    """What a question is about."""

    RELATIONSHIP = "relationship"
    CONTRACT = "contract"
    ORDER = "order"


class ConcernState(StrEnum):
    """Where a question stands: it waits for the team, for the company, or for nobody."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class EntryKind(StrEnum):
    """What happened to a question: the company wrote, the team answered, it changed hands, it ended;
    an editor began a question of the FAQ with it (the text of that entry is the question's id).
    """

    ASKED = "asked"
    ANSWERED = "answered"
    HANDED = "handed"
    CLOSED = "closed"
    ENTERED = "entered"


class AskCode(Code):
    """Why a question goes to the team it goes to, or to none."""

    CHANNEL_TEAM = "ask.channel_team"
    ACCOUNT_TEAM = "ask.account_team"
    ORDER_TEAM = "ask.order_team"
    REGISTRY_MISSING = "ask.registry_missing"
    REGISTRY_UNKNOWN = "ask.registry_unknown"
    NO_CHANNEL_TEAM = "ask.no_channel_team"
    CONTRACT_UNKNOWN = "ask.contract_unknown"
    CONTRACT_AMBIGUOUS = "ask.contract_ambiguous"
    NO_ACCOUNT_TEAM = "ask.no_account_team"
    NOT_YOUR_TEAM = "concern.not_your_team"
    IS_CLOSED = "concern.is_closed"
    SAME_TEAM = "concern.same_team"
    TEAM_UNKNOWN = "concern.team_unknown"


C = AskCode
CODES: dict[Code, CodeSpec] = {
    C.CHANNEL_TEAM: CodeSpec("Q18", False, ("registry", "agreement")),
    C.ACCOUNT_TEAM: CodeSpec("Q2", False, ("registry", "contract")),
    C.ORDER_TEAM: CodeSpec("Q6", False, ("registry", "contract", "order")),
    C.REGISTRY_MISSING: CodeSpec("Q18", True, ("candidates",)),
    C.REGISTRY_UNKNOWN: CodeSpec("Q18", True, ("registry",)),
    C.NO_CHANNEL_TEAM: CodeSpec("Q18", True, ("registry", "agreement")),
    C.CONTRACT_UNKNOWN: CodeSpec("Q2", True, ("number",)),
    C.CONTRACT_AMBIGUOUS: CodeSpec("Q2", True, ("number", "candidates")),
    C.NO_ACCOUNT_TEAM: CodeSpec("Q2", True, ("registry", "contract")),
    C.NOT_YOUR_TEAM: CodeSpec("Q18", True, ("team",)),
    C.IS_CLOSED: CodeSpec("Q18", True),
    C.SAME_TEAM: CodeSpec("Q18", True, ("team",)),
    C.TEAM_UNKNOWN: CodeSpec("R1", True),
}


@dataclass(frozen=True)
class Ask:
    """What somebody wants to ask about: `number` is a contract, a service or an order as typed."""

    about: About
    registry: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class Door:
    """A registry in which the company has an agreement or a contract.

    `agreement` is the one that counts, `team` the code of its channel support team on the day.
    """

    registry: str
    agreement: str | None
    team: str | None


@dataclass(frozen=True)
class Meant:
    """One of the company's own contracts that the number can mean, with its account team's code.

    `contract` is the one that stands for its line; `order` when an order was named.
    """

    registry: str
    contract: str
    team: str | None
    order: str | None = None


@dataclass(frozen=True)
class AskFacts:
    """What the company has on the day, as far as the question touches it."""

    doors: tuple[Door, ...]
    meant: tuple[Meant, ...] = ()


@dataclass(frozen=True)
class Route:
    """Where a question goes: the team's code, and what makes it theirs."""

    registry: str
    team: str
    about: About
    agreement: str | None = None
    contract: str | None = None
    order: str | None = None


def find_team(ask: Ask, facts: AskFacts) -> Decision[Route]:
    """The team that `ask` goes to, or why there is none."""
    if ask.about is About.RELATIONSHIP:
        return _channel(ask, facts)
    return _account(ask, facts)


def nearest_yes(ask: Ask, facts: AskFacts) -> tuple[tuple[Ask, Route], ...]:
    """What could be asked instead and would reach a team, the nearest first; at most three."""
    found: list[tuple[Ask, Route]] = []
    for other in _others(ask, facts):
        route = find_team(other, facts).value
        if route is not None and route not in [each[1] for each in found]:
            found.append((other, route))
    return tuple(found[:MOST_WAYS])


@dataclass(frozen=True)
class Case:
    """A question that somebody of the registry wants to answer or to hand over.

    `team` names whose it is today (empty: nobody's), `member` says whether they are of that team.
    """

    state: ConcernState
    team: str
    member: bool


def may_answer(case: Case) -> Decision[ConcernState]:
    """Whether somebody may answer: a member of the team, while the company has not ended it."""
    found: list[Reason] = []
    if not case.member:
        found.append(reason(CODES, C.NOT_YOUR_TEAM, team=case.team))
    elif case.state is ConcernState.CLOSED:
        found.append(reason(CODES, C.IS_CLOSED))
    return Decision(RULESET, None if found else ConcernState.ANSWERED, tuple(found))


def may_hand(case: Case, team: str | None) -> Decision[str]:
    """Whether a question may be handed to `team` (None: no team of this registry)."""
    found: list[Reason] = []
    if team is None:
        found.append(reason(CODES, C.TEAM_UNKNOWN))
    elif case.state is ConcernState.CLOSED:
        found.append(reason(CODES, C.IS_CLOSED))
    elif team == case.team:
        found.append(reason(CODES, C.SAME_TEAM, team=team))
    return Decision(RULESET, None if found else team, tuple(found))


def _channel(ask: Ask, facts: AskFacts) -> Decision[Route]:
    named = ask.registry
    if named is None and len(facts.doors) == 1:
        named = facts.doors[0].registry
    if named is None:
        candidates = [door.registry for door in facts.doors]
        return _no(reason(CODES, C.REGISTRY_MISSING, candidates=candidates))
    door = next((each for each in facts.doors if each.registry == named), None)
    if door is None:
        return _no(reason(CODES, C.REGISTRY_UNKNOWN, registry=named))
    if door.team is None:
        agreement = door.agreement
        return _no(reason(CODES, C.NO_CHANNEL_TEAM, registry=named, agreement=agreement))
    why = reason(CODES, C.CHANNEL_TEAM, registry=named, agreement=door.agreement)
    return Decision(RULESET, Route(named, door.team, ask.about, agreement=door.agreement), (why,))


def _account(ask: Ask, facts: AskFacts) -> Decision[Route]:
    found = list(facts.meant)
    if len(found) > 1 and any(each.registry == ask.registry for each in found):
        found = [each for each in found if each.registry == ask.registry]
    if not found:
        return _no(reason(CODES, C.CONTRACT_UNKNOWN, number=ask.number))
    if len(found) > 1:
        candidates = [{"registry": each.registry, "contract": each.contract} for each in found]
        ambiguous = reason(CODES, C.CONTRACT_AMBIGUOUS, number=ask.number, candidates=candidates)
        return _no(ambiguous)
    (one,) = found
    where = {"registry": one.registry, "contract": one.contract}
    if one.team is None:
        return _no(reason(CODES, C.NO_ACCOUNT_TEAM, **where))
    why = (
        reason(CODES, C.ORDER_TEAM, **where, order=one.order)
        if one.order
        else reason(CODES, C.ACCOUNT_TEAM, **where)
    )
    about = About.ORDER if one.order else About.CONTRACT
    route = Route(one.registry, one.team, about, contract=one.contract, order=one.order)
    return Decision(RULESET, route, (why,))


def _others(ask: Ask, facts: AskFacts) -> Iterator[Ask]:
    """What differs from `ask` in one thing: which contract is meant, what it is about, where."""
    for one in facts.meant:
        yield replace(ask, about=About.CONTRACT, registry=one.registry)
    near = {one.registry for one in facts.meant} | {ask.registry}
    for door in sorted(facts.doors, key=lambda each: each.registry not in near):
        yield Ask(About.RELATIONSHIP, door.registry)


def _no(fault: Reason) -> Decision[Route]:
    return Decision(RULESET, None, (fault,))
