"""Answers with the standing promises they hold: a promise is written once and stands in many."""

import re
from collections.abc import Mapping

EMBED = re.compile(r"\[\[(\w+)\]\]")


def embed(text: str, blocks: Mapping[str, str]) -> str:
    """`text` with each `[[P2]]` replaced by that block. Raises KeyError for one there is not."""
    return EMBED.sub(lambda found: blocks[found[1]].strip(), text)
