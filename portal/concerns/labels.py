"""Words of questions to a team: where one stands, why it goes where it goes, what could be asked."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from babel.dates import format_timedelta
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.concerns.rules import About, ConcernState, EntryKind, Route
from portal.concerns.rules import AskCode as C
from portal.faq.shelf import shelf
from portal.kernel.decision import Decision
from portal.web.i18n import locale
from portal.web.site import language, url

# A word, and the mark it carries.
STATES: dict[ConcernState, tuple[LazyString, str]] = {
    ConcernState.OPEN: (_l("Waits for an answer"), "wait"),
    ConcernState.ANSWERED: (_l("Answered"), "yes"),
    ConcernState.CLOSED: (_l("Closed"), ""),
}
ABOUT: dict[About, LazyString] = {
    About.RELATIONSHIP: _l("The relationship"),
    About.CONTRACT: _l("A contract"),
    About.ORDER: _l("An order"),
}
STEPS: dict[EntryKind, LazyString] = {
    EntryKind.ASKED: _l("%(person)s, of the company"),
    EntryKind.ANSWERED: _l("%(person)s answers for %(team)s"),
    EntryKind.HANDED: _l("Handed to %(team)s by %(person)s"),
    EntryKind.CLOSED: _l("Closed by %(person)s"),
    EntryKind.ENTERED: _l("Draft of an answer for everybody, begun by %(person)s"),
}
SENTENCES: dict[str, LazyString] = {
    C.CHANNEL_TEAM: _l(
        "Questions about the relationship with %(registry)s go to the channel support team of the "
        "agreement %(agreement)s."
    ),
    C.ACCOUNT_TEAM: _l(
        "Questions about the %(registry)s contract %(contract)s go to the account team that serves it."
    ),
    C.ORDER_TEAM: _l(
        "Questions about the order %(order)s go to the account team of its contract %(contract)s, "
        "of the order's own registry, %(registry)s."
    ),
    C.REGISTRY_MISSING: _l("Choose which relationship your question is about: %(candidates)s."),
    C.REGISTRY_UNKNOWN: _l("Your company has no agreement and no contract with %(registry)s."),
    C.NO_CHANNEL_TEAM: _l(
        "No channel support team is on record today for your agreement %(agreement)s with "
        "%(registry)s."
    ),
    f"{C.NO_CHANNEL_TEAM}:none": _l(
        "Your company has no agreement with %(registry)s, and so no channel support team there."
    ),
    C.CONTRACT_UNKNOWN: _l("None of your contracts, services and orders is called %(number)s."),
    C.CONTRACT_AMBIGUOUS: _l("%(number)s can mean several of your contracts: %(candidates)s."),
    C.NO_ACCOUNT_TEAM: _l(
        "No account team of yours is on record today for the %(registry)s contract %(contract)s."
    ),
    C.NOT_YOUR_TEAM: _l("It is with %(team)s, whose people answer it."),
    f"{C.NOT_YOUR_TEAM}:none": _l("It is with no team: channel people hand it to one."),
    C.IS_CLOSED: _l("The company has closed it. It opens again when the company writes in it."),
    C.SAME_TEAM: _l("It is with %(team)s already."),
    C.TEAM_UNKNOWN: _l("Choose one of the teams of this registry."),
}


def sentence(code: str, facts: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What a reason says; `names` are the registries' names by slug."""
    said = {key: _said(value, names) for key, value in facts.items()}
    lacking = not facts.get("agreement", True) or not facts.get("team", True)
    text = SENTENCES.get(f"{code}:none") if lacking else None
    return str(text or SENTENCES[code]) % said


def reasons(found: Decision[Any], names: Mapping[str, str]) -> list[str]:
    """The sentences of a decision, in the language of the page."""
    return [sentence(each.code, each.facts, names) for each in found.reasons]


def why(stored: list[dict[str, Any]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Reasons on record as the rule boxes of a receipt, with the answer each stands on."""
    return [
        {
            "rule": each["rule"],
            "code": each["code"],
            "blocks": each["blocks"],
            "text": sentence(each["code"], each["facts"], names),
            "faq": answer(each["rule"]),
        }
        for each in stored
    ]


def answer(question_id: str | None) -> dict[str, str] | None:
    """The published answer of that id: its address and its question; None for what is none."""
    found = shelf().get(question_id) if question_id else None
    if found is None:
        return None
    slug = found.slug.pick(language())
    return {"url": url("site.faq.question", slug=slug), "label": found.question.pick(language())}


def step(kind: EntryKind, person: str, team: str) -> str:
    """What happened, with who did it."""
    return str(STEPS[kind]) % {"person": person, "team": team}


def way(route: Route, names: Mapping[str, str]) -> str:
    """What the button says that asks another team instead."""
    registry = names.get(route.registry, route.registry)
    if route.contract:
        told = {"contract": route.contract, "registry": registry}
        return str(_("Ask the account team of %(contract)s (%(registry)s)", **told))
    return str(_("Ask the channel support team of %(registry)s", registry=registry))


def lasted(span: timedelta) -> str:
    """A length of time in words: "2 hours"."""
    return str(format_timedelta(span, threshold=1.5, locale=locale()))


def _said(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_said(each, names) for each in value)
    if isinstance(value, Mapping):
        return f"{value['contract']} ({names.get(value['registry'], value['registry'])})"
    return names.get(value, value) or ""
