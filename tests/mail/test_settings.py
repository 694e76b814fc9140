"""PORTAL_SMTP and PORTAL_MAIL_FROM: right, or refused in one line that repeats no password."""

import pytest

from portal.config import Config, ConfigError, from_environment

FROM = "Portal <portal@portal.example>"


def read(tmp_path, smtp, sender=FROM):
    environ = {"PORTAL_DATA": str(tmp_path), "PORTAL_SMTP": smtp, "PORTAL_MAIL_FROM": sender}
    return from_environment(environ).smtp


def test_without_a_server_mail_stays_in_the_portal(tmp_path):
    assert from_environment({"PORTAL_DATA": str(tmp_path)}).smtp is None


@pytest.mark.parametrize(
    ("text", "host", "port", "tls", "user", "password"),
    [
        ("smtp://relay.example:587", "relay.example", 587, "starttls", "", ""),
        (
            "smtp://u%40x:ge%3Aheim@relay.example",
            "relay.example",
            587,
            "starttls",
            "u@x",
            "ge:heim",
        ),
        ("smtps://u:geheim@relay.example", "relay.example", 465, "implicit", "u", "geheim"),
        ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, "none", "", ""),
        ("smtp://localhost", "localhost", 25, "none", "", ""),
        ("smtp://[::1]:2525", "::1", 2525, "none", "", ""),
        ("smtps://localhost", "localhost", 465, "implicit", "", ""),
    ],
)
def test_a_server_is_read_and_only_this_machine_goes_without_tls(
    tmp_path, text, host, port, tls, user, password
):
    found = read(tmp_path, text)
    assert (found.host, found.port, found.tls) == (host, port, tls)
    assert (found.user, found.password) == (user, password)
    assert str(found.sender) == FROM
    assert not password or password not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        "relay.example", "http://relay.example", "smtp://", "smtp://u:geheim@", "smtp://u:geheim@h:x",
        "smtp://u:geheim@h:99999", "smtp://u:geheim@h/path", "smtp://u:geheim@h?tls=no", "smtp://[::1",
    ],
)  # fmt: skip
def test_a_server_that_is_none_is_refused_in_one_line(tmp_path, text):
    with pytest.raises(ConfigError, match="PORTAL_SMTP") as refused:
        read(tmp_path, text)
    assert "geheim" not in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "sender", ["", "portal", "Portal", "ñ@portal.example", "a@b\r\nBcc: c@d", "a@b, c@d", "@", "a@"]
)
def test_a_sender_that_is_none_is_refused_in_one_line(tmp_path, sender):
    with pytest.raises(ConfigError, match="PORTAL_MAIL_FROM") as refused:
        read(tmp_path, "smtp://localhost", sender)
    assert "\n" not in str(refused.value)


def test_settings_are_told_without_their_password(tmp_path):
    environ = {
        "PORTAL_DATA": str(tmp_path),
        "PORTAL_SMTP": "smtps://u:geheim@relay.example",
        "PORTAL_MAIL_FROM": "portal@portal.example",
    }
    found = from_environment(environ)
    assert isinstance(found, Config)
    assert "geheim" not in repr(found)
