"""A version of a fund's terms as somebody types it: what is asked, what was typed, what is wrong.

Every date, number, share and cap may be changed, an activity left out; of an activity the proofs and
costs of the version it is copied from are kept, marked otherwise, or dropped.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from portal.kernel.money import BadAmount
from portal.mdf.amounts import parse, written
from portal.mdf.fund_labels import WORDS
from portal.mdf.terms_rules import DATES, LIMIT, NUMBERS, Activity, Terms, out_of_order
from portal.web.moment import FIRST, LAST

MOST_DAYS = 999
NEEDED, OPTIONAL, PAID, UNPAID, DROP = "needed", "optional", "paid", "unpaid", "drop"
Typed = Mapping[str, str]


def name_of(*parts: str) -> str:
    """What a field is called in the form."""
    return "-".join(parts)


def typed_of(terms: Terms, currency: str) -> dict[str, str]:
    """A version as the form shows it to be changed."""
    found = {name: terms.columns[name].isoformat() for name in DATES}
    found |= {name: str(terms.columns[name]) for name in NUMBERS}
    found[LIMIT] = written(terms.columns[LIMIT], currency)
    for each in terms.activities:
        code = each["code"]
        found[name_of(code, "keep")] = "1"
        found[name_of(code, "percent")] = str(each["percent"])
        found[name_of(code, "cap")] = written(each["cap"], currency)
        for proof in each["proofs"]:
            found[name_of(code, "proof", proof["code"])] = NEEDED if proof["needed"] else OPTIONAL
        for cost in each["costs"]:
            found[name_of(code, "cost", cost["code"])] = PAID if cost["eligible"] else UNPAID
    return found


def read(base: Terms, typed: Typed, currency: str) -> tuple[Terms | None, dict[str, str]]:
    """The version that was typed, copied from `base`; or what is wrong with it, by field."""
    reader = _Reader(typed, currency)
    columns: dict[str, Any] = {name: reader.day(name) for name in DATES}
    columns |= {name: reader.number(name, 0, MOST_DAYS) for name in NUMBERS}
    columns[LIMIT] = reader.amount(LIMIT)
    kept = [each for each in base.activities if typed.get(name_of(each["code"], "keep"))]
    activities = tuple(_activity(each, place, reader) for place, each in enumerate(kept, 1))
    if not kept:
        reader.errors["activities"] = _("Keep at least one type of activity.")
    if not any(name in reader.errors for name in DATES):
        for first, then in out_of_order(columns):
            names = {"first": str(WORDS[first]), "then": str(WORDS[then])}
            reader.errors.setdefault(then, _("“%(then)s” comes before “%(first)s”.", **names))
    return (None if reader.errors else Terms(columns, activities)), reader.errors


def _activity(each: Activity, place: int, reader: "_Reader") -> Activity:
    code = each["code"]
    return {
        **each,
        "position": place,
        "percent": reader.number(name_of(code, "percent"), 1, 100),
        "cap": reader.amount(name_of(code, "cap")),
        "proofs": [
            {**proof, "needed": said == NEEDED}
            for proof in each["proofs"]
            if (said := reader.typed.get(name_of(code, "proof", proof["code"]), DROP)) != DROP
        ],
        "costs": _costs(each["costs"], lambda cost: reader.typed.get(name_of(code, "cost", cost))),
    }


def _costs(
    costs: Iterable[Mapping[str, Any]], said: Callable[[str], str | None]
) -> list[dict[str, Any]]:
    """What is kept of them; one that is paid now needs no word why not."""
    found = []
    for cost in costs:
        if (stands := said(cost["code"])) in (PAID, UNPAID):
            why = None if stands == PAID else cost["why"]
            found.append({**cost, "eligible": stands == PAID, "why": why})
    return found


class _Reader:
    """Values out of what was typed; what is none is noted in `errors`."""

    def __init__(self, typed: Typed, currency: str) -> None:
        self.typed, self.currency = typed, currency
        self.errors: dict[str, str] = {}

    def day(self, name: str) -> date:
        """A date of the calendar that pages can show."""
        try:
            found = date.fromisoformat(self.typed.get(name, "").strip())
        except ValueError:
            found = date.min
        if not FIRST <= found <= LAST:
            self.errors[name] = _("Write a date.")
        return found

    def number(self, name: str, least: int, most: int) -> int:
        """A whole number in these bounds."""
        text = self.typed.get(name, "").strip()
        found = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else least - 1
        if not least <= found <= most:
            between = {"least": least, "most": most}
            self.errors[name] = _("Write a whole number from %(least)s to %(most)s.", **between)
        return found

    def amount(self, name: str) -> int | None:
        """An amount, more than nothing; None where nothing was typed."""
        text = self.typed.get(name, "").strip()
        if not text:
            return None
        try:
            found = parse(text, self.currency)
        except BadAmount as wrong:
            self.errors[name] = str(wrong)
            return None
        if found <= 0:
            self.errors[name] = _("Write an amount of more than nothing, or leave it empty.")
        return found
