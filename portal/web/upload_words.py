"""What is said of files: why one was not taken and what to do, and what may be sent."""

from collections.abc import Iterable
from typing import Any

from flask_babel import format_decimal, gettext
from flask_babel import lazy_gettext as _l

from portal.store.files import LARGEST, MB, Fault, File, Refused
from portal.web.site import url
from portal.web.upload_kinds import KINDS, NAMES

WORDS: dict[Fault, Any] = {
    Fault.NAME: _l(
        "%(file)s: this name cannot be used. Give the file a plain name and one ending."
    ),
    Fault.KIND: _l("%(file)s: files of this kind are not taken. Send one of: %(kinds)s."),
    Fault.EMPTY: _l("%(file)s: the file is empty."),
    Fault.TOO_LARGE: _l("%(file)s: the file is larger than %(megabytes)s MB. Send a smaller one."),
    Fault.TOO_MANY: _l(
        "%(file)s: %(at_once)s files at once are taken. Send the others after them."
    ),
    Fault.NOT_WHAT_IT_SAYS: _l(
        "%(file)s: what is in the file is not what its ending says. Save it again in the right format."
    ),
    Fault.UNREADABLE: _l("%(file)s: the file is damaged. Save it again and send it once more."),
    Fault.PIXELS: _l(
        "%(file)s: the image has more than %(largest)s million pixels. Send a smaller one."
    ),
    Fault.ANIMATED: _l("%(file)s: moving images are not taken. Send a still one."),
    Fault.ACTIVE: _l(
        "%(file)s: the file holds something that runs or fetches by itself: a macro, a script, a "
        "formula in a CSV, another file inside. Send it without, or as a PDF."
    ),
    Fault.LOCKED: _l("%(file)s: the file is locked with a password. Send it unlocked."),
    Fault.UNPACKED: _l("%(file)s: unpacked, the file is far too large. Send a smaller one."),
    Fault.QUOTA: _l(
        "%(file)s: your company has %(left)s MB left for files, too little for this one. Take away "
        "what is no longer needed."
    ),
    Fault.NOT_STORED: _l(
        "%(file)s: we could not store the file just now; the fault is ours. Nothing else was lost. "
        "Send the file again later."
    ),
}


def said(refused: Refused) -> str:
    """Why a file was not taken and what to do, in the reader's language."""
    facts = dict(refused.facts)
    if "left" in facts:
        facts["left"] = format_decimal(facts["left"] // (MB // 10) / 10)
    facts.update(file=refused.name, kinds=", ".join(NAMES))
    return str(WORDS[refused.code]) % facts


def asked(
    kept: Iterable[File] = (), refused: Iterable[Refused] = (), *, several: bool = True
) -> dict[str, Any]:
    """What the macro of components/upload.html shows, in the reader's language."""
    megabytes = LARGEST // MB
    return {
        "hint": gettext(
            "%(kinds)s; up to %(megabytes)s MB each. You can choose several.",
            kinds=", ".join(NAMES),
            megabytes=megabytes,
        )
        if several
        else gettext(
            "One file: %(kinds)s; up to %(megabytes)s MB.",
            kinds=", ".join(NAMES),
            megabytes=megabytes,
        ),
        "accept": ",".join(f".{ending}" for ending in KINDS),
        "largest": LARGEST,
        "too_large": str(WORDS[Fault.TOO_LARGE]) % {"file": "{file}", "megabytes": megabytes},
        "kept": [
            {
                "id": str(file.id),
                "name": file.name,
                "size": size_text(file.size),
                "url": url("site.files.file", file_id=str(file.id)),
            }
            for file in kept
        ],
        "errors": [said(no) for no in refused],
    }


def size_text(size: int) -> str:
    """A size in bytes for people: "340 KB", "2.1 MB"."""
    if size >= MB:
        return f"{format_decimal(round(size / MB, 1))} MB"
    return f"{format_decimal(max(1, round(size / 1024)))} KB"
