"""What the councils' fact is called, and why something is not done in a council, in words."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.councils.rules import CouncilCode as C
from portal.kernel.decision import Code, Decision
from portal.web.fact_words import call
from portal.web.i18n import date_text
from portal.web.site import language

REASONS: dict[Code, Any] = {
    C.NOT_SITTING: _l("The council does not sit on %(on)s. Choose another date."),
    C.PERSON_UNKNOWN: _l(
        "No partner of this council's registry has a person with this address in the portal. Check "
        "the address, or have the company invite the person first."
    ),
    C.SEVERAL_COMPANIES: _l(
        "This person acts for several companies. Choose the one they will sit for."
    ),
    C.TAKEN: _l("This person has a seat in this council then, since %(since)s."),
    C.STARTS_PAST: _l("A seat begins today or later: it opens no meetings of the past."),
    C.ENDS_FIRST: _l("The last day is before the first, %(starts_on)s."),
    C.ENDS_PAST: _l("A seat ends today or later: what was theirs stays readable for them."),
    C.ENDED: _l("This seat ended on %(ends_on)s."),
    C.MEETING_PAST: _l("A council is called to a meeting of today or later."),
    C.HELD: _l("The meeting was held: its agenda stays as it is."),
    C.NOT_HELD: _l("The meeting is on %(on)s: its minutes are written from then on."),
    C.EMPTY: _l("There is nothing to publish yet: write something first."),
    C.LANGUAGE_MISSING: _l("To publish it, write it in every language; missing: %(languages)s."),
    C.PUBLISHED: _l(
        "These minutes are published and stay as they are. Add a paper to correct them."
    ),
}
# Which field of the form says it; the others are said at the top.
FIELDS: dict[Code, str] = {
    C.NOT_SITTING: "day",
    C.PERSON_UNKNOWN: "email",
    C.SEVERAL_COMPANIES: "partner",
    C.TAKEN: "email",
    C.STARTS_PAST: "day",
    C.ENDS_FIRST: "ends_on",
    C.ENDS_PAST: "ends_on",
    C.MEETING_PAST: "day",
}
LANGUAGES = {"es": _l("Spanish"), "en": _l("English")}


def reasons(decision: Decision[Any]) -> list[tuple[str, str]]:
    """Why something was refused: (field of its form or "", the words), in the page's language."""
    return [
        (FIELDS.get(each.code, ""), str(REASONS[each.code]) % _facts(each.facts))
        for each in decision.reasons
    ]


def _facts(facts: Any) -> dict[str, str]:
    return {
        name: ", ".join(str(LANGUAGES[code]) for code in value)
        if name == "languages"
        else date_text(date.fromisoformat(value), language())
        for name, value in facts.items()
    }


call(**{"council.sits_in": _l("Council in which a council's members sit")})
