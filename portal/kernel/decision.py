"""Decisions that explain themselves: a value or a refusal, and the reasons for it.

A rule returns a `Decision`; reasons are codes and facts, never sentences. Each slice declares its
codes in one table (`CODES`), which says the rule behind a code, whether it blocks, and which facts
it carries; the rulebook, the labels and the tests read that table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

JSON = None | bool | int | float | str | Sequence["JSON"] | Mapping[str, "JSON"]
T = TypeVar("T")


class Code(StrEnum):
    """A reason's name, `thing.fault`; each slice derives its own enumeration from it."""


class CodeSpec(NamedTuple):
    """What a code means: the rule behind it, whether it refuses, and its facts."""

    rule: str
    blocks: bool
    facts: tuple[str, ...] = ()


class Reason(NamedTuple):
    """Why a decision is as it is, for one line of what was asked or (line None) for all of it."""

    code: Code
    line: str | None
    facts: Mapping[str, JSON]
    rule: str
    blocks: bool


@dataclass(frozen=True)
class Decision(Generic[T]):
    """What a rule answers. `ruleset` names the version of the rule that said so."""

    ruleset: str
    value: T | None
    reasons: tuple[Reason, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether any reason blocks; a refused decision has no value."""
        return any(reason.blocks for reason in self.reasons)


def reason(
    codes: Mapping[Code, CodeSpec], code: Code, line: str | None = None, **facts: JSON
) -> Reason:
    """A reason of `code` with exactly the facts its table declares.

    Raises ValueError when a declared fact is missing or another one is given, so that no page
    can meet a reason it has no words for.
    """
    spec = codes[code]
    if set(facts) != set(spec.facts):
        raise ValueError(f"{code} carries {sorted(spec.facts)}, not {sorted(facts)}")
    return Reason(code, line, facts, spec.rule, spec.blocks)
