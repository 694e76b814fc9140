"""Whether a text keeps to the program's own words, or mixes in another vocabulary's."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

from portal.kernel.localized import Localized
from portal.notices.rules import MixedTerm
from portal.web.pages import program


class Texts(Protocol):
    """What is read: title and body of a version."""

    title: Localized
    body: Localized


def mixed(texts: Texts) -> tuple[MixedTerm, ...]:
    """Words in title or body for which the program has another of its own, by language."""
    return found(program().glossary, {"": texts.title, "body": texts.body})


def found(
    glossary: Mapping[str, Mapping[str, tuple[str, ...]]], texts: Mapping[str, Localized]
) -> tuple[MixedTerm, ...]:
    """The first use of each foreign word. `glossary`: language → own word → words to avoid."""
    out: list[MixedTerm] = []
    for language, words in glossary.items():
        whole = "\n".join(text.get(language, "") for text in texts.values())
        for own, others in words.items():
            for other in others:
                if _word(other).search(whole):
                    out.append(MixedTerm(language, other, own))
    return tuple(out)


@lru_cache(maxsize=512)
def _word(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
