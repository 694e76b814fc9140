"""What the doctor asks of time and work: a worker, a clock that goes on, decisions that hold."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from portal.registry.models import Team
from portal.store.db import db
from portal.store.decisions import KINDS, StoredDecision, replay
from portal.store.events import Event
from portal.web.checkup import Blocks, Finding, Needs, Place, Words, check
from portal.web.jobs import JobRun

SLACK = timedelta(minutes=5)
RECENT = timedelta(days=1)
AT_ONCE = 200


@check(
    "worker",
    Needs.SCHEMA,
    {
        "worker.silent": Words(
            "the worker beside the web server was last alive: {last}",
            "flask worker run",
            Blocks.DEPLOY,
        )
    },
)
def worker(place: Place) -> Iterator[Finding]:
    """The worker takes its minute's heartbeat."""
    last = db.session().scalar(
        select(func.max(JobRun.started_at)).where(JobRun.name == "heartbeat")
    )
    if last is None or last < place.now - SLACK:
        yield Finding("worker.silent", {"last": _minute(last) if last else "never"})


@check(
    "clock",
    Needs.SCHEMA,
    {
        "clock.behind": Words(
            "this machine says {now}, but {thing} is of {newest}",
            "set the clock of this machine (NTP); sessions, links and second factors rely on it",
        ),
        "clock.zone": Words(
            "the hours of team {team} are in {zone}, which this machine does not know",
            "install the time zone data of the system (tzdata), or mend the team's hours",
        ),
    },
)
def wall_clock(place: Place) -> Iterator[Finding]:
    """This machine's clock is not behind what happened already; every team's zone is known."""
    moments: dict[str, datetime | None] = {
        "the newest event": db.session().scalar(select(func.max(Event.at))),
        "the newest decision": db.session().scalar(select(func.max(StoredDecision.recorded_at))),
        "the newest file of PORTAL_DATA": _newest_file(place.settings.data),
        "the newest work of the worker": db.session().scalar(select(func.max(JobRun.started_at))),
    }
    for thing, newest in moments.items():
        if newest is not None and newest > place.now + SLACK:
            facts = {
                "thing": thing,
                "newest": _minute(newest),
                "now": _minute(place.now),
            }
            yield Finding("clock.behind", facts)
    for code, hours in db.session().execute(select(Team.code, Team.hours)):
        zone = (hours or {}).get("zone")
        try:
            ZoneInfo(zone or "UTC")
        except (LookupError, ValueError):
            yield Finding("clock.zone", {"team": code, "zone": zone})


@check(
    "decisions on record (R7)",
    Needs.SCHEMA,
    {
        "decision.differs": Words(
            "decision {ref} would be answered differently by the same rules ({ruleset})",
            "flask orders replay {ref}; its facts or answer were changed, or the rules without their name",
        ),
        "decision.outdated": Words(
            "decision {ref} was made by {then}; {now} answers differently",
            "nothing to mend: it stands as it was made",
            Blocks.NEVER,
        ),
        "decision.unknown": Words(
            "decision {ref} is of a kind this program does not know: {kind}",
            "run the program that made it, or a newer one",
        ),
    },
)
def decisions(place: Place) -> Iterator[Finding]:
    """Decisions of the last day (deep: all) are answered from their own facts as they were (R7)."""
    query = select(StoredDecision).order_by(StoredDecision.id)
    if not place.deep:
        query = query.where(StoredDecision.recorded_at > place.now - RECENT)
    for stored in db.session().scalars(query.execution_options(yield_per=AT_ONCE)):
        if stored.kind not in KINDS:
            yield Finding("decision.unknown", {"ref": stored.ref, "kind": stored.kind})
            continue
        found = replay(stored)
        if found.same:
            continue
        if found.then == found.now:
            yield Finding("decision.differs", {"ref": stored.ref, "ruleset": found.now})
        else:
            facts = {"ref": stored.ref, "then": found.then, "now": found.now}
            yield Finding("decision.outdated", facts)


def _newest_file(folder: Path) -> datetime | None:
    times = [file.stat().st_mtime for file in folder.glob("*") if file.is_file()]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
