"""Baskets as JSON, one a line: strict reading, plain answers.

A line is `{"ref","partner","customer","on","lines":[{"line","action","service","product",
"contract"}]}`; `ref`, `customer` and `on` may be left out, and null or blank means left out.
Nothing else is accepted: a misspelt key must not become an order for something else.
"""

from datetime import date
from typing import Any

import msgspec

from portal.kernel.decision import Decision
from portal.orders.basket import Action, Basket, BasketLine
from portal.orders.rules import Placement


class Malformed(ValueError):
    """The line is no basket; the message says why."""


class AskedLine(msgspec.Struct, forbid_unknown_fields=True):
    """One line of a basket, as written."""

    line: str
    action: Action
    service: str | None = None
    product: str | None = None
    contract: str | None = None


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """One basket, as written."""

    partner: str
    lines: list[AskedLine]
    ref: str | None = None
    customer: str | None = None
    on: date | None = None

    def basket(self, today: date) -> Basket:
        """The basket meant; `today` is the business date. Raises Malformed."""
        try:
            lines = tuple(
                BasketLine(one.line, one.action, one.service, one.product, one.contract)
                for one in self.lines
            )
            return Basket(self.partner, self.on or today, lines, self.customer)
        except ValueError as error:
            raise Malformed(str(error)) from None


def read(text: bytes) -> Asked:
    """What one line asks. Raises Malformed, and nothing else, for whatever is not a basket."""
    try:
        return msgspec.json.decode(text, type=Asked)
    except RecursionError:
        raise Malformed("nested too deeply") from None
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Malformed(str(error)) from None


def ref_of(text: bytes, number: int) -> str:
    """The `ref` of a line that may be malformed elsewhere; else the number of the line."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return str(number)
    ref = found.get("ref") if isinstance(found, dict) else None
    return ref if isinstance(ref, str) else str(number)


def answer(ref: str, decision: Decision[Placement]) -> dict[str, Any]:
    """A decision as the commands and the API say it."""
    orders = decision.value.orders if decision.value else ()
    return {
        "ref": ref,
        "outcome": "refused" if decision.refused else "accepted",
        "orders": msgspec.to_builtins(orders),
        "reasons": [
            {
                "rule": reason.rule,
                "code": reason.code.value,
                "line": reason.line,
                "facts": msgspec.to_builtins(reason.facts),
            }
            for reason in decision.reasons
        ],
    }


def error(ref: str, problem: Malformed) -> dict[str, Any]:
    """The answer to a line that is no basket."""
    return {"ref": ref, "outcome": "error", "error": str(problem)}
