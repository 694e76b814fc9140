"""Keys for one purpose each, made of the portal's secret: one found out tells nothing of another."""

import hashlib
import hmac

from flask import current_app


def derived(purpose: str) -> bytes:
    """32 bytes that only this portal has, the same each time for the same `purpose`."""
    secret = str(current_app.extensions["portal.config"].secret_key)
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")


def fingerprint(purpose: str, text: str) -> str:
    """`text` as it is kept where it must be recognised and never read again: a keyed hash, in hex."""
    told = text.encode("utf-8", "surrogatepass")
    return hmac.new(derived(purpose), told, hashlib.sha256).hexdigest()[:32]
