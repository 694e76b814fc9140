"""The people of the demo, who may be signed in as by one click.

They are kept in `PORTAL_DATA/demo.json`, written by `flask seed demo` and by nothing else; without
that file no portal offers a one-click sign-in.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from portal.accounts import factors, queries
from portal.accounts.models import Person
from portal.kernel import clock
from portal.kernel.access import Actor, Role
from portal.store.db import db


@dataclass(frozen=True)
class DemoPerson:
    """An address and a role; the company's name stands on no signed-out page.

    `secret` is what the codes of the second factor are made of, "" for people who need none.
    """

    email: str
    role: Role
    secret: str = ""


def people() -> tuple[DemoPerson, ...]:
    """Everyone of the demo, or nobody when this portal is none."""
    return tuple(
        DemoPerson(entry["email"], Role(entry["role"]), entry.get("totp_secret", ""))
        for entry in _kept().get("people", ())
    )


def find(email: str) -> DemoPerson | None:
    """The demo's person with this address."""
    return next((person for person in people() if person.email == email), None)


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


def choose_secret(email: str) -> str:
    """The secret kept for this person's codes, else a new one."""
    kept = find(email)
    return kept.secret if kept and kept.secret else factors.new_secret()


def _file() -> Path:
    return Path(current_app.extensions["portal.config"].data) / "demo.json"


def _kept() -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(_file().read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return kept


def acting(email: str) -> Actor:
    """A person of the demo, in the first capacity they have. Raises ValueError for nobody."""
    session = db.session()
    found = session.scalar(select(Person.id).where(Person.email == email))
    actors = queries.capacities(session, found) if found is not None else []
    if not actors:
        raise ValueError(f"nobody of the demonstration is called {email}")
    return actors[0]


def moment(told: datetime) -> datetime:
    """A moment of the demo's files, which is of the program's zone."""
    return told.replace(tzinfo=clock.zone())
