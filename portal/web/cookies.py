"""The cookie of a session: signed with SHA-256 (Flask's own default is SHA-1)."""

import hashlib
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface


def _sha256(string: bytes = b"") -> Any:
    return hashlib.sha256(string)


class Sessions(SecureCookieSessionInterface):
    """Flask's own sessions, but for the digest of the signature and of its key."""

    salt = "portal-session"
    digest_method = staticmethod(_sha256)


def install(app: Flask) -> None:
    """Have the sessions of `app` signed so."""
    app.session_interface = Sessions()
