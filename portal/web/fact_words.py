"""What the dated facts that change only by notice are called, and why a value is none, in words.

Each slice names its own facts in its `labels.py`; a fact without a name stops no start, but a test.
"""

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.kernel.localized import Localized
from portal.store.facts import Words

FACTS: dict[str, Any] = {}
BAD_VALUES: dict[str, Any] = {
    "value.missing": _l("Say what it shall be from then on."),
    "value.unknown": _l("Choose one of the values that are offered."),
    "value.one_language": _l("Say it in every language."),
    "value.too_long": _l("This is too long."),
    "value.address": _l("Write one e-mail address, such as name@example.com."),
    "value.number": _l("Write a phone number, such as +1 303 555 0101."),
    "value.taken": _l("Somebody else in the directory has this address, or will have it."),
    "value.link": _l("Write a web address that begins with https://."),
}


def call(**names: Any) -> None:
    """Name facts: `call(**{"contract.account_team": _l("Account team")})`."""
    FACTS.update(names)


def fact_words(name: str) -> str:
    """What a fact is called. Raises KeyError for one that nobody named."""
    return str(FACTS[name])


def in_words(words: Words, language: str) -> str:
    """A label of a subject or a value in `language`."""
    return words.pick(language) if isinstance(words, Localized) else words
