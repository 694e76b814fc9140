"""Words of advance notices, for those who write them and those who read them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.accounts.fields import LANGUAGE_NAMES
from portal.kernel.decision import Reason
from portal.notices.gate_rules import Effect, How, Latest
from portal.notices.queries import State
from portal.notices.rules import OTHER, Kind, NoticeCode
from portal.web.fact_words import fact_words
from portal.web.i18n import date_text, moment_text
from portal.web.site import language

C = NoticeCode
SENTENCES: Mapping[NoticeCode, Any] = {
    C.LANGUAGE_MISSING: _l("%(field)s is missing in %(languages)s."),
    C.DATE_MISSING: _l("The date it takes effect is missing."),
    C.NO_AUDIENCE: _l("It goes to no company: choose whom it is for."),
    C.SUBJECT_UNKNOWN: _l(
        "%(fact)s: what this change is about is not there any more. Take it out."
    ),
    C.FACT_UNCHANGED: _l("%(fact)s, %(subject)s: it is so already on that date. Take it out."),
    C.OTHER_REGISTRY: _l(
        "It changes what belongs to %(registry)s: a lead of that registry has to agree first."
    ),
    C.LEAD_SHORT: _l(
        "You ask for %(asked)s. With %(days)s days of notice it takes effect on %(earliest)s at the "
        "earliest, and for each company not before it was reached."
    ),
    C.UNREACHABLE: _l(
        "Companies in which there is nobody to reach: %(count)s. What touches one of them waits "
        "until it was told."
    ),
    C.OVERLAPS: _l("Notice %(ref)s changes the same thing from %(on)s."),
    C.TERM_MIXED: _l("%(language)s: the program says “%(instead)s”, not “%(word)s”."),
    C.PUBLISHED_ALREADY: _l("This version is published, or given out to be."),
    C.WITHDRAWN: _l("This notice was withdrawn."),
    C.CHANGED_MEANWHILE: _l("Somebody changed the draft after you read it. Read it again."),
    C.IN_EFFECT: _l(
        "It holds already for companies: %(count)s. There it goes on holding; to change it back "
        "takes a notice of its own."
    ),
    C.OWN_SIGNATURE: _l(
        "You recorded this yourself. Somebody else who leads the registry has to countersign it."
    ),
    C.SERVED_ALREADY: _l("The company has been reached already. Nothing was changed."),
}
FIELDS: Mapping[str, Any] = {
    "title": _l("The title"),
    "body": _l("The text"),
    "reason": _l("The reason"),
}
# A word, and the mark it carries.
STATES: Mapping[State, tuple[Any, str]] = {
    State.DRAFT: (_l("Draft"), ""),
    State.HELD: (_l("About to leave"), "wait"),
    State.PUBLISHED: (_l("Published"), "yes"),
    State.SUPERSEDED: (_l("Replaced by a later version"), ""),
    State.WITHDRAWN: (_l("Withdrawn"), "no"),
}
KINDS: Mapping[Kind, Any] = {
    Kind.ORIGINAL: _l("Notice"),
    Kind.AMENDMENT: _l("Amended notice"),
    Kind.WITHDRAWAL: _l("Withdrawal"),
}
# How a company was reached.
HOW: Mapping[How, Any] = {
    How.OPENED: _l("Opened in the portal"),
    How.ACKNOWLEDGED: _l("Acknowledged"),
    How.MAIL: _l("By e-mail"),
    How.OTHER_WAY: _l("Told another way, countersigned"),
    How.JOINED: _l("On joining"),
}
# Which of the three moments decided from when a change holds.
LATEST: Mapping[Latest, Any] = {
    Latest.EFFECTIVE_DATE: _l("It holds from %(on)s: the date the notice names."),
    Latest.LEAD_TIME: _l(
        "It holds from %(on)s: the time of notice after publication ended on %(due)s, later than the "
        "date named."
    ),
    Latest.SERVED: _l(
        "It holds from %(on)s: the company was reached on %(due)s, later than the date named."
    ),
}
# Why a notice goes to a company.
WHY: Mapping[str, Any] = {
    "registry": _l("Partner of the registry"),
    "training": _l("Holds the training"),
    "council": _l("Has a seat in the council"),
    "name": _l("Chosen by name"),
    "affected": _l("The change affects it"),
    "version_before": _l("Got the version before"),
}
TOPICS: Mapping[str, Any] = {
    "teams": _l("Teams"),
    "processes": _l("Processes"),
    "portals": _l("Portals"),
    "tools": _l("Tools"),
    "addresses": _l("Contact addresses"),
    "compensation": _l("Compensation"),
    "payment_schedule": _l("Payment schedule"),
    "support_policy": _l("Support policy"),
    "councils": _l("Advisory councils"),
    "mdf_terms": _l("MDF terms"),
    "materials": _l("Sales materials"),
    "brand": _l("Brand"),
    OTHER: _l("Something else in the relationship"),
}


def topic_words(topic: str) -> str:
    """What a topic is called; one that a pack alone knows keeps its key."""
    return str(TOPICS.get(topic, topic))


def sentence(reason: Reason, registries: Mapping[str, str]) -> str:
    """What a reason says, in the language of the page. `registries` are names by slug."""
    return str(SENTENCES[NoticeCode(reason.code)]) % _spoken(reason.facts, registries)


def effect_words(effect: Effect) -> str:
    """From when it holds for a company, and which of the three moments decided (N2)."""
    facts = {"on": date_text(effect.on, language()), "due": moment_text(effect.due_at, language())}
    return str(LATEST[effect.latest]) % facts


def _spoken(facts: Mapping[str, Any], registries: Mapping[str, str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, value in facts.items():
        if name in {"asked", "earliest", "on"}:
            said[name] = date_text(date.fromisoformat(value), language())
        elif name == "field":
            said[name] = str(FIELDS[value])
        elif name == "fact":
            said[name] = fact_words(value)
        elif name == "registry":
            said[name] = registries.get(value, value)
        elif name == "languages":
            said[name] = ", ".join(LANGUAGE_NAMES.get(code, code) for code in value)
        elif name == "language":
            said[name] = LANGUAGE_NAMES.get(value, value)
        else:
            said[name] = str(value)
    return said
