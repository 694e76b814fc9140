"""Files made byte by byte: plain ones, and what is done to them to make them hostile."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable

import xlsxwriter
from PIL import Image, PngImagePlugin

PAGE = b"<html><script>alert(document.domain)</script></html>"
SECRET = b"canary-4711"


def pdf(body: bytes = b"", *, tail: bytes = b"") -> bytes:
    """A PDF of one empty page, with `body` among its objects."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" + body + b"\n"
        b"trailer<</Root 1 0 R/Size 3>>\nstartxref\n9\n%%EOF\n" + tail
    )


def packed_objects(inside: bytes) -> bytes:
    """A PDF with `inside` in a compressed list of objects."""
    packed = zlib.compress(inside)
    head = b"3 0 obj<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    return pdf(head + packed + b"\nendstream endobj")


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **how: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind, **how)  # type: ignore[arg-type]
    return out.getvalue()


def photograph() -> bytes:
    """A JPEG as a telephone makes it: place, owner, a comment, a preview, lying on its side."""
    exif = Image.Exif()
    exif[0x0112], exif[0x013B], exif[0x010F] = 6, SECRET.decode(), SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return picture(
        "JPEG", exif=exif, comment=SECRET, icc_profile=SECRET * 20, xmp=b"<x>" + SECRET + b"</x>"
    )


def annotated_png() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", SECRET.decode())
    notes.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return picture("PNG", pnginfo=notes)


def moving(kind: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=50)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large and brings next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"\0" * 64)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def workbook() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "Cliente")
    sheet.write_url(1, 0, "https://example.com/", string="enlace")
    sheet.write_formula(2, 0, "=1+1")
    book.close()
    return out.getvalue()


TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/>{}</Types>'
)
RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}'
    "</Relationships>"
)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def document(
    *more: tuple[str, bytes | str],
    types: str = "",
    rels: str = "",
    body: str = "",
    head: str = "",
) -> bytes:
    """A docx of one empty body, plus what a test puts into it."""
    parts: Iterable[tuple[str, bytes | str]] = (
        ("[Content_Types].xml", TYPES.format(types)),
        ("_rels/.rels", RELS.format("")),
        ("word/document.xml", f"{head}<w:document {W}><w:body>{body}</w:body></w:document>"),
        ("word/_rels/document.xml.rels", RELS.format(rels)),
        *more,
    )
    return archive(*parts)


def archive(*parts: tuple[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as found:
        for name, content in parts:
            found.writestr(name, content)
    return out.getvalue()


def outside(kind: str, target: str) -> str:
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return f'<Relationship Id="r9" Type="{base}/{kind}" Target="{target}" TargetMode="External"/>'


def overlapping() -> bytes:
    """A document two of whose parts are the same bytes, as in a bomb without nesting."""
    content = bytearray(document(("word/a.xml", "<a/>"), ("word/b.xml", "<b/>")))
    first, second = content.rfind(b"word/a.xml"), content.rfind(b"word/b.xml")
    content[second - 4 : second] = content[first - 4 : first]
    return bytes(content)


def between() -> bytes:
    """A document with a page between its parts and its list of them."""
    content = document()
    at = content.find(b"PK\x01\x02")
    end = bytearray(content[-22:])
    end[16:20] = struct.pack("<I", at + len(PAGE))
    return content[:at] + PAGE + content[at:-22] + bytes(end)


def encrypted() -> bytes:
    content = bytearray(document())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def symlink() -> bytes:
    out = io.BytesIO(document())
    with zipfile.ZipFile(out, "a") as found:
        entry = zipfile.ZipInfo("word/link.xml")
        entry.external_attr = 0o120777 << 16
        found.writestr(entry, "/etc/passwd")
    return out.getvalue()


def lying() -> bytes:
    """A part that unpacks to far more than it says."""
    content = bytearray(document(("word/big.xml", b"<a>" + b" " * 3_000_000 + b"</a>")))
    at = content.rfind(b"word/big.xml") - 46
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(content)


def scans() -> bytes:
    """A progressive JPEG whose last scan comes a hundred and fifty times."""
    found = picture("JPEG", progressive=True)
    last = found.rfind(b"\xff\xda")
    return found[:last] + found[last:-2] * 150 + found[-2:]
