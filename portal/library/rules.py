"""May a logo be used on a date (Q17)? Pure: no I/O, no clock, no language.

The corporate brand of a company that was acquired is retired; the logos of its partner program may
go on being used in the transition, until changes are announced (N1).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portal.kernel.decision import Code, CodeSpec, Decision, Reason, reason

RULESET = "brand/1"
DAY = timedelta(days=1)


class Audience(StrEnum):
    """Whom a portal is for."""

    PARTNERS = "partners"
    CUSTOMERS = "customers"


class Purpose(StrEnum):
    """What a portal is used for (Q9, Q16)."""

    QUOTES = "quotes"
    SALES_TOOLS = "sales_tools"
    SALES_MATERIALS = "sales_materials"
    INFORMATION = "information"
    SUPPORT = "support"


class Standing(StrEnum):
    """How a tool stands; one that says nothing on a date is not there yet."""

    IN_USE = "in_use"
    RETIRED = "retired"


class MaterialKind(StrEnum):
    """What a sales material is."""

    BROCHURE = "brochure"
    PRESENTATION = "presentation"
    DATA_SHEET = "data_sheet"
    GUIDE = "guide"
    MESSAGING = "messaging"


class AssetKind(StrEnum):
    """A company's own logo and brand, or the logos of its partner program."""

    CORPORATE = "corporate"
    PROGRAM = "partner_program"


class Status(StrEnum):
    """The status of a brand asset; one that says nothing on a date is not given out yet."""

    CURRENT = "current"
    TRANSITION = "transition"
    RETIRED = "retired"


class BrandCode(Code):
    """Why an asset may be used on a date, or why not."""

    CURRENT = "brand.current"
    TRANSITION = "brand.transition"
    ENDS = "brand.ends"
    RETIRED = "brand.retired"
    NOT_YET = "brand.not_yet"


B = BrandCode
CODES: dict[Code, CodeSpec] = {
    B.CURRENT: CodeSpec("Q17", False, ("asset", "since")),
    B.TRANSITION: CodeSpec("Q17", False, ("asset", "since")),
    # Only where a notice has announced it: `last` is the last day, `successor` what takes its place.
    B.ENDS: CodeSpec("N1", False, ("asset", "last", "successor")),
    B.RETIRED: CodeSpec("Q17", True, ("asset", "since", "successor")),
    # `starts` is the announced day, if one is.
    B.NOT_YET: CodeSpec("Q17", True, ("asset", "starts")),
}


@dataclass(frozen=True)
class Spell:
    """A status between two dates, both inclusive; no end: until changes are announced."""

    status: Status
    since: date
    until: date | None

    @property
    def usable(self) -> bool:
        """Whether the asset may be used meanwhile."""
        return self.status is not Status.RETIRED


@dataclass(frozen=True)
class Asset:
    """A brand asset as the rule reads it: `spells` oldest first, `successor` the slug of another."""

    slug: str
    registry: str
    kind: AssetKind
    successor: str | None
    spells: tuple[Spell, ...]

    def on(self, day: date) -> Spell | None:
        """The spell that holds on `day`."""
        for spell in self.spells:
            if spell.since <= day and (spell.until is None or day <= spell.until):
                return spell
        return None

    def usable(self, day: date) -> bool:
        """Whether it may be used on `day`."""
        spell = self.on(day)
        return spell is not None and spell.usable


@dataclass(frozen=True)
class Use:
    """An asset that may be used: in which status, and the last day where an end is announced."""

    asset: str
    status: Status
    last: date | None


@dataclass(frozen=True)
class Nearest:
    """What may be used instead: another asset on that day, or (`day`) this one from then on."""

    asset: str
    day: date | None = None


def may_use(asset: Asset, on: date) -> Decision[Use]:
    """Whether partners may use `asset` on `on`, and why."""
    spell = asset.on(on)
    if spell is None:
        starts = next((each.since for each in asset.spells if each.since > on), None)
        return _no(reason(CODES, B.NOT_YET, asset=asset.slug, starts=_iso(starts)))
    since = _iso(spell.since)
    if not spell.usable:
        facts = {"asset": asset.slug, "since": since, "successor": asset.successor}
        return _no(reason(CODES, B.RETIRED, **facts))
    code = B.CURRENT if spell.status is Status.CURRENT else B.TRANSITION
    told = [reason(CODES, code, asset=asset.slug, since=since)]
    last = _last_day(asset, on)
    if last is not None:
        ends = {"asset": asset.slug, "last": _iso(last), "successor": asset.successor}
        told.append(reason(CODES, B.ENDS, **ends))
    return Decision(RULESET, Use(asset.slug, spell.status, last), tuple(told))


def nearest_yes(asset: Asset, assets: Mapping[str, Asset], on: date) -> Nearest | None:
    """What may be used where `asset` may not, on `on`: what takes its place, what it takes the place
    of, what else there is of its registry or of that which follows it; else itself, later.

    Only the logos of a partner program: of those alone partners are told that they may use them.
    """
    every, following = assets.values(), tuple(_successors(asset, assets))
    places = {each.registry for each in (asset, *following)}
    before = (each for each in every if each.successor == asset.slug)
    beside = (each for each in every if each.registry in places)
    for other in (*following, *before, *beside):
        if other.kind is AssetKind.PROGRAM and other != asset and other.usable(on):
            return Nearest(other.slug)
    later = next((each.since for each in asset.spells if each.since > on and each.usable), None)
    return Nearest(asset.slug, later) if later else None


def _successors(asset: Asset, assets: Mapping[str, Asset]) -> Iterator[Asset]:
    """What takes its place, and what takes the place of that; each once."""
    seen = {asset.slug}
    following = assets.get(asset.successor or "")
    while following is not None and following.slug not in seen:
        yield following
        seen.add(following.slug)
        following = assets.get(following.successor or "")


def _last_day(asset: Asset, on: date) -> date | None:
    """The last day in a row on which it may be used; None: no end is announced."""
    while (spell := asset.on(on)) is not None and spell.usable:
        if spell.until is None:
            return None
        on = spell.until + DAY
    return on - DAY


def _no(told: Reason) -> Decision[Use]:
    return Decision(RULESET, None, (told,))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
