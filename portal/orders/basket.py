"""What is asked: a basket of lines. Pure.

Wherever a basket comes from (a form, JSON lines, a stored decision) it is checked here once: a
basket that exists is well formed, so the rule only ever answers sensible questions.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MOST_LINES = 5_000
LONGEST = 200


class Action(StrEnum):
    """What a line asks for: something new, or something for an existing service."""

    NEW = "new"
    ADD = "add"
    CHANGE = "change"
    DISCONNECT = "disconnect"

    @property
    def follows(self) -> bool:
        """Whether the line is about an existing service and so follows it (R3)."""
        return self is not Action.NEW


NEEDS = {
    Action.NEW: ("product",),
    Action.ADD: ("service", "product"),
    Action.CHANGE: ("service",),
    Action.DISCONNECT: ("service",),
}


def _text(name: str, value: str) -> str:
    """`value` as it may stand in a record. Raises ValueError for what no id contains."""
    if len(value) > LONGEST:
        raise ValueError(f"{name} is longer than {LONGEST} characters")
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
        raise ValueError(f"{name} contains a character that is no text")
    return value.strip()


@dataclass(frozen=True)
class BasketLine:
    """One thing asked for. `line` is the caller's name for it; blank fields are absent ones.

    `new` takes a product and perhaps a contract; the others name a service, and `add` a product.
    A product on a disconnect and a service on a `new` say nothing and are kept as given.
    Raises ValueError when the line lacks what its action needs.
    """

    line: str
    action: Action
    service: str | None = None
    product: str | None = None
    contract: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "line", _text("line", self.line))
        if not self.line:
            raise ValueError("a line needs a name of its own in `line`")
        for name in ("service", "product", "contract"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, _text(name, value) or None)
        for name in NEEDS[self.action]:
            if getattr(self, name) is None:
                raise ValueError(f"line {self.line}: `{self.action.value}` needs a {name}")


@dataclass(frozen=True)
class Basket:
    """What a partner asks for on a date, for one customer or (None) for its services' own.

    Raises ValueError for a basket without lines, with two lines of one name, or without customer
    while a line asks for something new.
    """

    partner: str
    on: date
    lines: tuple[BasketLine, ...]
    customer: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "partner", _text("partner", self.partner))
        if self.customer is not None:
            object.__setattr__(self, "customer", _text("customer", self.customer) or None)
        if not self.partner:
            raise ValueError("a basket needs a partner")
        if not 1 <= len(self.lines) <= MOST_LINES:
            raise ValueError(f"a basket has 1 to {MOST_LINES} lines")
        seen: set[str] = set()
        for line in self.lines:
            if line.line in seen:
                raise ValueError(f"two lines are called {line.line}")
            seen.add(line.line)
            if self.customer is None and not line.action.follows:
                raise ValueError(f"line {line.line}: `new` needs the basket's customer")
