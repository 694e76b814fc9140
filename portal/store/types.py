"""Column types and identifiers that every table shares."""

import os
import secrets
import threading
import time
import uuid
from datetime import UTC, datetime

from sqlalchemy import JSON, DateTime, TypeDecorator
from sqlalchemy.engine import Dialect

from portal.kernel.localized import Localized

LARGEST_ID = 2**31 - 1


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. Raises ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC, or refused when it says no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware again (SQLite forgets the zone)."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class LocalizedType(TypeDecorator[Localized]):
    """A `Localized` in one JSON column; fetched by id, never queried into."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Localized | None, dialect: Dialect) -> object:
        """As a plain object."""
        return None if value is None else dict(value)

    def process_result_value(self, value: object, dialect: Dialect) -> Localized | None:
        """As the immutable value."""
        return Localized(value) if isinstance(value, dict) else None


_LAST = [0, 0]
_ONE_AT_A_TIME = threading.Lock()


def uuid7() -> uuid.UUID:
    """A UUID version 7 (RFC 9562): random, and sorting by when it was made; those of one process also
    within a millisecond, so that what a command did first is told first.
    """
    millis, rest = time.time_ns() // 1_000_000, int.from_bytes(os.urandom(9), "big") >> 1
    with _ONE_AT_A_TIME:
        if millis == _LAST[0]:
            rest = _LAST[1] + 1 + (rest >> 31)
        _LAST[:] = millis, rest
    high, low = rest >> 62, rest & ((1 << 62) - 1)
    return uuid.UUID(int=(millis << 80) | (0x7 << 76) | (high << 64) | (0x2 << 62) | low)


# Neither 0/O nor 1/I/L: a reference is read aloud and typed from paper.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_ref(length: int = 8) -> str:
    """A short opaque public reference: 31**8 possibilities, says nothing of order or count."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def row_id(text: str) -> int:
    """The number of a row as a query names it. Raises ValueError for what no database holds."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= LARGEST_ID):
        raise ValueError(f"{text[:20]!r} is no row")
    return int(text)
