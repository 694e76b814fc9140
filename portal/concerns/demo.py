"""The questions of the demonstration: asked and answered by its people, on the days the pack says."""

import tomllib
from pathlib import Path
from typing import Any

from sqlalchemy import delete, exists, select

from portal.accounts.demo import acting, moment
from portal.concerns import asking, commands
from portal.concerns.models import Concern
from portal.concerns.rules import About, Ask
from portal.kernel.access import PARTNER_ROLES
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
            actor=acting(row["by"]),
            now=moment(row["at"]),
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
    who, now, text = acting(said["by"]), moment(said["at"]), said["text"].strip()
    if who.role in PARTNER_ROLES:
        commands.write(concern_id, text, actor=who, now=now)
    elif commands.answer(concern_id, text, actor=who, now=now).refused:
        raise ValueError(f"{who.email} does not answer for the team")
