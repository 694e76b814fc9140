"""Words for what is wrong with a password, and for tries that come too often."""

from flask_babel import LazyString, ngettext
from flask_babel import lazy_gettext as _l

from portal.accounts.rules import AccountCode as C
from portal.accounts.throttle import Later
from portal.kernel.decision import Code, Decision

PASSWORD_FAULTS: dict[Code, LazyString] = {
    C.PASSWORD_SHORT: _l("Use at least %(minimum)s characters."),
    C.PASSWORD_LONG: _l("Use at most %(maximum)s characters."),
    C.PASSWORD_GUESSABLE: _l(
        "This password is among the first that are tried: a common one, or a name, a date or a row "
        "of keys. Choose one that is harder to guess, for example a few words that do not belong "
        "together."
    ),
    C.PASSWORD_OWN_WORDS: _l(
        "Your name, your address, your company and the program are the first that are tried. "
        "Choose a password that is not made of them."
    ),
}


def password_refusals(decision: Decision[str]) -> list[str]:
    """What is wrong with a password, a sentence each; nothing when it may be one."""
    return [
        str(PASSWORD_FAULTS[each.code]) % each.facts for each in decision.reasons if each.blocks
    ]


def try_again(later: Later) -> str:
    """When the next try may come."""
    return str(
        ngettext(
            "Too many tries. You can try again in %(num)s minute.",
            "Too many tries. You can try again in %(num)s minutes.",
            later.minutes,
        )
    )
