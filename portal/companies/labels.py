"""Words of applications and invitations, in the reader's language. A section for each."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.companies.rules import ApplicationCode as C
from portal.companies.rules import ApplicationState
from portal.kernel.decision import Decision
from portal.web.i18n import date_text
from portal.web.site import language

# --- Applications -------------------------------------------------------------------------------

# A word, and the mark it carries.
APPLICATION_STATES = {
    ApplicationState.SENT: (_l("Waiting for an answer"), "wait"),
    ApplicationState.APPROVED: (_l("Approved"), "yes"),
    ApplicationState.DECLINED: (_l("Declined"), "no"),
    ApplicationState.WITHDRAWN: (_l("Withdrawn"), ""),
}
STEPS = {
    ApplicationState.APPROVED: _l("Approved: the agreement is open"),
    ApplicationState.DECLINED: _l("Declined"),
    ApplicationState.WITHDRAWN: _l("Withdrawn by the company"),
}
APPLICATION_SENTENCES = {
    C.OPEN_ALREADY: _l("An application to this registry is open since %(sent_on)s."),
    C.AGREEMENT_EXISTS: _l("The company has the agreement %(agreement)s there."),
    f"{C.DECIDED_ALREADY}:approved": _l("It was approved on %(decided_on)s. Nothing was changed."),
    f"{C.DECIDED_ALREADY}:declined": _l("It was declined on %(decided_on)s. Nothing was changed."),
    f"{C.DECIDED_ALREADY}:withdrawn": _l(
        "The company withdrew it on %(decided_on)s. Nothing was changed."
    ),
    C.NOT_YOURS: _l(
        "It is decided by channel people of its registry who do not act for the company."
    ),
    C.NUMBER_TAKEN: _l("The registry has an agreement %(number)s already."),
    C.TEAM_UNKNOWN: _l("Choose one of the channel support teams of this registry."),
    C.DATES_ORDER: _l("The last day lies before the first, %(starts_on)s."),
}


def application_reasons(decision: Decision[Any]) -> list[tuple[str | None, str]]:
    """(field or None, sentence) of each reason, in the language of the page."""
    return [(each.line, _sentence(each.code, each.facts)) for each in decision.reasons]


def _sentence(code: Any, facts: Any) -> str:
    said = {
        name: date_text(date.fromisoformat(value), language())
        if name.endswith("_on") and value
        else value
        for name, value in facts.items()
    }
    text = APPLICATION_SENTENCES.get(f"{code}:{facts.get('state')}") or APPLICATION_SENTENCES[code]
    return str(text) % said
