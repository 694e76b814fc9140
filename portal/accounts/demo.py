"""The people of the demo, who may be signed in as by one click.

They are kept in `PORTAL_DATA/demo.json`, written by `flask seed demo` and by nothing else; without
that file no portal offers a one-click sign-in.
"""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app

from portal.kernel.access import Role


@dataclass(frozen=True)
class DemoPerson:
    """An address and a role; the company's name stands on no signed-out page."""

    email: str
    role: Role


def people() -> tuple[DemoPerson, ...]:
    """Everyone of the demo, or nobody when this portal is none."""
    return tuple(
        DemoPerson(entry["email"], Role(entry["role"])) for entry in _kept().get("people", ())
    )


def find(email: str) -> DemoPerson | None:
    """The demo's person with this address."""
    return next((person for person in people() if person.email == email), None)


def password() -> str:
    """The one password of the demo's people. Raises KeyError when this portal is no demo."""
    return str(_kept()["password"])


def keep(entries: list[dict[str, str]], word: str) -> None:
    """Write the demo's people and password, readable by this user alone."""
    path = _file()
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps({"password": word, "people": entries}), "utf-8")
    part.replace(path)


def choose_password() -> str:
    """PORTAL_DEMO_PASSWORD, else the one kept, else a new one."""
    given = current_app.extensions["portal.config"].demo_password
    return str(given or _kept().get("password") or secrets.token_urlsafe(9))


def _file() -> Path:
    return Path(current_app.extensions["portal.config"].data) / "demo.json"


def _kept() -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(_file().read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return kept
