"""The cast, and a browser that checks every page it sees."""

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.page import check_page

NORTE, NORTE_ADMIN = "user@norte.example", "admin@norte.example"
SUR, SUR_ADMIN = "user@sur.example", "admin@sur.example"
CHANNEL, CHANNEL_L3 = "channel@centurylink.example", "channel@level3.example"
LEAD, LEAD_L3 = "lead@centurylink.example", "lead@level3.example"
ACCOUNT, ACCOUNT_L3 = "account@centurylink.example", "account@level3.example"
SUPPORT, CSM = "support@portal.example", "csm@portal.example"
FINANCE, ADMIN = "finance@portal.example", "admin@portal.example"
EVERYONE = (
    *(NORTE, NORTE_ADMIN, SUR, SUR_ADMIN, CHANNEL, CHANNEL_L3, LEAD, LEAD_L3),
    *(ACCOUNT, ACCOUNT_L3, SUPPORT, CSM, FINANCE, ADMIN),
)
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser:
    """A test client with one reader's cookies; `get` fails on any page that breaks the rules."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.page: TestResponse | None = None

    def get(self, path: str, *, status: int = 200, **kwargs: Any) -> str:
        """The text of the page at `path`, which must answer `status`."""
        return self._see(path, self._send("get", path, **kwargs), status)

    def post(self, path: str, form: dict[str, Any], *, status: int = 302, at: str = "") -> str:
        """Send `form` to `path` with the token of the page `at` (default: the path itself)."""
        token = TOKEN.search(self._send("get", at or path).text)
        assert token, f"no form with a token at {at or path}"
        response = self._send("post", path, data={"csrf_token": token[1], **form})
        return self._see(path, response, status)

    def follow(self) -> str:
        """The page the last answer redirects to."""
        assert self.page is not None
        return self.get(self.page.headers["Location"])

    def as_(self, email: str, language: str = "es") -> "Browser":
        """This browser, signed in as a person of the demo."""
        self.post(f"/{language}/sign-in", {"demo": email})
        return self

    def _send(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        """A request in an application context of its own, as a server gives it: `g` starts empty."""
        with self.app.app_context():
            return self.client.open(path, method=method.upper(), **kwargs)

    def _see(self, path: str, response: TestResponse, status: int) -> str:
        self.page = response
        assert response.status_code == status, f"{path}: {response.status_code}, not {status}"
        text = response.text
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            lang = response.headers.get("Content-Language") or path[1:3]
            problems = check_page(text, lang=lang) if "<html" in text else []
            assert not problems, f"{path}: {problems}"
        return text
