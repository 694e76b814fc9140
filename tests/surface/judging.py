"""What every answer to a hostile request has to be, and how such a request is told in words."""

from typing import Any
from urllib.parse import quote_from_bytes

from werkzeug.test import TestResponse

OURS = ("Content-Security-Policy", "X-Content-Type-Options", "Strict-Transport-Security")


def judge(response: TestResponse, events: list[Any], what: str) -> None:
    """Every answer is one of ours; nothing unexpected is in the log."""
    assert response.status_code < 500 or "healthz" in what, what
    assert not [each for each in events if each["log_level"] in ("error", "critical")], what
    for header in OURS:
        assert header in response.headers, what
    where = response.headers.get("Location", "/")
    assert where.startswith("/") and not where.startswith(("//", "/\\")), f"{where}: {what}"
    assert b"Traceback (most" not in response.data, what
    assert "X-Evil" not in response.headers, what


def fingerprint(method: str, path: str, more: dict[str, Any]) -> str:
    """The request in words, the same for the same request; without its token."""
    parts = [method, path, str(more.get("query_string", "")), str(sorted(more["headers"].items()))]
    data = more.get("data", b"")
    if isinstance(data, dict):
        for name, value in data.items():
            told = value if isinstance(value, str) else (value[0].getvalue(), *value[1:])
            parts.append(f"{name}={told!r}")
    else:
        parts.append(quote_from_bytes(data) if isinstance(data, bytes) else data)
    return " ".join(parts)
