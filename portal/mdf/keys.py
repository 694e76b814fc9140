"""How a page of MDF gives a command: who, when, and under which key, so that a form sent twice acts once."""

import re
import secrets
from typing import Any

from flask import request

from portal.kernel import clock
from portal.web.guards import actor

KEY = re.compile(r"[\w-]{8,100}", re.ASCII)


def new_key(sent: str | None = None) -> str:
    """The idempotency key that a form sent, else a new one."""
    return sent if sent and KEY.fullmatch(sent) else secrets.token_urlsafe(12)


def by() -> dict[str, Any]:
    """The reader, now (business time), under the key of the form that was sent."""
    return {"actor": actor(), "now": clock.business(), "key": new_key(request.form.get("key"))}
