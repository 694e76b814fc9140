"""The field for files in a form, and how large a request may be (B12, B20)."""

import pytest
from flask import Flask

from portal.store.files import MB, Fault, Refused
from portal.web import uploads
from portal.web.upload_words import asked, size_text
from tests.files.conftest import bring
from tests.people import NORTE, Browser
from tests.web.test_components import render

FIELD = '{% from "components/upload.html" import upload %}{{ upload(asked, "Documents") }}'


@pytest.mark.parametrize(("lang", "words"), [("es", "MB"), ("en", "up to 10 MB each")])
def test_the_field_says_what_may_be_sent_and_offers_what_is_kept(
    portal: Flask, lang: str, words: str
) -> None:
    (kept,) = bring(NORTE, ("Señal <b>.txt", b"a" * 2_000)).kept
    refused = [Refused("x<i>.exe", Fault.KIND)]
    with portal.test_request_context(f"/{lang}/"):
        html = render(FIELD, asked=asked([kept], refused))
    assert words in html and 'accept=".pdf,.png,.jpg,.jpeg,.webp,.csv,.txt,.xlsx,.docx"' in html
    assert f'href="/{lang}/files/{kept.id}"' in html and f'value="{kept.id}"' in html
    assert "2 KB" in html and "<b>" not in html and "<i>" not in html
    assert 'aria-describedby="files-hint files-error"' in html and 'aria-invalid="true"' in html
    assert "style=" not in html and "<script" not in html


def test_the_field_begins_empty(portal: Flask) -> None:
    with portal.test_request_context("/en/"):
        html = render(FIELD, asked=asked())
    assert "remove" not in html and "aria-invalid" not in html


@pytest.mark.parametrize(
    ("size", "text"),
    [(1, "1 KB"), (340 * 1024, "340 KB"), (2_200_000, "2.1 MB"), (10 * MB, "10 MB")],
)
def test_sizes_are_told_for_people(portal: Flask, size: int, text: str) -> None:
    with portal.test_request_context("/en/"):
        assert size_text(size) == text


def send(browser: Browser, size: int) -> int:
    """What a form without its token, with a file of `size`, is answered: 413 before 400."""
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    data = head + bytes(size - len(head) - 9) + b"\r\n--x--\r\n"
    with browser.app.app_context():
        sent = browser.client.post(
            "/en/on", data=data, content_type="multipart/form-data; boundary=x"
        )
        return sent.status_code


def test_large_bodies_come_in_only_where_files_are_taken_and_with_a_session(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B20: small by default; a visitor's is not even received."""
    reader, visitor = Browser(portal).as_(NORTE), Browser(portal)
    assert [send(who, 5 * MB) for who in (reader, visitor)] == [413, 413]
    view = portal.view_functions["site.home.choose_date"]
    monkeypatch.setattr(view, "body", uploads.BODY, raising=False)
    assert [send(who, 5 * MB) for who in (reader, visitor)] == [400, 413]
    assert send(reader, uploads.BODY + 1) == 413
    assert send(reader, 1000) == 400


def test_the_mark_is_what_the_hook_reads() -> None:
    assert getattr(uploads.takes_files(lambda: None), "body", None) == uploads.BODY
