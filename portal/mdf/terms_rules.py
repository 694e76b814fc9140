"""The terms of a fund as they are written: what may not be, and how one version differs from another.

Pure. Amounts are minor units of the fund's currency.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

DATES = (
    *("requests_from", "requests_until", "activity_from", "activity_until"),
    *("claims_until", "closes_on"),
)
NUMBERS = (
    *("claim_days", "lead_days", "review_days", "pay_days"),
    *("extensions", "extension_days"),
)
LIMIT = "manager_limit"
# What may not come before what, each pair once.
ORDER = (
    ("requests_from", "requests_until"),
    ("activity_from", "activity_until"),
    ("activity_until", "claims_until"),
    ("claims_until", "closes_on"),
    ("requests_until", "closes_on"),
)

Activity = Mapping[str, Any]


@dataclass(frozen=True)
class Terms:
    """A version in full: its dates and numbers by name, and its activities as their columns are."""

    columns: Mapping[str, Any]
    activities: tuple[Activity, ...]


@dataclass(frozen=True)
class Difference:
    """One thing that reads otherwise. `field` is a column's name, "activity", "proof" or "cost".

    `of` is the name of the activity it is in, `item` that of the proof or cost. `before` and `after`
    are the column's values; of an activity, a proof or a cost whether it is there, is needed, is
    paid: "there", "needed", "optional", "paid", "unpaid", or None for what is not there.
    """

    field: str
    before: Any
    after: Any
    of: Mapping[str, str] | None = None
    item: Mapping[str, str] | None = None


def out_of_order(columns: Mapping[str, date]) -> list[tuple[str, str]]:
    """The pairs of dates of which the second comes before the first."""
    return [(first, then) for first, then in ORDER if columns[then] < columns[first]]


def differences(old: Terms, new: Terms) -> list[Difference]:
    """How `new` differs from `old`, in the order of a page."""
    return [
        *_columns(old.columns, new.columns, (*DATES, *NUMBERS, LIMIT), None),
        *_activities(old.activities, new.activities),
    ]


def _columns(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    names: Sequence[str],
    of: Mapping[str, str] | None,
) -> Iterator[Difference]:
    for name in names:
        if old[name] != new[name]:
            yield Difference(name, old[name], new[name], of)


def _activities(old: Sequence[Activity], new: Sequence[Activity]) -> Iterator[Difference]:
    before, after = _by_code(old), _by_code(new)
    for code in before | after:
        one, other = before.get(code), after.get(code)
        if one is None or other is None:
            named = (one or other or {})["name"]
            was, becomes = (each and "there" for each in (one, other))
            yield Difference("activity", was, becomes, named)
            continue
        yield from _columns(one, other, ("percent", "cap"), other["name"])
        yield from _items("proof", one["proofs"], other["proofs"], other["name"])
        yield from _items("cost", one["costs"], other["costs"], other["name"])


def _items(
    field: str, old: Sequence[Activity], new: Sequence[Activity], of: Mapping[str, str]
) -> Iterator[Difference]:
    before, after = _by_code(old), _by_code(new)
    for code in before | after:
        one, other = (_standing(each.get(code)) for each in (before, after))
        if one != other:
            named = (after.get(code) or before[code])["name"]
            yield Difference(field, one, other, of, named)


def _standing(item: Activity | None) -> str | None:
    """How a proof or a cost stands."""
    if item is None:
        return None
    if "needed" in item:
        return "needed" if item["needed"] else "optional"
    return "paid" if item["eligible"] else "unpaid"


def _by_code(items: Sequence[Activity]) -> dict[str, Activity]:
    return {item["code"]: item for item in items}
