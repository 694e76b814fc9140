"""The questions of the demonstration: asked and answered by its people, on the days the pack says."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, exists, select

from portal.accounts.models import Person
from portal.accounts.queries import capacities
from portal.concerns import asking, commands
from portal.concerns.models import Concern
from portal.concerns.rules import About, Ask
from portal.kernel import clock
from portal.kernel.access import PARTNER_ROLES, Actor
from portal.store.db import atomic, db
from portal.store.outbox import Mail


def seed(path: Path) -> int:
    """Ask and answer what `path` (TOML) says; how many questions. Nothing where some stand already,
    or the pack has none. Raises ValueError for a question that no team takes.
    """
    if not path.exists() or db.session().scalar(select(exists().where(Concern.id.is_not(None)))):
        return 0
    rows = tomllib.loads(path.read_text("utf-8"))["concerns"]
    for number, row in enumerate(rows, 1):
        about = About.CONTRACT if "number" in row else About.RELATIONSHIP
        made = asking.ask(
            Ask(about, row.get("registry"), row.get("number")),
            asking.Letter(row["subject"], row["text"].strip(), row.get("question")),
            actor=_person(row["by"]),
            now=_moment(row["at"]),
            key=f"demo-concern-{number}",
        )
        if made.concern_id is None:
            raise ValueError(f"{path.name}: no team takes {row['subject']!r}")
        for said in row.get("said", ()):
            _say(made.concern_id, said)
    with atomic() as session:
        # What happened before the day of the demonstration was told in its time.
        session.execute(delete(Mail).where(Mail.kind.startswith("concern_")))
    return len(rows)


def _say(concern_id: int, said: dict[str, Any]) -> None:
    who, now, text = _person(said["by"]), _moment(said["at"]), said["text"].strip()
    if who.role in PARTNER_ROLES:
        commands.write(concern_id, text, actor=who, now=now)
    elif commands.answer(concern_id, text, actor=who, now=now).refused:
        raise ValueError(f"{who.email} does not answer for the team")


def _person(email: str) -> Actor:
    session = db.session()
    found = session.scalar(select(Person.id).where(Person.email == email))
    actors = capacities(session, found) if found is not None else []
    if not actors:
        raise ValueError(f"nobody of the demonstration is called {email}")
    return actors[0]


def _moment(told: datetime) -> datetime:
    """A moment of the program's zone."""
    return told.replace(tzinfo=clock.zone())
