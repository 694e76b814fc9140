"""What may be done in a council, and why not. Pure (C1, C2).

Dates are business dates, both ends inclusive; `today` is the business date.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from portal.kernel.decision import Code, CodeSpec, Decision, Reason, reason
from portal.kernel.localized import Localized

RULESET = "councils/1"
V = TypeVar("V")


class CouncilCode(Code):
    """Why something is not done in a council."""

    NOT_SITTING = "council.not_sitting"
    PERSON_UNKNOWN = "seat.person_unknown"
    SEVERAL_COMPANIES = "seat.several_companies"
    TAKEN = "seat.taken"
    STARTS_PAST = "seat.starts_past"
    ENDS_FIRST = "seat.ends_before_it_starts"
    ENDS_PAST = "seat.ends_past"
    ENDED = "seat.ended"
    MEETING_PAST = "meeting.past"
    HELD = "meeting.held"
    NOT_HELD = "meeting.not_held"
    EMPTY = "meeting.nothing_to_publish"
    LANGUAGE_MISSING = "meeting.language_missing"
    PUBLISHED = "minutes.published"


C = CouncilCode
CODES: Mapping[Code, CodeSpec] = {
    C.NOT_SITTING: CodeSpec("C2", True, ("on",)),
    C.PERSON_UNKNOWN: CodeSpec("C1", True),
    C.SEVERAL_COMPANIES: CodeSpec("C1", True),
    C.TAKEN: CodeSpec("C1", True, ("since",)),
    C.STARTS_PAST: CodeSpec("C2", True),
    C.ENDS_FIRST: CodeSpec("C1", True, ("starts_on",)),
    C.ENDS_PAST: CodeSpec("C2", True),
    C.ENDED: CodeSpec("C1", True, ("ends_on",)),
    C.MEETING_PAST: CodeSpec("C1", True),
    C.HELD: CodeSpec("C1", True),
    C.NOT_HELD: CodeSpec("C1", True, ("on",)),
    C.EMPTY: CodeSpec("C1", True),
    C.LANGUAGE_MISSING: CodeSpec("C1", True, ("languages",)),
    C.PUBLISHED: CodeSpec("C1", True),
}


@dataclass(frozen=True)
class Term:
    """From when until when somebody sits; no end: until further notice."""

    starts_on: date
    ends_on: date | None

    def meets(self, other: "Term") -> bool:
        """Whether both cover some day."""
        return (other.ends_on is None or self.starts_on <= other.ends_on) and (
            self.ends_on is None or other.starts_on <= self.ends_on
        )


@dataclass(frozen=True)
class SeatFacts:
    """What seating somebody stands on: in how many companies of the council's registry they act,
    whether the council sits on the first day, and the seats they have or had in it.
    """

    companies: int
    sits: bool
    held: Sequence[Term]


def may_seat(term: Term, facts: SeatFacts, today: date) -> Decision[Term]:
    """Whether somebody may be seated for `term`. Never backwards: no seat opens meetings of the past."""
    found: list[Reason] = []
    if facts.companies == 0:
        found.append(reason(CODES, C.PERSON_UNKNOWN))
    elif facts.companies > 1:
        found.append(reason(CODES, C.SEVERAL_COMPANIES))
    if term.starts_on < today:
        found.append(reason(CODES, C.STARTS_PAST))
    elif not facts.sits:
        found.append(reason(CODES, C.NOT_SITTING, on=term.starts_on.isoformat()))
    if term.ends_on is not None and term.ends_on < term.starts_on:
        found.append(reason(CODES, C.ENDS_FIRST, starts_on=term.starts_on.isoformat()))
    taken = next((held for held in facts.held if held.meets(term)), None)
    if taken is not None and not found:
        found.append(reason(CODES, C.TAKEN, since=taken.starts_on.isoformat()))
    return _decided(term, found)


def may_end(term: Term, ends_on: date, today: date) -> Decision[date]:
    """Whether a seat may end on `ends_on`: sooner than it would, never backwards."""
    if term.ends_on is not None and term.ends_on < today:
        return _decided(ends_on, [reason(CODES, C.ENDED, ends_on=term.ends_on.isoformat())])
    found: list[Reason] = []
    if ends_on < term.starts_on:
        found.append(reason(CODES, C.ENDS_FIRST, starts_on=term.starts_on.isoformat()))
    elif ends_on < today:
        found.append(reason(CODES, C.ENDS_PAST))
    return _decided(ends_on, found)


def may_call(held_on: date, sits: bool, today: date) -> Decision[date]:
    """Whether a council may be called to a meeting on `held_on`."""
    if held_on < today:
        return _decided(held_on, [reason(CODES, C.MEETING_PAST)])
    return _decided(held_on, [] if sits else [reason(CODES, C.NOT_SITTING, on=held_on.isoformat())])


def may_set_agenda(
    texts: Sequence[Localized], publish: bool, held_on: date, today: date, languages: Sequence[str]
) -> Decision[bool]:
    """Whether an agenda may be kept, and shown to members when `publish`: then it is whole."""
    if held_on < today:
        return _decided(publish, [reason(CODES, C.HELD)])
    return _decided(publish, _unfit(texts, languages) if publish else [])


def may_write_minutes(
    text: Localized,
    publish: bool,
    held_on: date,
    published: bool,
    today: date,
    languages: Sequence[str],
) -> Decision[bool]:
    """Whether minutes may be kept, and shown to members when `publish`; those published stand."""
    if published:
        return _decided(publish, [reason(CODES, C.PUBLISHED)])
    if today < held_on:
        return _decided(publish, [reason(CODES, C.NOT_HELD, on=held_on.isoformat())])
    said = [text] if text.pick(languages[0]) else []
    return _decided(publish, _unfit(said, languages) if publish else [])


def _unfit(texts: Sequence[Localized], languages: Sequence[str]) -> list[Reason]:
    """Why texts are not published: there are none, or one says nothing in some language."""
    if not texts:
        return [reason(CODES, C.EMPTY)]
    missing = [code for code in languages if any(text.missing([code]) for text in texts)]
    return [reason(CODES, C.LANGUAGE_MISSING, languages=missing)] if missing else []


def _decided(value: V, found: list[Reason]) -> Decision[V]:
    refused = any(each.blocks for each in found)
    return Decision(RULESET, None if refused else value, tuple(found))
