"""Versions of a fund's terms as values, and which of them a notice may still announce."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.mdf.models import Activity, FundTerms
from portal.mdf.terms_rules import DATES, LIMIT, NUMBERS, Terms

ACTIVITY = ("code", "position", "name", "percent", "cap", "proofs", "costs", "metrics")


def in_full(session: Session, versions: Iterable[FundTerms]) -> dict[int, Terms]:
    """These versions with what each pays for, by id. One query."""
    rows = {row.id: row for row in versions}
    query = select(Activity).where(Activity.terms_id.in_(rows)).order_by(Activity.position)
    kinds: dict[int, list[dict[str, Any]]] = {id_: [] for id_ in rows}
    for one in session.scalars(query):
        kinds[one.terms_id].append({name: getattr(one, name) for name in ACTIVITY})
    return {
        id_: Terms(
            {name: getattr(row, name) for name in (*DATES, *NUMBERS, LIMIT)}, tuple(kinds[id_])
        )
        for id_, row in rows.items()
    }


def based_on(session: Session, versions: Collection[FundTerms]) -> dict[int, FundTerms]:
    """The version each of these was copied from, by their ids; a first has none. One query."""
    wanted = {(row.fund_id, row.based_on) for row in versions}
    query = select(FundTerms).where(
        FundTerms.fund_id.in_({fund for fund, _ in wanted}),
        FundTerms.number.in_({number for _, number in wanted if number is not None}),
    )
    found = {(row.fund_id, row.number): row for row in session.scalars(query)}
    named = {row.id: found.get((row.fund_id, row.based_on or 0)) for row in versions}
    return {id_: row for id_, row in named.items() if row is not None}
