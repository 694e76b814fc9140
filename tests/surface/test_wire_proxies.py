"""Who asks, behind proxies of one's own: PORTAL_PROXIES (catalogue sections 0.5, B10).

The throttle and the record of acts stand on this address: what a client writes into
X-Forwarded-For must not move it.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, request

from portal.config import Config, ConfigError, from_environment
from portal.web import edge

PEER, READER, MADE_UP = "10.0.0.2", "203.0.113.9", "198.51.100.1"


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return from_environment({"PORTAL_DATA": str(tmp_path), "PORTAL_URL": "https://portal.test"})


def told(settings: Config, **headers: str) -> str:
    """What a view is told: address, scheme, name."""
    app = Flask("wire")
    app.extensions["portal.config"] = settings
    app.get("/")(lambda: f"{request.remote_addr} {request.scheme} {request.host}")
    edge.stand_before(app, settings)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().get("/", headers=sent, environ_overrides={"REMOTE_ADDR": PEER}).text


@pytest.mark.parametrize(
    ("proxies", "chain", "client"),
    [
        (0, READER, PEER),
        (0, f"{MADE_UP}, {READER}", PEER),
        (1, READER, READER),
        (1, f"{MADE_UP}, {READER}", READER),
        (1, f"{MADE_UP},{MADE_UP},  {READER} ", READER),
        (2, f"{MADE_UP}, {READER}, 10.0.0.1", READER),
        (2, READER, PEER),  # came around the outer proxy
        (1, "", PEER),
        (1, "unknown", PEER),
        (1, f"{READER}, ", PEER),
        (1, f"{READER}:4711", READER),
        (1, "[2001:db8::7]:4711", "2001:db8::7"),
        (1, "2001:DB8:0::7", "2001:db8::7"),
        (1, f"::ffff:{READER}", READER),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "9" * 9_000, PEER),
        (1, "٢٠٣.0.113.9", PEER),
    ],
)
def test_the_address_is_the_one_that_ones_own_proxies_saw(
    settings: Config, proxies: int, chain: str, client: str
) -> None:
    environ = {"REMOTE_ADDR": PEER, "HTTP_X_FORWARDED_FOR": chain}
    assert edge.client(environ, proxies) == client


def test_a_view_sees_that_address_and_no_other_word_of_a_proxy(settings: Config) -> None:
    """Neither name nor scheme nor prefix is taken from a header, however many proxies there are."""
    more = {
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Proto": "https",
        "Forwarded": f"for={MADE_UP};host=evil.example;proto=https",
        "X_Real_IP": MADE_UP,
        "True_Client_IP": MADE_UP,
        "X_Forwarded_Prefix": "/evil",
    }
    spoofed = {"X_Forwarded_For": f"{MADE_UP}, {READER}", **more}
    assert told(settings, **spoofed) == f"{PEER} http localhost"
    assert told(replace(settings, proxies=1), **spoofed) == f"{READER} http localhost"
    assert told(replace(settings, proxies=1), **more) == f"{PEER} http localhost"


def test_no_proxy_is_believed_unless_it_is_set(tmp_path: Path) -> None:
    data = {"PORTAL_DATA": str(tmp_path)}
    assert from_environment(data).proxies == 0
    assert from_environment({**data, "PORTAL_PROXIES": "2"}).proxies == 2


@pytest.mark.parametrize("text", ["-1", "10", "one", "1.0", " 1", "٢", "*", "1,2"])
def test_a_number_of_proxies_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="PORTAL_PROXIES"):
        from_environment({"PORTAL_DATA": str(tmp_path), "PORTAL_PROXIES": text})


def test_too_many_proxies_in_the_settings_would_believe_a_client(settings: Config) -> None:
    """The control: the count is what guards; one too many takes what the client made up."""
    assert told(replace(settings, proxies=2), X_Forwarded_For=f"{MADE_UP}, {READER}").startswith(
        MADE_UP
    )
