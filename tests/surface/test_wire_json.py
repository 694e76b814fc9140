"""JSON from outside (catalogue B21): what no database holds is refused, by 400, never by a 500."""

import json
from typing import Any

import pytest
from flask import Flask, request
from flask.json.provider import DefaultJSONProvider
from flask_babel import Babel

from portal.web import errors, logs
from portal.web.strict_json import DEEPEST, LARGEST, StrictJSON
from tests.people import Browser

REFUSED = {
    "nested": "[" * 50_000,
    "nested and closed": "[" * 50_000 + "]" * 50_000,
    "nested names": '{"a":' * 50_000 + "1" + "}" * 50_000,
    "a level too deep": "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1),
    "a name twice": '{"role": "user", "role": "admin"}',
    "a name twice, below": '[{"a": {"b": 1, "b": 1}}]',
    "NaN": '{"a": NaN}',
    "infinity": "[-Infinity]",
    "1e400": "[1e400]",
    "2^63": f"[{LARGEST + 1}]",
    "-2^63-1": f"[{-LARGEST - 2}]",
    "thousands of digits": "9" * 5_000,
    "NUL": r'["\u0000"]',
    "NUL in a name": r'{"\u0000": 1}',
    "half a character": r'["\ud800"]',
    "not UTF-8": b'["\xff"]',
    "UTF-16": '["a"]'.encode("utf-16"),
    "nothing": "",
    "two values": "1 2",
    "a comma too many": "[1,]",
}
TAKEN: dict[str, Any] = {
    f"[{LARGEST}]": [LARGEST],
    f"[{-LARGEST - 1}]": [-LARGEST - 1],
    '{"a": [1.5, true, null, "á\\n👩‍🚀"]}': {"a": [1.5, True, None, "á\n👩‍🚀"]},
    "[" * DEEPEST + "]" * DEEPEST: json.loads("[" * DEEPEST + "]" * DEEPEST),
}


def listening(provider: type[DefaultJSONProvider]) -> Flask:
    """An application with the portal's error pages and one view that reads JSON."""
    app = Flask("wire")
    app.json = provider(app)
    app.testing = True
    Babel(app)
    logs.install(app)
    errors.install(app)
    app.post("/api/echo")(lambda: {"told": request.get_json()})
    return app


def answer(app: Flask, body: str | bytes, kind: str = "application/json") -> tuple[int, Any]:
    response = app.test_client().post("/api/echo", data=body, content_type=kind)
    return response.status_code, json.loads(response.data)


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_json_for_us_is_refused_in_json(what: str) -> None:
    status, told = answer(listening(StrictJSON), REFUSED[what])
    assert (status, told["status"]) == (400, 400)


@pytest.mark.parametrize("text", TAKEN)
def test_what_is_json_is_taken(text: str) -> None:
    assert answer(listening(StrictJSON), text) == (200, {"told": TAKEN[text]})


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "x/y", ""])
def test_another_kind_of_content_is_no_json(kind: str) -> None:
    status, told = answer(listening(StrictJSON), "{}", kind)
    assert (status, told["status"]) == (415, 415)


def test_without_the_strict_reader_a_nested_body_breaks_a_view() -> None:
    """The control: the usual reader answers 500, takes NaN and the second of two names."""
    app = listening(DefaultJSONProvider)
    assert answer(app, REFUSED["nested"])[0] == 500
    assert answer(app, REFUSED["a name twice"]) == (200, {"told": {"role": "admin"}})


@pytest.mark.parametrize("what", ["nested", "NaN", "2^63", "NUL", "a name twice"])
@pytest.mark.parametrize("kind", ["application/json", "application/problem+json", "text/json"])
def test_no_post_of_the_portal_takes_json_in_place_of_a_form(
    visitor: Browser, what: str, kind: str
) -> None:
    for rule in visitor.app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.arguments - {"lang"}:
            path = rule.rule.replace("<any(es, en):lang>", "es")
            response = visitor._send("post", path, data=REFUSED[what], content_type=kind)
            assert response.status_code == 400, path


def test_the_portal_itself_reads_json_strictly(visitor: Browser) -> None:
    assert isinstance(visitor.app.json, StrictJSON)
