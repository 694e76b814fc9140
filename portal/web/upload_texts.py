"""PDF and plain text: what they must be, and what may not be hidden in them. Pure.

Both are kept byte for byte.
"""

import re
import zlib

from portal.store.files import Fault
from portal.web.upload_names import Unfit

# How much of the compressed parts of a PDF is unpacked to look for what runs.
UNPACKED = 20 * 1024 * 1024
# Where readers of ZIP look for the end of an archive.
_ZIP_ENDS = 65_557
_PDF = re.compile(rb"%PDF-[12]\.[0-9]")
_RUNS_IN_PDF = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToE|Movie|Sound"
    rb"|Rendition)(?![A-Za-z0-9])"
)
_LOCKED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z0-9])[^\x00]{0,400}?stream\r?\n", re.DOTALL)
# What a browser or a server would run, wherever it stands in a file.
_MARKUP = re.compile(
    rb"<(script|html|svg|iframe|object|embed|body|meta|!doctype html|!entity)[\s>/]|<\?(php|xml-stylesheet)"
    rb"|<!doctype|<!entity",
    re.IGNORECASE,
)
_MARKUP_IN_PDF = re.compile(rb"<(script|html|iframe)[\s>/]|<\?php", re.IGNORECASE)
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# Cells that a spreadsheet would run: formulas, and calls that begin like a number.
_FORMULA = re.compile(
    r"""(?:\A|[,;\t\r\n])[ \u00a0]*(?:"[ \u00a0]*)?(?:[=@]|[+\-][^,;\t\r\n]{0,200}?(?:[|]|[A-Za-z]\())"""
)


def check_pdf(content: bytes) -> None:
    """Raise Unfit for what is not one whole PDF, is locked, or runs something when opened."""
    if not _PDF.match(content):
        raise Unfit(Fault.NOT_WHAT_IT_SAYS)
    tail = content[content.rfind(b"%%EOF") :] if b"%%EOF" in content[-2048:] else b""
    if not tail or tail[5:].strip(b"\r\n\t \x00"):
        raise Unfit(Fault.NOT_WHAT_IT_SAYS if tail else Fault.UNREADABLE)
    if b"PK\x05\x06" in content[-_ZIP_ENDS:] or _MARKUP_IN_PDF.search(content):
        raise Unfit(Fault.ACTIVE)
    for part in (content, _object_streams(content)):
        plain = _ESCAPED.sub(lambda found: bytes((int(found[1], 16),)), part)
        if _LOCKED.search(plain):
            raise Unfit(Fault.LOCKED)
        if _RUNS_IN_PDF.search(plain):
            raise Unfit(Fault.ACTIVE)


def _object_streams(content: bytes) -> bytes:
    """What stands in the packed lists of objects, up to `UNPACKED` bytes in all."""
    found, left, at = [], UNPACKED, 0
    while match := _OBJECTS.search(content, at):
        at = content.find(b"endstream", match.end())
        if at < 0:
            raise Unfit(Fault.UNREADABLE)
        packed = zlib.decompressobj()
        try:
            part = packed.decompress(content[match.end() : at], left)
        except zlib.error:
            continue  # not packed in this way: then it was read as it stands
        found.append(part)
        left -= len(part)
        if left <= 0 or packed.unconsumed_tail:
            raise Unfit(Fault.UNPACKED, megabytes=UNPACKED // 1024 // 1024)
    return b"\n".join(found)


def check_text(content: bytes, *, table: bool) -> None:
    """Raise Unfit for what is no plain text, is a page in disguise or, for a table, has a formula."""
    text = _decoded(content)
    if _NO_TEXT.search(text):
        raise Unfit(Fault.NOT_WHAT_IT_SAYS)
    if text.lstrip("\ufeff \t\r\n").startswith("<") or _MARKUP.search(
        text.encode("utf-8", "replace")
    ):
        raise Unfit(Fault.ACTIVE)
    if content.startswith((b"%PDF-", b"{\\rtf", b"%!PS", b"MIME-Version", b"ID;P")):
        raise Unfit(Fault.NOT_WHAT_IT_SAYS)
    if table and _FORMULA.search(text):
        raise Unfit(Fault.ACTIVE)


def _decoded(content: bytes) -> str:
    """UTF-8, UTF-16 that says so, else the letters of Windows in the west."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for name in ("utf-16",) if marked else ("utf-8", "cp1252"):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    raise Unfit(Fault.NOT_WHAT_IT_SAYS)
