"""The notices of the demonstration: written, published and opened by its people, on the days the pack
says, through the commands they would use.
"""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, exists, select

from portal.accounts.demo import acting, moment
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.localized import Localized
from portal.notices import drafts, fanout, publishing, reading
from portal.notices.audience_rules import Choice
from portal.notices.models import Notice, NoticeVersion
from portal.store.db import atomic, db
from portal.store.facts import DESKS, GATED, Key
from portal.store.outbox import Mail


def seed(path: Path) -> int:
    """Write what `path` (TOML) says; how many notices. Nothing where some stand already, or the pack
    has none. Raises ValueError for a subject, person or publication that does not fit.
    """
    if not path.exists() or db.session().scalar(select(exists().where(Notice.id.is_not(None)))):
        return 0
    rows = tomllib.loads(path.read_text("utf-8"))["notices"]
    for row in rows:
        author, now = acting(row["by"]), moment(row["at"])
        saved = drafts.begin(_draft(row, author), actor=author, now=now)
        for change in row.get("changes", ()):
            fact, words = change["fact"], change["subject"]
            key = _subject(fact, words, author)
            value = DESKS[fact].read(db.session(), GATED[fact].key(str(key)), {"": change["value"]})
            drafts.set_change(saved.version_id, fact, key, value, actor=author, now=now)
        if row.get("published"):
            _publish(saved.version_id, author, now)
        for reader in row.get("opened", ()):
            actor = acting(reader["by"])
            reading.opened(saved.version_id, actor=actor, now=moment(reader["at"]))
    fanout.fan_out(clock.business(), clock.wall())
    with atomic() as session:
        # What was published before the day of the demonstration was mailed in its time.
        session.execute(delete(Mail).where(Mail.kind == fanout.KIND))
    return len(rows)


def _draft(row: dict[str, Any], author: Actor) -> drafts.Draft:
    assert author.registry_id is not None
    return drafts.Draft(
        topic=row["topic"],
        title=Localized(row["title"]),
        body=Localized({lang: text.strip() for lang, text in row["body"].items()}),
        effective_on=row["effective"],
        questions_until=row.get("questions_until"),
        choice=Choice(registries=frozenset({author.registry_id})),
    )


def _publish(version_id: int, author: Actor, now: datetime) -> None:
    revision = db.session().get_one(NoticeVersion, version_id).revision
    told = publishing.publish(version_id, revision=revision, actor=author, now=now, hold=False)
    if told.refused or version_id not in publishing.publish_due(now):
        raise ValueError(f"notice {version_id} cannot be published: {told.reasons}")


def _subject(fact: str, words: str, author: Actor) -> Key:
    found = DESKS[fact].find(db.session(), author, words, 2)
    if len(found) != 1:
        raise ValueError(f"{fact}: {len(found)} subjects are called {words}")
    return found[0].key
