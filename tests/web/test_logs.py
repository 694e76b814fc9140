"""What a log tells of a request: never a secret that stands in its path."""

import pytest
from flask import Flask

from portal.web.logs import path


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("/feeds/aGVsbG8.atom", "/feeds/…"),
        ("/feeds/aGVsbG8.atm/x", "/feeds/…"),
        ("/es/feeds/aGVsbG8.ics", "/es/feeds/…"),
        ("/en/account/feeds", "/en/account/feeds"),
        ("/es/faq/q1", "/es/faq/q1"),
    ],
)
def test_a_secret_path_is_not_told(asked: str, told: str) -> None:
    with Flask("x").test_request_context(asked):
        assert path() == told
