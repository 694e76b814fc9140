"""Whether a notice may be published as it stands, and what its author should know. Pure (N1 to N5).

Moments are the program's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.kernel.decision import Code, CodeSpec, Decision, Reason, reason
from portal.notices.gate_rules import earliest

RULESET = "notices/1"
# Between "publish" and the moment mail leaves: long enough to see the slip and call it back.
HOLD = timedelta(minutes=10)
OTHER = "other"


class NoticeCode(Code):
    """Why a notice is not published, or takes effect later than its date."""

    LANGUAGE_MISSING = "notice.language_missing"
    DATE_MISSING = "notice.date_missing"
    NO_AUDIENCE = "notice.no_audience"
    SUBJECT_UNKNOWN = "notice.subject_unknown"
    FACT_UNCHANGED = "notice.fact_unchanged"
    OTHER_REGISTRY = "notice.other_registry"
    LEAD_SHORT = "notice.lead_short"
    UNREACHABLE = "notice.unreachable"
    OVERLAPS = "notice.overlaps"
    TERM_MIXED = "notice.term_mixed"
    PUBLISHED_ALREADY = "notice.published_already"
    WITHDRAWN = "notice.withdrawn"
    CHANGED_MEANWHILE = "notice.changed_meanwhile"
    IN_EFFECT = "notice.in_effect"
    OWN_SIGNATURE = "notice.own_signature"
    SERVED_ALREADY = "notice.served_already"


C = NoticeCode
CODES: Mapping[Code, CodeSpec] = {
    C.LANGUAGE_MISSING: CodeSpec("N3", True, ("field", "languages")),
    C.DATE_MISSING: CodeSpec("N1", True),
    C.NO_AUDIENCE: CodeSpec("N4", True),
    C.SUBJECT_UNKNOWN: CodeSpec("N1", True, ("fact", "subject")),
    C.FACT_UNCHANGED: CodeSpec("N1", True, ("fact", "subject")),
    C.OTHER_REGISTRY: CodeSpec("N1", True, ("registry",)),
    C.LEAD_SHORT: CodeSpec("N2", False, ("asked", "earliest", "days")),
    C.UNREACHABLE: CodeSpec("N2", False, ("count",)),
    C.OVERLAPS: CodeSpec("N5", False, ("ref", "on")),
    C.TERM_MIXED: CodeSpec("N3", False, ("language", "word", "instead")),
    C.PUBLISHED_ALREADY: CodeSpec("N5", True),
    C.WITHDRAWN: CodeSpec("N5", True),
    C.CHANGED_MEANWHILE: CodeSpec("N5", True),
    C.IN_EFFECT: CodeSpec("N5", False, ("count",)),
    C.OWN_SIGNATURE: CodeSpec("N2", True),
    C.SERVED_ALREADY: CodeSpec("N2", True),
}


class Kind(StrEnum):
    """What a version does: announce, announce anew in place of the one before, or call it off."""

    ORIGINAL = "original"
    AMENDMENT = "amendment"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True)
class ChangeFacts:
    """A typed change beside what stands: `same` when it would change nothing on its date."""

    fact: str
    subject: str
    label: str
    registry: str | None
    known: bool
    same: bool


@dataclass(frozen=True)
class Overlap:
    """Another notice that is still to take effect and changes the same thing."""

    ref: str
    on: date


@dataclass(frozen=True)
class MixedTerm:
    """A word of another vocabulary in one language's text, and the program's own word for it."""

    language: str
    word: str
    instead: str


@dataclass(frozen=True)
class PublishFacts:
    """Everything the decision to publish stands on.

    `missing` are the fields that say nothing in some language; `consents` the registries (by slug)
    whose lead agreed, the author's own among them.
    """

    kind: Kind
    missing: Mapping[str, Sequence[str]]
    effective_on: date | None
    publish_at: datetime
    lead_days: int
    zone: str
    changes: tuple[ChangeFacts, ...]
    consents: frozenset[str]
    audience: int
    unreachable: int
    overlaps: tuple[Overlap, ...] = ()
    mixed: tuple[MixedTerm, ...] = ()
    published: bool = False
    withdrawn: bool = False
    in_effect: int = 0


@dataclass(frozen=True)
class Publishable:
    """When a notice goes out, and the first day what it announces can take effect."""

    publish_at: datetime
    earliest: date


def publishable(facts: PublishFacts) -> Decision[Publishable]:
    """Whether a version may be published as it stands, and what its author should know (N1 to N5)."""
    if facts.published:
        return Decision(RULESET, None, (reason(CODES, C.PUBLISHED_ALREADY),))
    if facts.withdrawn:
        return Decision(RULESET, None, (reason(CODES, C.WITHDRAWN),))
    found = list(_faults(facts))
    on = earliest(facts.publish_at, facts.lead_days, facts.zone)
    asked = facts.effective_on
    if asked is not None and asked < on and facts.kind is not Kind.WITHDRAWAL:
        found.append(
            reason(
                *(CODES, C.LEAD_SHORT),
                asked=asked.isoformat(),
                earliest=on.isoformat(),
                days=facts.lead_days,
            )
        )
    if facts.unreachable:
        found.append(reason(CODES, C.UNREACHABLE, count=facts.unreachable))
    if facts.in_effect:
        found.append(reason(CODES, C.IN_EFFECT, count=facts.in_effect))
    for other in facts.overlaps:
        found.append(reason(CODES, C.OVERLAPS, ref=other.ref, on=other.on.isoformat()))
    for term in facts.mixed:
        words = {"language": term.language, "word": term.word, "instead": term.instead}
        found.append(reason(CODES, C.TERM_MIXED, **words))
    refused = any(each.blocks for each in found)
    value = None if refused else Publishable(facts.publish_at, max(on, asked or on))
    return Decision(RULESET, value, tuple(found))


def _faults(facts: PublishFacts) -> list[Reason]:
    found = [
        reason(CODES, C.LANGUAGE_MISSING, field=name, languages=list(languages))
        for name, languages in facts.missing.items()
    ]
    if facts.kind is Kind.WITHDRAWAL:
        return found
    if facts.effective_on is None:
        found.append(reason(CODES, C.DATE_MISSING))
    for change in facts.changes:
        about = {"fact": change.fact, "subject": change.label}
        if not change.known:
            found.append(reason(CODES, C.SUBJECT_UNKNOWN, change.subject, **about))
        elif change.same:
            found.append(reason(CODES, C.FACT_UNCHANGED, change.subject, **about))
    touched = {change.registry for change in facts.changes if change.registry is not None}
    for registry in sorted(touched - facts.consents):
        found.append(reason(CODES, C.OTHER_REGISTRY, registry=registry))
    if not facts.audience:
        found.append(reason(CODES, C.NO_AUDIENCE))
    return found
