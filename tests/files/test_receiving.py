"""What comes in (B12): hostile files are refused or made harmless, plain ones are kept."""

import io
import re
import unicodedata
import zlib

import pytest
from flask import Flask
from PIL import Image
from werkzeug.datastructures import FileStorage

from portal.store import blobs
from portal.store.files import Fault, Refused, Upload
from portal.web import upload_kinds, upload_names, upload_office, upload_texts, upload_words
from portal.web.uploads import receive
from tests.conftest import House
from tests.files import make as files
from tests.files.hostile import HOSTILE, PLAIN
from tests.files.make import PAGE, SECRET


@pytest.fixture(scope="module")
def portal(sqlite_house: House) -> Flask:
    """Looking at files asks no database."""
    return sqlite_house.app


def sent(portal: Flask, name: str, content: bytes) -> Upload | Refused:
    with portal.app_context():
        return receive(FileStorage(io.BytesIO(content), filename=name))


def kept(portal: Flask, upload: Upload | Refused) -> bytes:
    assert isinstance(upload, Upload), upload
    with portal.app_context():
        return blobs.path_of(upload.sha256).read_bytes()


def test_there_are_as_many_hostile_files_as_the_catalogue_asks_for() -> None:
    assert len(HOSTILE) >= 41


@pytest.mark.parametrize("which", HOSTILE)
def test_a_hostile_file_is_refused_or_made_harmless(portal: Flask, which: str) -> None:
    name, make, why = HOSTILE[which]
    found = sent(portal, name, make())
    if why is not None:
        assert isinstance(found, Refused) and found.code is why, found
        assert not re.search(r"[\r\n\0\u202e]", found.name)
        return
    content = kept(portal, found)
    assert isinstance(found, Upload)
    assert not re.search(r'[/\\"\r\n\0:]', found.name) and len(found.name) <= upload_names.LONGEST
    assert PAGE not in content and SECRET not in content
    assert found.media_type in {"text/plain", "image/png", "image/jpeg"}


@pytest.mark.parametrize("which", PLAIN)
def test_a_plain_file_is_kept(portal: Flask, which: str) -> None:
    name, make = PLAIN[which]
    found = sent(portal, name, make())
    content = kept(portal, found)
    assert isinstance(found, Upload)
    assert found.name == name and found.size == len(content)
    if not found.media_type.startswith("image/"):
        assert content == make()


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.jpg", files.photograph()), ("a.png", files.annotated_png())],
    ids=["JPEG", "PNG"],
)
def test_an_image_keeps_its_pixels_and_nothing_else(
    portal: Flask, name: str, content: bytes
) -> None:
    """Place, owner, comment, profile and preview are gone, and the picture stands upright."""
    assert SECRET in content
    found = kept(portal, sent(portal, name, content))
    assert SECRET not in found
    with Image.open(io.BytesIO(found)) as image, Image.open(io.BytesIO(content)) as before:
        assert not image.getexif() and not image.getexif().get_ifd(0x8825)
        turned = before.getexif().get(0x0112) == 6
        assert image.size == (before.size[::-1] if turned else before.size)
        assert not {"icc_profile", "comment", "xmp", "Author", "exif"} & set(image.info)


def test_the_search_for_metadata_sees_an_image_that_is_kept_as_it_came(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without drawing anew the owner's name stays in the picture."""
    monkeypatch.setattr(upload_kinds, "redraw", lambda content, kind: content)
    assert SECRET in kept(portal, sent(portal, "a.jpg", files.photograph()))


@pytest.mark.parametrize(
    ("module", "guard", "which"),
    [
        (upload_office, "_whole", "document with a page behind"),
        (upload_office, "_names", "part outside"),
        (upload_office, "_places", "document with a page within"),
        (upload_office, "_too_dense", "dense archive"),
        (upload_texts, "_object_streams", "PDF with a packed script"),
    ],
)
def test_without_its_guard_a_hostile_file_comes_in(
    portal: Flask, monkeypatch: pytest.MonkeyPatch, module: object, guard: str, which: str
) -> None:
    """The controls: each guard taken away lets through what it stands against."""
    answer = b"" if guard == "_object_streams" else None
    monkeypatch.setattr(module, guard, lambda *_: answer)
    name, make, _why = HOSTILE[which]
    content = make()
    if which == "dense archive":
        content = files.document(("word/big.dat", b" " * 20_000_000))
    assert isinstance(sent(portal, name, content), Upload)


def test_no_more_is_unpacked_than_is_allowed(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes are counted as they come: a part is left as soon as it is too much."""
    taken: list[int] = []
    real = upload_office._too_dense
    monkeypatch.setattr(
        upload_office, "_too_dense", lambda size, packed: taken.append(size) or real(size, packed)
    )
    bomb = files.document(("word/big.dat", b" " * 45_000_000))
    found = sent(portal, "a.docx", bomb)
    assert isinstance(found, Refused) and found.code is Fault.UNPACKED
    assert max(taken) <= upload_office.RATIO * len(bomb) + upload_office.CHUNK < 6_000_000


def test_a_pdf_full_of_packed_lists_is_read_only_so_far(portal: Flask) -> None:
    zeros = zlib.compress(bytes(25_000_000))
    head = b"3 0 obj<</Type/ObjStm/Filter/FlateDecode>>stream\n"
    found = sent(portal, "a.pdf", files.pdf(head + zeros + b"\nendstream"))
    assert isinstance(found, Refused) and found.code is Fault.UNPACKED


def test_nobody_is_told_a_path_and_the_library_is_told_no_name(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library that guesses kinds may open a file by the name it is given: it gets bytes only."""
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        upload_kinds.puremagic,
        "magic_string",
        lambda *args, **more: asked.append((args, more)) or [],
    )
    sent(portal, "/etc/passwd.txt", b"text")
    assert asked == [((b"text",), {})]


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("  Anexo  (2).pdf ", "Anexo (2).pdf"),
        ("a/b\\c.pdf", "c.pdf"),
        ("…informe.pdf.", "…informe.pdf"),
        ("nul.txt", "_nul.txt"),
        ("a\u200bb.pdf", "ab.pdf"),
        ("n\u0303.pdf", "ñ.pdf"),
        ("100%*?.pdf", "100___.pdf"),
        ("data.csv.xlsx", "data.csv.xlsx"),
    ],
)
def test_a_name_is_kept_as_far_as_it_is_plain(given: str, clean: str) -> None:
    found = upload_names.clean(given)
    assert found == clean and unicodedata.is_normalized("NFC", found)


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("code", list(Fault))
def test_every_fault_says_what_to_do(portal: Flask, lang: str, code: Fault) -> None:
    facts = {"megabytes": 10, "at_once": 10, "largest": 40, "left": 3_500_000, "entries": 1}
    with portal.test_request_context(f"/{lang}/"):
        text = upload_words.said(Refused("a<b>.pdf", code, facts))
    assert text.startswith("a<b>.pdf") and text.endswith(".") and "%(" not in text
