"""What a file may be called: as its bringer called it, less what a name may not do.

A name is shown and is offered when the file is fetched; no file lies on disk under it. Pure.
"""

import re
import unicodedata

from portal.store.files import Fault

LONGEST = 100
# They turn the reading direction: "cod[RLO]fdp.exe" reads as "codexe.pdf".
_TURNS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_JOINS = "\u200c\u200d"
_RESERVED = re.compile(r'[<>:"|?*%]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|\Z)", re.IGNORECASE)
# What runs, or is shown as a page, may not hide before the ending either: "invoice.exe.pdf".
_RUNS = (
    "apk app asp aspx bat cgi chm cmd com cpl dll dmg docm dotm exe hta htm html iqy iso jar "
    "js jse jsp lnk mht mhtml msc msi php phtml pif pl potm ppam pptm ps1 py rb reg scf scr "
    "sh shtml slk svg swf url vb vbe vbs wasm ws wsf xht xhtml xlam xll xlsm xltm xml xsl "
)
RUNS = frozenset(_RUNS.split())


class Unfit(Exception):
    """A file that is not taken: the code of why, and what to know about it."""

    def __init__(self, code: Fault, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def shown(given: str) -> str:
    """`given` as it can stand in a sentence about a file that is refused."""
    sound = "".join(c for c in given if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})
    return sound[:LONGEST].strip() or "—"


def clean(given: str) -> str:
    """The name a file is kept under, without folders, at most `LONGEST` characters.

    Raises Unfit for one that means to deceive: turned reading directions, control characters, an
    ending that runs before the last one.
    """
    if _TURNS.search(given) or any(unicodedata.category(c) in {"Cc", "Cs"} for c in given):
        raise Unfit(Fault.NAME)
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    name = "".join(c for c in name if unicodedata.category(c) != "Cf" or c in _JOINS)
    name = " ".join(_RESERVED.sub("_", name).split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem.strip(". "):
        raise Unfit(Fault.NAME if not name else Fault.KIND)
    if RUNS & {part.strip().lower() for part in stem.split(".")[1:]}:
        raise Unfit(Fault.NAME)
    if _DEVICE.match(name):
        stem = f"_{stem}"
    return f"{stem[: LONGEST - len(ending) - 1].rstrip('. ')}.{ending}"
