"""The funds of a program pack: each with its first terms (N1: a first value) and its budget (M1).

A fund already loaded is never followed by the pack: its terms change by notice, its money by the ledger.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock, money
from portal.kernel.access import SYSTEM, Actor
from portal.kernel.localized import Localized
from portal.mdf.book import post, shared
from portal.mdf.facts import TERMS
from portal.mdf.models import Activity, Fund, FundTerms
from portal.mdf.rules import Cause, Kind
from portal.mdf.terms_rules import DATES, NUMBERS
from portal.registry.models import Registry
from portal.store.events import emit
from portal.store.facts import WarrantKind, warrant
from portal.store.ledger import Account, Move
from portal.store.pack import Program, RecordKind, Said
from portal.store.pack_format import Table
from portal.store.periods import begin
from portal.store.program import Loader


@dataclass(frozen=True)
class PackFund:
    """A fund of a pack. `earlier` of its budget was allocated before this portal kept the fund."""

    registry: str
    columns: Mapping[str, Any]
    terms: Mapping[str, Any]
    activities: tuple[Mapping[str, Any], ...]
    budget: int
    earlier: int
    since: date | None


def read_fund(row: Table, said: Said) -> PackFund:
    """A fund, its terms, what it pays for, and its money."""
    currency = row.text("currency")
    dates = {key: row.day(key) for key in DATES}
    days = [day for day in dates.values() if day is not None]
    order = ("activity_from", "activity_until", "claims_until", "closes_on")
    if len(days) == len(DATES) and [dates[key] for key in order] != sorted(
        day for key in order if (day := dates[key])
    ):
        row.fault("activity_from", "the four dates must follow one another")
    budget = amount(row, "budget", currency) or 0
    earlier = amount(row, "earlier", currency, needed=False) or 0
    if earlier > budget:
        row.fault("earlier", "is more than the budget")
    terms = {
        **dates,
        **{key: row.number(key) for key in NUMBERS},
        "manager_limit": amount(row, "manager_limit", currency, needed=False),
    }
    kinds = row.inner("activities")
    activities = tuple(
        read_activity(
            Table(row.source, data, kinds.lines, kinds.first_line), code, place, currency, said
        )
        for place, (code, data) in enumerate(kinds.data.items(), 1)
        if isinstance(data, dict)
    )
    if not activities:
        row.fault("activities", "name one or more")
    columns = {
        "fiscal_year": row.number("fiscal_year"),
        "currency": currency,
        "name": said.localized(row, "name"),
        "pooled": row.flag("pooled"),
    }
    registry = said.registry(row) or ""
    return PackFund(registry, columns, terms, activities, budget, earlier, row.day("since"))


def read_activity(
    row: Table, code: str, place: int, currency: str, said: Said
) -> Mapping[str, Any]:
    """A type of activity, with its proofs, costs and metrics."""
    percent = row.number("percent")
    if not 1 <= percent <= 100:
        row.fault("percent", "must be 1 to 100")
    found = {
        "code": code,
        "position": place,
        "name": said.localized(row, "name"),
        "percent": percent,
        "cap": amount(row, "cap", currency, needed=False),
        "proofs": _named(row, "proofs", said, ("needed",)),
        "costs": _named(row, "costs", said, ("eligible",), ("why",)),
        "metrics": _named(row, "metrics", said),
    }
    if not found["metrics"]:
        row.fault("metrics", "name one or more")
    row.done()
    return found


def amount(row: Table, key: str, currency: str, *, needed: bool = True) -> int | None:
    """An amount written as a text ("20000.00"), in minor units of `currency`."""
    text = row.text(key, None if needed else "")
    if not text:
        return None
    try:
        found = money.minor(Decimal(text), currency)
    except (InvalidOperation, money.BadAmount):
        row.fault(key, f"{text!r} is no amount of {currency}")
        return None
    if found < 0:
        row.fault(key, "must not be negative")
    return found


def _named(
    row: Table, key: str, said: Said, flags: tuple[str, ...] = (), texts: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    """A list of {code, name, …}, as the column keeps it."""
    found = []
    for data in row.value(key, list, "a list of tables", []) or []:
        one = Table(row.source, data, row.lines, row.first_line)
        entry: dict[str, Any] = {
            "code": one.slug("code"),
            "name": dict(said.localized(one, "name")),
        }
        entry |= {flag: one.flag(flag) for flag in flags}
        entry |= {
            text: dict(said.localized(one, text)) if text in one.data else None for text in texts
        }
        one.done()
        found.append(entry)
    if len({entry["code"] for entry in found}) != len(found):
        row.fault(key, "has a code twice")
    return found


def load_funds(session: Session, program: Program, new: list[Any], now: datetime) -> None:
    """Open the funds; `now` is wall time."""
    registries = {row.slug: row.id for row in session.execute(select(Registry.slug, Registry.id))}
    for record in new:
        said: PackFund = record.value
        fund = Fund(
            slug=record.id,
            registry_id=registries[said.registry],
            position=record.position,
            closed_at=None,
            **said.columns,
        )
        session.add(fund)
        session.flush()
        open_fund(session, fund, said, reason=f"pack:{program.slug}", now=now)


def open_fund(
    session: Session,
    fund: Fund,
    said: PackFund,
    *,
    reason: str,
    now: datetime,
    actor: Actor = SYSTEM,
) -> None:
    """Give a new fund its first terms and its budget. `now` is wall time."""
    terms_id = write_terms(session, fund.id, 1, said.terms, said.activities)
    origin = warrant(session, WarrantKind.ORIGIN, reason=reason, actor=actor, at=now)
    on = said.since or clock.today()
    begin(session, TERMS, fund.id, terms_id, on=on, warrant_id=origin.id)
    emit(
        *(session, f"mdf-fund:{fund.slug}", "mdf.fund_opened"),
        actor=actor,
        at=now,
        registry_id=fund.registry_id,
        payload={"fund": fund.slug, "budget": said.budget, "earlier": said.earlier},
    )
    source, whole = shared(fund, Kind.SOURCE), shared(fund, Kind.UNALLOCATED)
    before = Account(whole.book, Kind.RESERVED.value, "earlier", fund.currency)
    post(
        session,
        [
            Move(source, whole, said.budget, Cause.FUNDED.value),
            Move(whole, before, said.earlier, Cause.EARLIER.value),
        ],
        key=f"open:{fund.slug}",
        subject=f"fund:{fund.slug}",
        actor=actor,
        on=on,
        at=clock.business(),
    )


def write_terms(
    session: Session,
    fund_id: int,
    number: int,
    terms: Mapping[str, Any],
    activities: tuple[Mapping[str, Any], ...],
    based_on: int | None = None,
) -> int:
    """The id of a new version of a fund's terms; which holds when is for a warrant to say."""
    made_at = clock.business()
    row = FundTerms(fund_id=fund_id, number=number, based_on=based_on, made_at=made_at, **terms)
    session.add(row)
    session.flush()
    session.add_all(
        Activity(terms_id=row.id, **{**each, "name": Localized(each["name"])})
        for each in activities
    )
    session.flush()
    return row.id


RECORDS: tuple[RecordKind, ...] = (RecordKind("funds.toml", "funds", read_fund),)
LOADERS: dict[str, Loader] = {"funds": load_funds}
