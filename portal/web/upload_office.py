"""Workbooks and documents of Office (xlsx, docx): ZIP archives of XML, looked at part by part.

Nothing is unpacked to disk, and never more than `UNPACKED` bytes are unpacked at all: they are counted
as they come, whatever the archive says of itself. Refused is what runs (macros, ActiveX, embedded
objects, DDE), what fetches from elsewhere (any outside reference but a link), what a second reader
could take for another archive, and XML with a document type. The documents themselves are kept byte
for byte: who wrote them, as they say it, stays in them. Pure.
"""

import re
import stat
import struct
import zipfile
import zlib
from io import BytesIO
from xml.parsers import expat

from portal.store.files import Fault
from portal.web.upload_names import Unfit

UNPACKED = 50 * 1024 * 1024
ENTRIES = 1_000
RATIO = 100
RATIO_FROM = 1024 * 1024
CHUNK = 64 * 1024

_MAIN = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
}
_TYPES = "[Content_Types].xml"
_RUNS = re.compile(
    r"vba|macro|activex|oleobject|/embeddings/|/externallinks/|customui|webextension"
    r"|afchunk|altchunk|\.(bin|exe|dll|js|html?|mht|rtf|zip|jar|swf|svg)\Z",
    re.IGNORECASE,
)
_PRINTER = re.compile(r"(\A|/)printersettings/[^/]+\.bin\Z", re.IGNORECASE)
_RUNNING_TYPES = re.compile(r"macroenabled|vba|activex|oleobject|ms-office\.intlmacrosheet", re.I)
_DDE = re.compile(r"\bDDE(AUTO)?\b", re.IGNORECASE)
_END = struct.Struct("<4s4H2LH")


def check(content: bytes, kind: str) -> None:
    """Raise Unfit when `content` is not a plain xlsx or docx (`kind`)."""
    _whole(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            _names(entries)
            _places(entries, content, archive.start_dir)
            _parts(archive, entries, kind)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise Unfit(Fault.UNREADABLE) from None
    except (ValueError, OSError, struct.error, OverflowError):
        raise Unfit(Fault.UNREADABLE) from None


def _whole(content: bytes) -> None:
    """The archive is the whole file, from the first byte to the last, and few enough to list."""
    if not content.startswith(b"PK\x03\x04") or len(content) < _END.size:
        raise Unfit(Fault.NOT_WHAT_IT_SAYS)
    sign, disk, start, here, total, size, offset, note = _END.unpack(content[-_END.size :])
    if sign != b"PK\x05\x06" or note or disk or start or here != total:
        raise Unfit(Fault.NOT_WHAT_IT_SAYS)
    if offset + size != len(content) - _END.size:
        raise Unfit(Fault.NOT_WHAT_IT_SAYS)
    # The list is read whole; a name takes far less than this.
    if total > ENTRIES or size > ENTRIES * 512:
        raise Unfit(Fault.UNPACKED, entries=ENTRIES)


def _names(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > ENTRIES:
        raise Unfit(Fault.UNPACKED, entries=ENTRIES)
    seen = set()
    for entry in entries:
        name = entry.filename
        mode = entry.external_attr >> 16
        parts = name.split("/")
        odd = "\\" in name or ":" in name or name.startswith("/") or ".." in parts
        if odd or stat.S_ISLNK(mode) or name.lower() in seen:
            raise Unfit(Fault.ACTIVE)
        if entry.flag_bits & 0x1:
            raise Unfit(Fault.LOCKED)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unfit(Fault.UNREADABLE)
        if _RUNS.search(f"/{name}") and not _PRINTER.search(name):
            raise Unfit(Fault.ACTIVE)
        seen.add(name.lower())


def _places(entries: list[zipfile.ZipInfo], content: bytes, listed: int) -> None:
    """No two parts share bytes (a bomb of few bytes does), and nothing lies between them."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if not end <= entry.header_offset <= end + 24:  # after it may stand sizes told late
            raise Unfit(Fault.NOT_WHAT_IT_SAYS)
        names = struct.unpack("<HH", content[entry.header_offset + 26 : entry.header_offset + 30])
        end = entry.header_offset + 30 + sum(names) + entry.compress_size
    if not end <= listed <= end + 24:
        raise Unfit(Fault.NOT_WHAT_IT_SAYS)


def _parts(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], kind: str) -> None:
    budget, types = UNPACKED, None
    for entry in entries:
        reader = _Reader(entry.filename) if _is_xml(entry.filename) else None
        taken = 0
        with archive.open(entry) as part:
            while chunk := part.read(CHUNK):
                taken += len(chunk)
                if taken > budget or _too_dense(taken, entry.compress_size):
                    raise Unfit(Fault.UNPACKED, megabytes=UNPACKED // 1024 // 1024)
                if reader is not None:
                    reader.feed(chunk)
        budget -= taken
        if reader is not None:
            reader.close()
            types = reader.types if entry.filename == _TYPES else types
    if types is None or _MAIN[kind] not in types:
        raise Unfit(Fault.NOT_WHAT_IT_SAYS)


def _too_dense(taken: int, packed: int) -> bool:
    return taken > RATIO_FROM and taken > RATIO * max(packed, 1)


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


class _Reader:
    """Reads one XML part as it is unpacked; raises Unfit for what runs or fetches."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.types: set[str] = set()
        self._field: list[str] | None = None
        self._fields: list[str] = []
        self._parser = expat.ParserCreate(namespace_separator="|")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the part."""
        self._parse(chunk, last=False)

    def close(self) -> None:
        """The part has ended: judge its field codes, which may be cut into many pieces."""
        self._parse(b"", last=True)
        if _DDE.search("".join(self._fields)):
            raise Unfit(Fault.ACTIVE)

    def _parse(self, chunk: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(chunk, last)
        except (expat.ExpatError, UnicodeError):
            raise Unfit(Fault.UNREADABLE) from None

    def _doctype(self, *_: object) -> None:
        raise Unfit(Fault.ACTIVE)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition("|")[2]
        told = {key.rpartition("|")[2]: value for key, value in attributes.items()}
        if local in {"ddeLink", "oleLink", "OLEObject", "oleObject", "altChunk", "script"}:
            raise Unfit(Fault.ACTIVE)
        if local in {"Override", "Default"} and self.name == _TYPES:
            kind = told.get("ContentType", "")
            if _RUNNING_TYPES.search(kind):
                raise Unfit(Fault.ACTIVE)
            self.types.add(kind)
        if local == "Relationship" and told.get("TargetMode", "").lower() == "external":
            _outside(told)
        if local == "fldSimple":
            self._fields.append(told.get("instr", ""))
        self._field = [] if local == "instrText" else None

    def _end(self, tag: str) -> None:
        if self._field is not None:
            self._fields.append("".join(self._field))
        self._field = None

    def _text(self, text: str) -> None:
        if self._field is not None:
            self._field.append(text)


def _outside(told: dict[str, str]) -> None:
    """Only links lead outside, to pages and mailboxes; a template or a picture fetched is none."""
    link = told.get("Type", "").lower().endswith("/hyperlink")
    if not link or not _schemes(told.get("Target", "")):
        raise Unfit(Fault.ACTIVE)


def _schemes(target: str) -> bool:
    scheme, colon, _ = target.strip().lower().partition(":")
    return not colon or scheme in {"http", "https", "mailto", "tel", "file", "ftp"} or "/" in scheme
