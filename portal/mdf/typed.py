"""What somebody typed of a request, read: the values that can be, and why the others cannot.

The same reading for the first look, the draft's form and what saves itself; texts are kept as typed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _

from portal.kernel import money
from portal.kernel.text import tidy, tidy_lines
from portal.mdf.amounts import parse, written
from portal.mdf.models import FundRequest

TITLE, DETAILS = 150, 4000
MOST = 10**9
_WHOLE = re.compile(r"\d{1,10}|\d{1,3}(?:[., ]\d{3})+", re.ASCII)
AMOUNTS = ("asked", "total_cost")
DAYS = ("starts_on", "ends_on")


@dataclass
class Typed:
    """Fields as typed (`texts`), what they say (`values`; None where empty), and what is wrong."""

    texts: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What stands in the field `name`."""
        return self.texts.get(name, "")


def read(sent: Mapping[str, str], currency: str, metrics: Iterable[str] = ()) -> Typed:
    """The fields that were sent, those of `metrics` as "outcome-<code>"; what was not sent is absent."""
    found = Typed()
    for name, longest, clean in (("title", TITLE, tidy), ("details", DETAILS, tidy_lines)):
        if name in sent:
            text = found.texts[name] = clean(sent[name])
            if len(text) > longest:
                found.errors[name] = _("At most %(most)s characters.", most=longest)
            else:
                found.values[name] = text
    if "activity" in sent:
        found.texts["activity"] = sent["activity"][:100]
        found.values["activity"] = sent["activity"][:100] or None
    for name in (*DAYS, *AMOUNTS):
        if name in sent:
            _one(found, name, sent[name].strip(), currency)
    _metrics(found, sent, metrics)
    return found


def of_row(row: FundRequest, activity: str | None, currency: str) -> Typed:
    """A request as it stands, as if it had just been typed in the reader's format."""
    values: dict[str, Any] = {
        "title": row.title,
        "details": row.details,
        "activity": activity,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "asked": row.asked,
        "total_cost": row.total_cost,
        "outcome": dict(row.outcome),
    }
    texts = {"title": row.title, "details": row.details, "activity": activity or ""}
    for name in DAYS:
        texts[name] = values[name].isoformat() if values[name] else ""
    for name in AMOUNTS:
        texts[name] = written(values[name], currency)
    texts |= {f"outcome-{code}": str(number) for code, number in row.outcome.items()}
    return Typed(texts, values)


def _one(found: Typed, name: str, text: str, currency: str) -> None:
    found.texts[name] = text[:100]
    if not text:
        found.values[name] = None
        return
    try:
        found.values[name] = date.fromisoformat(text) if name in DAYS else parse(text, currency)
    except money.BadAmount as wrong:
        found.errors[name] = str(wrong)
    except ValueError:
        found.errors[name] = _("Write the date as year, month and day, such as 2017-12-24.")


def _metrics(found: Typed, sent: Mapping[str, str], metrics: Iterable[str]) -> None:
    """What is expected: whole numbers; the fields of one form make one value."""
    outcome: dict[str, int] = {}
    asked = [code for code in metrics if f"outcome-{code}" in sent]
    for code in asked:
        text = found.texts[f"outcome-{code}"] = sent[f"outcome-{code}"].strip()[:40]
        if not text:
            continue
        if _WHOLE.fullmatch(text) and (number := int(re.sub(r"\D", "", text))) <= MOST:
            outcome[code] = number
        else:
            found.errors[f"outcome-{code}"] = _("Write a whole number.")
    if asked and not any(name.startswith("outcome-") for name in found.errors):
        found.values["outcome"] = outcome
