"""Two clocks, the only readers of time.

`business()` tells the moment contracts, funds, notices and the FAQ live in; `wall()` the moment of
this machine (sessions, leases, events). They are the same unless the business clock was set going
from a date. Both answer aware UTC datetimes.
"""

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

DAY_STARTS = time(9, 0)


def wall() -> datetime:
    """Now, on this machine."""
    return datetime.now(UTC)


@dataclass
class BusinessClock:
    """The business time of one portal: shifted from the wall's by `shift`, read in `zone`."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    shift: timedelta = timedelta(0)
    set_from: date | None = None


_clock = BusinessClock()


def business() -> datetime:
    """Now, for everything the program promises."""
    return wall() + _clock.shift


def today() -> date:
    """The business date in the program's zone."""
    return business().astimezone(_clock.zone).date()


def local_date(moment: datetime) -> date:
    """The date of `moment` in the program's zone."""
    return moment.astimezone(_clock.zone).date()


def is_set() -> bool:
    """Whether the business clock runs apart from the wall's (a demo)."""
    return _clock.set_from is not None


def zone() -> ZoneInfo:
    """The program's time zone."""
    return _clock.zone


def configure(zone: str, starts_on: date | None, stamp: Path | None = None) -> None:
    """Set the business clock of this process.

    With `starts_on` it starts at 09:00 in `zone` on that date and goes on from there. `stamp`
    is a small file that keeps when it was set going, so that web, worker and commands of one portal
    agree and a restart does not turn it back; another `starts_on` sets it anew. A stamp alone
    (no `starts_on`) is obeyed too.
    """
    _clock.zone = ZoneInfo(zone)
    kept = _read(stamp)
    if starts_on is None and kept is None:
        _clock.shift, _clock.set_from = timedelta(0), None
        return
    if kept is None or (starts_on is not None and kept[0] != starts_on):
        assert starts_on is not None
        kept = (starts_on, wall())
        _write(stamp, kept)
    start = datetime.combine(kept[0], DAY_STARTS, _clock.zone)
    _clock.shift, _clock.set_from = start - kept[1], kept[0]


def _read(stamp: Path | None) -> tuple[date, datetime] | None:
    if stamp is None or not stamp.exists():
        return None
    data = json.loads(stamp.read_text("utf-8"))
    return date.fromisoformat(data["starts_on"]), datetime.fromisoformat(data["set_at"])


def _write(stamp: Path | None, kept: tuple[date, datetime]) -> None:
    if stamp is None:
        return
    stamp.parent.mkdir(parents=True, exist_ok=True)
    part = stamp.with_name(f"{stamp.name}.{os.getpid()}")
    part.write_text(json.dumps({"starts_on": kept[0].isoformat(), "set_at": kept[1].isoformat()}))
    part.replace(stamp)
