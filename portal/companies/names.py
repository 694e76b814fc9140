"""Which companies' names read alike. Pure."""

import re
import unicodedata
from functools import lru_cache

from portal.kernel.text import tidy

# Letters of other alphabets, and digits, that look like Latin letters; i, l, 1 and | are one.
_LOOKS = str.maketrans(
    "авекмнорстухіјѕԁԛԝɡıαβεικνορτυχη015|i",
    "abekmhopctyxljsdqwglabelkvoptuxnolsll",
)
_PAIRS = (("rn", "m"), ("vv", "w"))
_FORMS = (
    "sa sas srl sac saa spa saic sapi sab eirl ltda ltd limited limitada inc incorporated llc llp lp"
    " plc corp corporation co company cia compania gmbh ag bv nv sl slu sarl ca cv rl"
)
_LEGAL = frozenset(_FORMS.split())
_BETWEEN = frozenset({"de", "y", "and", "s"})
# Below this many letters, one that differs makes another name.
_LONG = 8


@lru_cache(maxsize=20_000)
def skeleton(name: str) -> str:
    """What a reader sees of a company's name: no case, accents, blanks, legal form, or disguise."""
    plain = unicodedata.normalize("NFKD", tidy(name).casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"\b(\w)[.\s]+(?=\w\b)", r"\1", plain)
    words = re.findall(r"\w+", plain)
    kept = list(words)
    while len(kept) > 1 and (kept[-1] in _LEGAL or (kept != words and kept[-1] in _BETWEEN)):
        kept.pop()
    seen = "".join(kept).translate(_LOOKS)
    for pair, one in _PAIRS:
        seen = seen.replace(pair, one)
    return seen


def alike(one: str, other: str) -> bool:
    """Whether two companies' names may be taken for each other: the same to the eye, or, when they
    are long, with one letter more, less or changed.
    """
    a, b = skeleton(one), skeleton(other)
    return bool(a) and (a == b or (min(len(a), len(b)) >= _LONG and _one_edit(a, b)))


def _one_edit(a: str, b: str) -> bool:
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    return a[at + (len(a) == len(b)) :] == b[at + 1 :]
