"""Words for what the pages of the registries show, in the reader's language."""

from datetime import date
from typing import Any

from babel.lists import format_list
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.registry.rules import EndOfTerm, Program, ServiceStatus, TeamKind
from portal.registry.standing import State
from portal.web.i18n import REGIONAL, date_text
from portal.web.site import language

# A word, and the mark it carries.
STATES = {
    State.IN_FORCE: (_l("In force"), "yes"),
    State.PENDING: (_l("Pending"), "wait"),
    State.SUSPENDED: (_l("Suspended"), "no"),
    State.TERMINATED: (_l("Terminated"), "no"),
    State.NOT_STARTED: (_l("Not started yet"), "wait"),
    State.REPLACED: (_l("Replaced"), ""),
    State.ENDED: (_l("Ended"), ""),
}
AGREEMENT_STATES = {**STATES, State.IN_FORCE: (_l("Active"), "yes")}
SERVICE_STATES = {
    ServiceStatus.PENDING: (_l("Pending"), "wait"),
    ServiceStatus.ACTIVE: (_l("Active"), "yes"),
    ServiceStatus.DISCONNECTED: (_l("Disconnected"), ""),
}
ENDS = {
    EndOfTerm.EXPIRE: _l("The contract ends"),
    EndOfTerm.MONTH_TO_MONTH: _l("It goes on month by month"),
    EndOfTerm.AUTO_RENEW: _l("It renews by itself"),
}
PROGRAMS = {Program.INDIRECT: _l("Indirect"), Program.ALLIANCE: _l("Alliance")}
TEAM_KINDS = {
    TeamKind.CHANNEL: _l("Channel support team"),
    TeamKind.ACCOUNT: _l("Account team"),
}
WARRANTS = {
    "origin": _l("First value on record"),
    "notice": _l("By advance notice"),
    "correction": _l("Correction of an error"),
}


def why(paper: Any, state: State, on: date) -> str:
    """Why a contract is or is not in force on `on`, as a sentence."""
    lang = language()
    start, end = (date_text(day, lang) if day else "" for day in (paper.starts_on, paper.ends_on))
    if state is State.IN_FORCE:
        if not end:
            return str(_("It began on %(start)s and has no end date.", start=start))
        over = paper.ends_on < on
        said: dict[tuple[EndOfTerm, bool], str] = {
            (EndOfTerm.EXPIRE, False): _("Its term ends on %(end)s, and the contract with it.", end=end),
            (EndOfTerm.MONTH_TO_MONTH, False): _("Its term ends on %(end)s; then it goes on month by month.", end=end),
            (EndOfTerm.AUTO_RENEW, False): _("Its term ends on %(end)s; then it renews by itself.", end=end),
            (EndOfTerm.MONTH_TO_MONTH, True): _("Its term ended on %(end)s; it goes on month by month.", end=end),
            (EndOfTerm.AUTO_RENEW, True): _("Its term ended on %(end)s and it renewed by itself.", end=end),
        }  # fmt: skip
        return str(said[paper.end_of_term, over])
    if state is State.NOT_STARTED:
        return str(_("It starts on %(start)s.", start=start))
    if state is State.ENDED:
        return str(_("Its term ended on %(end)s.", end=end))
    if state is State.REPLACED:
        day = date_text(paper.replaced_on, lang)
        return str(_("Another contract replaced it on %(date)s.", date=day))
    rest = {
        State.PENDING: _("It is pending: not yet active."),
        State.SUSPENDED: _("It is suspended."),
        State.TERMINATED: _("It is terminated."),
    }
    return str(rest[state])


def listed(names: list[str]) -> str:
    """Names as a list in words: "A, B and C"."""
    return str(format_list(names, locale=REGIONAL[language()]))


def term(starts_on: date, ends_on: date | None) -> str:
    """A term from its first to its last day."""
    lang = language()
    start = date_text(starts_on, lang, "medium")
    if ends_on is None:
        return str(_("since %(start)s", start=start))
    return str(_("%(start)s to %(end)s", start=start, end=date_text(ends_on, lang, "medium")))
