"""Searches that found nothing, counted for the editors.

Reading the FAQ never waits for a writer and never fails for one: the count has its own short
transaction, and what cannot be written at once is kept in the process for the next time.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

import structlog
from sqlalchemy import Connection, Engine, delete, func, select, text, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from portal.faq.models import FaqMiss
from portal.store.db import BUSY_MS

LONGEST = 80
MOST = 5_000
MOST_WAITING = 200
PATIENCE_MS = 25
_EDGES = re.compile(r"^[^\w]+|[^\w]+$")

Key = tuple[str, str]


class Tally:
    """The counts of this process that are not in the database yet: at most 200 of them."""

    def __init__(self) -> None:
        self._waiting: Counter[Key] = Counter()
        self._lock = Lock()

    def add(self, key: Key) -> None:
        """One more search for `key`; dropped when far too much waits already."""
        with self._lock:
            if key in self._waiting or len(self._waiting) < MOST_WAITING:
                self._waiting[key] += 1

    def take(self) -> Counter[Key]:
        """What waits; the caller gives it back if it cannot be written."""
        with self._lock:
            taken, self._waiting = self._waiting, Counter()
        return taken

    def give_back(self, taken: Counter[Key]) -> None:
        """Let `taken` wait again."""
        with self._lock:
            self._waiting.update(taken)


_tally = Tally()


def normalised(query: str) -> str | None:
    """`query` as it is counted: lower case, one space, 80 characters; None below two letters."""
    joined = " ".join(unicodedata.normalize("NFC", query).replace("\0", " ").split())
    sound = joined.encode("utf-8", "ignore").decode("utf-8").lower()
    short = _EDGES.sub("", _EDGES.sub("", sound)[:LONGEST])
    return short if sum(map(str.isalpha, short)) >= 2 else None


def note(engine: Engine, lang: str, query: str, now: datetime, most: int = MOST) -> None:
    """Count that `query` found nothing, keeping `most` different ones of a language.

    Never raises for the database, and waits 25 ms for another writer at most.
    """
    asked = normalised(query)
    if asked is None:
        return
    _tally.add((lang, asked))
    taken = _tally.take()
    try:
        with _brief(engine) as connection:
            for (language, words), times in sorted(taken.items()):
                _make_room(connection, language, words, most)
                _count(connection, language, words, times, now)
    except DBAPIError as error:
        _tally.give_back(taken)
        structlog.get_logger().info("faq.miss_waits", reason=type(error).__name__)


def _count(connection: Connection, lang: str, query: str, times: int, now: datetime) -> None:
    raised = connection.execute(
        update(FaqMiss)
        .where(FaqMiss.lang == lang, FaqMiss.query == query)
        .values(count=FaqMiss.count + times, last_at=now)
    )
    if raised.rowcount:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = insert(FaqMiss).values(lang=lang, query=query, count=times, last_at=now)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=[FaqMiss.lang, FaqMiss.query],
            set_={"count": FaqMiss.count + times, "last_at": now},
        )
    )


def _make_room(connection: Connection, lang: str, query: str, most: int) -> None:
    """Keep a language's rows under the bound: what was asked least, and longest ago, goes."""
    mine = FaqMiss.lang == lang
    others = select(func.count()).where(mine, FaqMiss.query != query)
    over = (connection.scalar(others) or 0) - most + 1
    if over > 0:
        key = (FaqMiss.lang, FaqMiss.query)
        oldest = (
            select(*key)
            .where(mine, FaqMiss.query != query)
            .order_by(FaqMiss.count, FaqMiss.last_at)
            .limit(over)
        )
        connection.execute(delete(FaqMiss).where(tuple_(*key).in_(oldest)))


@contextmanager
def _brief(engine: Engine) -> Iterator[Connection]:
    """A write transaction of its own that gives up instead of waiting for another writer."""
    with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection:
        if engine.dialect.name != "sqlite":
            with connection.begin():
                connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE_MS}ms'"))
                yield connection
            return
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        try:
            with connection.begin():
                yield connection
        finally:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
            cursor.close()
