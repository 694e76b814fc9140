"""Which kinds of file are taken: by their ending and by what is in them, and both must agree.

Everything else is refused: there is no list of bad kinds to forget one on. A ZIP is none of these, for
it hides what it holds and several files can be sent at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import puremagic

from portal.store.files import Fault
from portal.web import upload_office, upload_texts
from portal.web.upload_images import redraw
from portal.web.upload_names import Unfit

# Long enough for every signature, short enough that guessing costs nothing.
HEAD = 4096
SURE = 0.6


@dataclass(frozen=True)
class Kind:
    """A kind of file: its type as it is served, and `fit`, which gives the bytes to keep of what
    was sent or raises Unfit.
    """

    name: str
    media_type: str
    fit: Callable[[bytes], bytes]


def _image(kind: str, *starts: bytes) -> Callable[[bytes], bytes]:
    def fit(content: bytes) -> bytes:
        if not content.startswith(starts) or (kind == "WEBP" and content[8:12] != b"WEBP"):
            raise Unfit(Fault.NOT_WHAT_IT_SAYS)
        return redraw(content, kind)

    return fit


def _office(kind: str) -> Callable[[bytes], bytes]:
    def fit(content: bytes) -> bytes:
        upload_office.check(content, kind)
        return content

    return fit


def _pdf(content: bytes) -> bytes:
    upload_texts.check_pdf(content)
    return content


def _text(table: bool) -> Callable[[bytes], bytes]:
    def fit(content: bytes) -> bytes:
        upload_texts.check_text(content, table=table)
        if any(kind and not kind.startswith("text/") for kind in seems(content)):
            raise Unfit(Fault.NOT_WHAT_IT_SAYS)
        return content

    return fit


_OFFICE = "application/vnd.openxmlformats-officedocument"
_PNG = Kind("PNG", "image/png", _image("PNG", b"\x89PNG\r\n\x1a\n"))
_JPEG = Kind("JPEG", "image/jpeg", _image("JPEG", b"\xff\xd8\xff"))
KINDS: dict[str, Kind] = {
    "pdf": Kind("PDF", "application/pdf", _pdf),
    "png": _PNG,
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "webp": Kind("WebP", "image/webp", _image("WEBP", b"RIFF")),
    "csv": Kind("CSV", "text/csv", _text(table=True)),
    "txt": Kind("TXT", "text/plain", _text(table=False)),
    "xlsx": Kind("Excel (xlsx)", f"{_OFFICE}.spreadsheetml.sheet", _office("xlsx")),
    "docx": Kind("Word (docx)", f"{_OFFICE}.wordprocessingml.document", _office("docx")),
}
NAMES = tuple(dict.fromkeys(kind.name for kind in KINDS.values()))


def seems(content: bytes) -> list[str]:
    """The media types that the first bytes are fairly surely of, the surest first.

    Only of the bytes: what it is called is not told to the library, which may open a file by it.
    """
    try:
        found = puremagic.magic_string(content[:HEAD])
    except (puremagic.PureError, ValueError):
        return []
    return [str(match.mime_type) for match in found if match.confidence >= SURE]
