"""Answers with the standing promises they hold: a promise is written once and stands in many."""

from collections.abc import Mapping

from portal.faq.rules import EMBED
from portal.kernel.localized import Localized


def embed(text: str, blocks: Mapping[str, str]) -> str:
    """`text` with each `[[P2]]` replaced by that block. Raises KeyError for one there is not."""
    return EMBED.sub(lambda found: blocks[found[1]].strip(), text)


def whole(answer: Localized, promises: Mapping[str, Localized]) -> Localized:
    """An answer with its promises, in every language. Raises KeyError as `embed`."""
    return Localized(
        {
            lang: embed(text, {name: said.pick(lang) for name, said in promises.items()})
            for lang, text in answer.items()
        }
    )
