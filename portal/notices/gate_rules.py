"""When what a notice announces takes effect, partner by partner. Pure (N2).

Moments are the program's. A dated fact holds for whole days, so a change begins with the first day
that starts at or after the latest of the three moments N2 names: nothing turns in the middle of one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

# An accepted mail can come back for a day; only then does it count as not bounced.
DAY = timedelta(days=1)
BOUNCES_WITHIN = DAY


class How(StrEnum):
    """How a company was served (N2)."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    MAIL = "mail"
    OTHER_WAY = "other_way"
    JOINED = "joined"


class Latest(StrEnum):
    """Which of the three moments of N2 decided when a change takes effect."""

    EFFECTIVE_DATE = "effective_date"
    LEAD_TIME = "lead_time"
    SERVED = "served"


@dataclass(frozen=True)
class Terms:
    """What decides when a published version takes effect, the same for every partner."""

    effective_on: date
    published_at: datetime
    lead_days: int
    zone: str


@dataclass(frozen=True)
class Effect:
    """When a change takes effect: the latest of the three moments, which it was, and the first
    whole day from which the new value holds.
    """

    due_at: datetime
    latest: Latest
    on: date


def day_start(day: date, zone: str) -> datetime:
    """The moment `day` begins in `zone`; where midnight is skipped, the first moment of the day."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def lead_ends(published_at: datetime, days: int, zone: str) -> datetime:
    """The same time of day in `zone`, so many days later, however long the nights between."""
    local = published_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + timedelta(days=days)
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def first_day(moment: datetime, zone: str) -> date:
    """The first day that starts at or after `moment`."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    return day if day_start(day, zone) >= moment else day + timedelta(days=1)


def effect(terms: Terms, served_at: datetime) -> Effect:
    """When what was announced takes effect for whoever was served at `served_at` (N2)."""
    moments = (
        (day_start(terms.effective_on, terms.zone), Latest.EFFECTIVE_DATE),
        (lead_ends(terms.published_at, terms.lead_days, terms.zone), Latest.LEAD_TIME),
        (served_at, Latest.SERVED),
    )
    due_at, latest = max(moments, key=lambda each: each[0])
    return Effect(due_at, latest, first_day(due_at, terms.zone))


def soonest(terms: Terms) -> date:
    """The first day on which it can take effect for anybody: for whoever is served at once."""
    return effect(terms, terms.published_at).on


def earliest(published_at: datetime, lead_days: int, zone: str) -> date:
    """The first day on which anything published then may take effect."""
    return first_day(lead_ends(published_at, lead_days, zone), zone)


@dataclass(frozen=True)
class Proof:
    """How and when a living person of the company was reached."""

    how: How
    at: datetime


def served(proofs: Collection[Proof], now: datetime) -> Proof | None:
    """The first proof there is by `now`; None while the company is not served."""
    there = [proof for proof in proofs if proof.at <= now]
    return min(there, key=lambda proof: (proof.at, proof.how), default=None)
