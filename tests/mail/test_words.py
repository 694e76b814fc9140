"""What mails say, held word by word in both languages (tests/mail/golden), and what they never do."""

from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask, request

from portal.store.outbox import KINDS, Letter
from portal.web import mail, mail_words
from tests.mail.conftest import TOLD, told
from tests.mail.office import SENDER
from tests.page import check_page

GOLDEN = Path(__file__).parent / "golden"
ALL = [(kind, lang) for kind in sorted(KINDS.keys() - mail_words.EXPANDED) for lang in ("en", "es")]


def letter(kind: str = "reset_link", lang: str = "es", **context: object) -> Letter:
    return Letter(
        id=UUID(int=7),
        kind=kind,
        to="ana@andes.example",
        language=lang,
        context={**told(kind), **context},
        secret="s3cret",
        message_id="<7@portal.test>",
        attempt=1,
    )


@pytest.fixture
def portal(sqlite_house):
    """Words are the same on every database."""
    with sqlite_house.app.app_context():
        yield sqlite_house.app


@pytest.mark.parametrize(("kind", "lang"), ALL)
def test_each_mail_says_what_was_written_down_for_it(portal: Flask, kind: str, lang: str) -> None:
    found = mail_words.render(letter(kind, lang), secret="s3cret")
    said = f"Subject: {found.subject}\n\n{found.text}"
    assert said == (GOLDEN / f"{kind}.{lang}.txt").read_text("utf-8")


@pytest.mark.parametrize(("kind", "lang"), ALL)
def test_its_html_says_the_same_and_fetches_nothing(portal: Flask, kind: str, lang: str) -> None:
    found = mail_words.render(letter(kind, lang), secret="s3cret")
    assert f'<html lang="{lang}">' in found.html
    assert f"<title>{found.subject.replace('&', '&amp;')}</title>" in found.html
    assert "src=" not in found.html and "url(" not in found.html and "<script" not in found.html
    for line in filter(None, map(str.strip, found.text.splitlines()[:-4])):
        said = line.removesuffix(":").replace("&", "&amp;")
        assert said in found.html, line
    assert "style" not in found.body, "what a page shows carries no style of its own"
    assert str(found.body) in found.html


def test_a_link_is_made_from_the_settings_and_in_the_mails_language(portal: Flask) -> None:
    """B10: whatever name a request came by, a mail that it causes does not repeat it."""
    headers = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    with portal.test_request_context("/en/", headers={"Host": "evil.example", **headers}):
        assert request.host == "evil.example"
        for path in ("/reset/{secret}", "/en/reset/{secret}", "/es/reset/%7Bsecret%7D"):
            found = mail_words.render(letter(path=path), secret="s/3?")
            assert "https://portal.test/es/reset/s%2F3%3F\n" in found.text
            assert "evil" not in found.text + found.html


def test_a_link_that_is_not_to_be_told_is_not_there(portal: Flask) -> None:
    found = mail_words.render(letter(lang="en"), secret=None)
    assert "/reset/" not in found.text + found.html
    assert "the link is in the e-mail only" in found.text
    shown = mail_words.render(letter("application_decided", path="/applications/x"), secret=None)
    assert "https://portal.test/es/applications/x" in shown.text


def test_names_bring_in_no_header_no_paragraph_and_no_markup(portal: Flask) -> None:
    """B18: a company may call itself what it likes."""
    nasty = "Andes\r\nBcc: all@sur.example\n\nPague aquí: <b onclick='x'>http://evil.example</b>"
    sent = letter("invitation", company_or_registry=nasty, inviter_name=nasty)
    message = mail.message(sent, SENDER, mail.clock.wall())
    assert message["Bcc"] is None
    head = message.as_bytes().partition(b"\r\n\r\n")[0].decode()
    assert [line for line in head.split("\r\n") if line.lower().startswith("bcc")] == []
    found = mail_words.render(sent, secret="s3cret")
    assert "\n" not in found.subject
    assert not any(line.startswith(("Bcc", "Pague")) for line in found.text.splitlines())
    assert "<b " not in found.html and "&lt;b onclick" in found.html


def test_without_the_one_line_rule_a_name_would_break_out(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control; the header itself is then refused by the library, so the mail is not written."""
    monkeypatch.setattr(mail_words, "_one_line", lambda text: text)
    sent = letter("invitation", company_or_registry="Andes\r\nBcc: all@sur.example")
    assert "\nBcc: all@sur.example" in mail_words.render(sent, secret="s3cret").text
    with pytest.raises(ValueError):
        mail.message(sent, SENDER, mail.clock.wall())


def test_an_address_that_cannot_go_over_the_wire_is_refused(portal: Flask) -> None:
    from dataclasses import replace

    for to in ("ñandú@andes.example", "ana@andes.example\r\nBcc: x@sur.example"):
        with pytest.raises(ValueError):
            mail.message(replace(letter(), to=to), SENDER, mail.clock.wall())


def test_a_language_nobody_speaks_falls_back(portal: Flask) -> None:
    assert mail_words.render(letter(lang="xx"), secret=None).text.startswith("Hola")


def test_the_frame_is_a_sound_page(portal: Flask) -> None:
    html = mail_words.render(letter("invitation"), secret="s3cret").html
    faults = [each for each in check_page(html, lang="es") if "inline style" not in each]
    assert [each for each in faults if "duplicate" in each or "unclosed" in each] == []
    assert str(TOLD["inviter_name"]) in html
