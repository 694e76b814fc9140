"""Importing a file into the registries: read, check, compare, and write all of it or nothing."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.decision import JSON
from portal.registry import profiles, reading, stage_agreements, stage_plain, write_contracts
from portal.registry.kinds import KINDS, Kind
from portal.registry.models import Registry
from portal.registry.problems import Held, Problem, Refused, problem
from portal.registry.profiles import Profile
from portal.registry.reading import Sheet
from portal.registry.rows import Parsed, Record, parse
from portal.registry.rules import ImportCode
from portal.registry.staging import Plan, Stage, Warrants
from portal.store.db import atomic, retrying
from portal.store.events import emit
from portal.store.types import new_ref

# Imports wait for one another on PostgreSQL, as SQLite's writers do: two files that make the same
# row would otherwise meet in a constraint instead of a comparison.
_IMPORT_LOCK = 7_301_117

# Whoever drafts notices listens here: called in the import's transaction, after its writes, with
# what a file asked for and only a notice may change; the moment is wall time. Not on a dry run. It
# answers with the references of what it drafted.
ON_HELD: list[Callable[[Session, Sequence[Held], Actor, datetime], Sequence[str]]] = []


@dataclass(frozen=True)
class Imported:
    """What an import did, or (dry run, or with errors) would have done.

    `rows` counts the rows of the file; with errors nothing was written and the counts are zero.
    `held` lists changes that only a notice may make, `drafted` the notices drafted of them by
    reference, `corrected` those applied as corrections;
    `repeated` counts rows that a profile made equal to an earlier one.
    """

    kind: str
    dry_run: bool
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    skipped: tuple[Problem, ...] = ()
    held: tuple[Held, ...] = ()
    corrected: tuple[Held, ...] = ()
    errors: tuple[Problem, ...] = ()
    drafted: tuple[str, ...] = ()


def settled(session: Session) -> None:
    """Let no import change the books until the caller's transaction ends; callers share the wait.

    SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock_shared(_IMPORT_LOCK)))


@dataclass
class _Read:
    """A file as its kind's records, with the profile's date formats and skips."""

    name: str
    sha256: str
    rows: int
    records: list[Record]
    problems: list[Problem]
    profile: Profile | None = None
    skipped: list[Problem] = field(default_factory=list)


@retrying
def import_file(
    kind: str,
    path: Path,
    *,
    registry: str | None = None,
    profile: Path | None = None,
    dry_run: bool = False,
    correction: str | None = None,
    actor: Actor,
    now: datetime,
    today: date | None = None,
) -> Imported:
    """Import the file at `path` as rows of `kind`: all of it, or nothing and every fault.

    `registry` fills the column of that name; `profile` is the file that says how to read a
    source's own columns. What stands and equals the file stays as it is. A
    dated fact that differs from what stands is held for a notice (N1) unless `correction` says
    why the file is a correction. `now` is wall time, `today` the business date (the clock's
    when not given). Raises KeyError for an unknown kind.
    """
    spec = KINDS[kind]
    try:
        read = _read(spec, path, profile, registry)
    except Refused as refused:
        return Imported(kind, dry_run, errors=refused.problems)
    with atomic() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(select(func.pg_advisory_xact_lock(_IMPORT_LOCK)))
        query = select(Registry.slug, Registry.id)
        registries = {row.slug: row.id for row in session.execute(query)}
        if registry is not None and spec.has_registry and registry not in registries:
            allowed = ", ".join(sorted(registries))
            fault = problem(
                ImportCode.REGISTRY_UNKNOWN, None, "registry", registry, allowed=allowed
            )
            return Imported(kind, dry_run, rows=read.rows, errors=(fault,))
        parsed = _parse(spec, read, registries, registry)
        at = Stage(session, registries, today or clock.today(), correction is not None)
        plan = _stage(spec, parsed, at)
        errors = _in_order([*read.problems, *parsed.problems, *plan.problems])
        result = _result(kind, dry_run, read, parsed, plan, errors)
        if not errors and not dry_run:
            home = _home(parsed, registries)
            return _write(session, read, plan, result, correction, home, actor, now)
    return result


def _read(kind: Kind, path: Path, profile_path: Path | None, registry: str | None) -> _Read:
    """The file as records. Raises Refused when the file, its header or the profile is no good."""
    profile = profiles.load(profile_path, kind) if profile_path else None
    try:
        data = path.read_bytes()
    except OSError as error:
        detail = error.strerror or "cannot be opened"
        raise Refused(problem(ImportCode.FILE_UNREADABLE, detail=detail)) from None
    expected = kind.names if profile is None else (*kind.names, *profile.sources())
    sheet = reading.read(data, expected)
    about = (path.name, hashlib.sha256(data).hexdigest(), sheet.count)
    if profile is None:
        _check_columns(kind, sheet, registry)
        records = [Record(row.line, row.cells) for row in sheet.rows]
        return _Read(*about, records, sheet.problems)
    made = {*profile.columns, *profile.compose, *profile.constants, *sheet.headers}
    missing = [name for name in profile.sources() if name not in sheet.headers]
    missing += [name for name in _needed(kind, registry) if name not in made]
    if missing:
        raise Refused(*(problem(ImportCode.COLUMN_MISSING, 1, name) for name in missing))
    records, skipped = profiles.apply(profile, kind, sheet.headers, sheet.rows)
    return _Read(*about, records, sheet.problems, profile, skipped)


def _needed(kind: Kind, registry: str | None) -> list[str]:
    """The columns a file must have; a given registry stands for the column."""
    needed = (*kind.required, *kind.any_of)
    return [name for name in needed if name != "registry" or registry is None]


def _check_columns(kind: Kind, sheet: Sheet, registry: str | None) -> None:
    known = ", ".join(kind.names)
    faults = [
        problem(ImportCode.COLUMN_UNKNOWN, 1, name, known=known)
        for name in sheet.headers
        if name not in kind.names
    ]
    missing = [name for name in _needed(kind, registry) if name not in sheet.headers]
    faults += [problem(ImportCode.COLUMN_MISSING, 1, name) for name in missing]
    if faults:
        raise Refused(*faults)


def _parse(kind: Kind, read: _Read, registries: Mapping[str, int], registry: str | None) -> Parsed:
    return parse(
        kind,
        read.records,
        registries=registries,
        registry=registry,
        formats=read.profile.dates if read.profile else (),
        collapse=read.profile is not None,
    )


def _stage(kind: Kind, parsed: Parsed, at: Stage) -> Plan:
    if kind.name == "contracts":
        return write_contracts.stage(parsed.rows, at)
    if kind.name == "agreements":
        return stage_agreements.stage(parsed.rows, at)
    return stage_plain.stage(kind.name, parsed.rows, at)


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda each: each.line or 0))


def _result(
    kind: str,
    dry_run: bool,
    read: _Read,
    parsed: Parsed,
    plan: Plan,
    errors: tuple[Problem, ...],
) -> Imported:
    skipped = tuple(read.skipped)
    if errors:
        return Imported(kind, dry_run, rows=read.rows, skipped=skipped, errors=errors)
    return Imported(
        kind,
        dry_run,
        rows=read.rows,
        created=plan.created,
        changed=plan.changed,
        unchanged=plan.unchanged,
        repeated=parsed.repeated,
        skipped=skipped,
        held=_by_line(plan.held),
        corrected=_by_line(plan.corrected),
    )


def _by_line(found: list[Held]) -> tuple[Held, ...]:
    return tuple(sorted(found, key=lambda each: each.line))


def _write(
    session: Session,
    read: _Read,
    plan: Plan,
    result: Imported,
    correction: str | None,
    home: int | None,
    actor: Actor,
    now: datetime,
) -> Imported:
    """The writes in order and one event; a file that changes and asks nothing leaves no trace."""
    if not (plan.created or plan.changed or plan.held):
        return result
    origin = f"import {result.kind} {read.name}"
    warrants = Warrants(session, origin, correction, actor, now)
    for write in plan.writes:
        write(warrants)
    result = replace(result, held=_by_line(plan.held), corrected=_by_line(plan.corrected))
    payload = {
        "kind": result.kind,
        "sha256": read.sha256,
        "created": result.created,
        "changed": result.changed,
        "correction": correction is not None,
        "held": [_trace(each) for each in result.held],
        "corrected": [_trace(each) for each in result.corrected],
    }
    stream = f"import:{new_ref()}"
    emit(
        session,
        stream,
        "registry.imported",
        actor=actor,
        at=now,
        registry_id=home,
        payload=payload,
    )
    if result.held:
        told = (listener(session, result.held, actor, now) for listener in ON_HELD)
        result = replace(result, drafted=tuple(ref for refs in told for ref in refs or ()))
    return result


def _home(parsed: Parsed, registries: Mapping[str, int]) -> int | None:
    """The one registry that every row of a file is of, or None."""
    found = {row.values.get("registry") for row in parsed.rows}
    return registries.get(found.pop() or "") if len(found) == 1 else None


def _trace(held: Held) -> dict[str, JSON]:
    """A held or corrected change as an event keeps it: by ids, since a value may be an address."""
    return {"line": held.line, "fact": held.fact, "subject": held.subject_id}


def held_json(held: Held) -> dict[str, str | int]:
    """A held or corrected change as the CLI tells it."""
    return {
        "line": held.line,
        "registry": held.registry,
        "fact": held.fact,
        "subject": held.subject,
        "from": held.stands,
        "to": held.given,
    }
