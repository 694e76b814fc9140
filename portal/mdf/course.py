"""The course of a request: what happened, by whom, and whose turn it is by when (M5). Pure.

A step may promise a day for whoever is next; the step that ends their turn stands beside that day.
A request and each claim of it have turns of their own. Days are business dates.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal.mdf.rules import ClaimState, Party, RequestState
from portal.mdf.transitions import CLAIM_TURNS, TURNS, Verb

# Whoever of these acts has ended the turn of the others.
_SIDES = {Party.CHANNEL: Party.LEAD}
# What does not end a turn.
_ASIDE = frozenset({Verb.REMIND, Verb.ENDORSE, Verb.CLAIM_ENDORSE})
# What stands beside the turn of a claim, and does not change it.
_BESIDE = frozenset({Verb.REMIND, Verb.CLAIM_DISPUTE, Verb.CLAIM_SETTLE})


@dataclass(frozen=True)
class Line:
    """A line of the timeline as it is kept; `claim` is the reference of the claim it is about."""

    verb: Verb
    party: Party
    person: str | None
    at: datetime
    on: date
    turn: Party | None
    promised_on: date | None
    amount: int | None
    note: str
    fields: tuple[str, ...]
    decision: str | None
    claim: str | None


@dataclass(frozen=True)
class Told:
    """A line with the day that was promised for it, where one was, and how many days late it came."""

    line: Line
    promised: date | None
    late: int


@dataclass(frozen=True)
class Turn:
    """That somebody is next, by `by` (None: no day is promised): on the request, or on `claim`."""

    party: Party
    by: date | None
    claim: str | None
    verb: Verb | None = None

    def late(self, on: date) -> int:
        """For how many days the promised day has passed."""
        return max((on - self.by).days, 0) if self.by else 0


@dataclass(frozen=True)
class Waiting:
    """A claim as far as it says whose turn it is."""

    ref: str
    state: ClaimState
    turn_due_on: date | None
    reversal: bool = False


def told(lines: Iterable[Line]) -> list[Told]:
    """`lines` (oldest first), each with what had been promised for it."""
    promises: dict[str | None, tuple[Party, date]] = {}
    found = []
    for line in lines:
        promise = promises.get(line.claim)
        kept = promise if promise and _side(promise[0]) is _side(line.party) else None
        aside = line.verb in _ASIDE
        late = max((line.on - kept[1]).days, 0) if kept and not aside else 0
        found.append(Told(line, kept[1] if kept and not aside else None, late))
        if line.turn and line.promised_on and not aside:
            promises[line.claim] = line.turn, line.promised_on
        elif not aside:
            promises.pop(line.claim, None)
    return found


def turns(
    state: RequestState,
    due_on: date | None,
    turn_due_on: date | None,
    wanted: bool,
    lines: Sequence[Line],
    claims: Iterable[Waiting],
) -> list[Turn]:
    """Whose turn it is now: of each claim under way, else of the request; empty when nobody's.

    `wanted`: the company has asked for other dates. Of an approved request the company is next, to
    claim by `due_on`, unless a claim of it is with somebody.
    """
    last = {line.claim: line for line in lines if line.verb not in _BESIDE}
    found = [
        turn
        for claim in claims
        if (turn := _of_claim(claim, last.get(claim.ref), due_on)) is not None
        and (claim.state is not ClaimState.DRAFT or state is RequestState.APPROVED)
    ]
    mine = last.get(None)
    if state is not RequestState.APPROVED:
        party = (mine.turn if mine else None) or TURNS.get(state)
        if party and state in TURNS:
            found.append(Turn(party, turn_due_on, None, mine.verb if mine else None))
    elif wanted:
        found.append(Turn(Party.CHANNEL, turn_due_on, None, Verb.ASK_DATES))
    elif not found:
        found.append(Turn(Party.PARTNER, due_on, None, Verb.APPROVE))
    return found + _disputed(lines)


def _disputed(lines: Sequence[Line]) -> list[Turn]:
    """The lines of claims that wait for another look, beside what else their claims wait for."""
    settled = {line.claim for line in lines if line.verb is Verb.CLAIM_SETTLE}
    return [
        Turn(Party.CHANNEL, line.promised_on, line.claim, line.verb)
        for line in lines
        if line.verb is Verb.CLAIM_DISPUTE and line.claim not in settled
    ]


def _of_claim(claim: Waiting, last: Line | None, due_on: date | None) -> Turn | None:
    if claim.reversal:
        return Turn(Party.LEAD, claim.turn_due_on, claim.ref, Verb.CLAIM_ASK_REVERSAL)
    party = CLAIM_TURNS.get(claim.state)
    if party is None:
        return None
    if last is not None and last.verb is Verb.CLAIM_ENDORSE and last.turn is not None:
        party = last.turn
    by = due_on if claim.state is ClaimState.DRAFT else claim.turn_due_on
    return Turn(party, by, claim.ref, last.verb if last else None)


def _side(party: Party) -> Party:
    return _SIDES.get(party, party)
