"""The library in words: its kinds, how things stand, and why a logo may or may not be used."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from portal.kernel.decision import Reason
from portal.library.rules import (
    AssetKind,
    Audience,
    BrandCode,
    MaterialKind,
    Purpose,
    Standing,
    Status,
)
from portal.registry.standing import Dated, Held
from portal.web.fact_words import call
from portal.web.i18n import date_text
from portal.web.site import language

AUDIENCES = {
    Audience.PARTNERS: _l("For partners"),
    Audience.CUSTOMERS: _l("For customers"),
}
PURPOSES = {
    Purpose.QUOTES: _l("Quotes"),
    Purpose.SALES_TOOLS: _l("Sales tools"),
    Purpose.SALES_MATERIALS: _l("Sales materials"),
    Purpose.INFORMATION: _l("Information"),
    Purpose.SUPPORT: _l("Support"),
}
# A word, and the mark it carries.
STANDINGS = {
    Standing.IN_USE: (_l("In use"), "yes"),
    Standing.RETIRED: (_l("No longer in use"), "no"),
}
KINDS = {
    MaterialKind.BROCHURE: _l("Brochure"),
    MaterialKind.PRESENTATION: _l("Presentation"),
    MaterialKind.DATA_SHEET: _l("Data sheet"),
    MaterialKind.GUIDE: _l("Guide"),
    MaterialKind.MESSAGING: _l("Messages"),
}
ASSET_KINDS = {
    AssetKind.CORPORATE: _l("Company logo and brand"),
    AssetKind.PROGRAM: _l("Partner program logos"),
}
STATUSES = {
    Status.CURRENT: (_l("Current"), "yes"),
    Status.TRANSITION: (_l("Allowed in the transition"), "wait"),
    Status.RETIRED: (_l("Retired"), "no"),
}
LANGUAGES = {"es": _l("Spanish"), "en": _l("English")}
NOT_YET = (_l("Not yet available"), "")
NO_LONGER = _l("No longer offered")

TITLES: dict[BrandCode, LazyString] = {
    BrandCode.CURRENT: _l("It is current"),
    BrandCode.TRANSITION: _l("It may go on being used for now"),
    BrandCode.ENDS: _l("Its last day is announced"),
    BrandCode.RETIRED: _l("It is retired"),
    BrandCode.NOT_YET: _l("It is not given out yet"),
}
SENTENCES: dict[str, LazyString] = {
    "brand.current": _l("%(asset)s: current since %(since)s. Use it as its instructions say."),
    "brand.transition": _l(
        "%(asset)s: allowed in the transition, until changes are announced. None is announced yet."
    ),
    "brand.transition:ends": _l("%(asset)s: allowed in the transition."),
    "brand.ends": _l("A notice announces its last day: %(last)s."),
    "brand.ends:successor": _l(
        "A notice announces its last day: %(last)s. %(successor)s takes its place."
    ),
    "brand.retired": _l("%(asset)s: retired since %(since)s."),
    "brand.retired:successor": _l(
        "%(asset)s: retired since %(since)s. %(successor)s takes its place."
    ),
    "brand.not_yet": _l(
        "%(asset)s: not given out yet. Partners receive it, with instructions, as soon as possible; "
        "a notice announces it."
    ),
    "brand.not_yet:starts": _l("%(asset)s: given out from %(starts)s on, as a notice announces."),
}


def version(number: int) -> LazyString:
    """A version by its number."""
    return _l("Version %(number)s", number=number)


def worded(fact: Dated, say: Callable[[Any], Any]) -> Dated:
    """A dated fact whose values are pairs: the value, and what it is called."""

    def said(held: Held) -> Held:
        return replace(held, value=(held.value, say(held.value)))

    now = said(fact.now) if fact.now else None
    before, coming = map(said, fact.before), map(said, fact.coming)
    return Dated(now, fact.since, tuple(before), tuple(coming))


def sentence(reason: Reason, names: Mapping[str, str], *, ends: bool = False) -> str:
    """What a reason says; `names` are the assets' by slug, `ends`: a last day is announced too."""
    variant = next((key for key in ("successor", "starts") if reason.facts.get(key)), "")
    if ends and reason.code == BrandCode.TRANSITION:
        variant = "ends"
    said = SENTENCES.get(f"{reason.code}:{variant}") or SENTENCES[reason.code]
    return str(said) % {key: _spoken(key, value, names) for key, value in reason.facts.items()}


def _spoken(key: str, value: Any, names: Mapping[str, str]) -> str:
    if value is None:
        return ""
    if key in ("asset", "successor"):
        return names[str(value)]
    return date_text(date.fromisoformat(str(value)), language())


call(
    **{
        "portal.link": _l("Address of a portal"),
        "tool.standing": _l("Whether a tool is in use"),
        "process.text": _l("What a process says"),
        "material.shown": _l("Which version of a sales material is offered"),
        "brand.status": _l("Status of a brand asset"),
    }
)
