"""What an import finds: faults of a row or a file, rows passed over, changes that wait. Values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.kernel.decision import JSON
from portal.registry.rules import CODES, ImportCode
from portal.store.facts import Key

SHOWN = 120


@dataclass(frozen=True)
class Problem:
    """One fault, or one row passed over: where it stands in the file, and why.

    `line` is the line of the file (of the sheet, for XLSX), None for the file as a whole; `column`
    is the name of the column in the file; `value` is cut to what a reader needs to find it.
    """

    line: int | None
    column: str | None
    value: str | None
    code: ImportCode
    facts: Mapping[str, JSON] = field(default_factory=dict)


def problem(
    code: ImportCode,
    line: int | None = None,
    column: str | None = None,
    value: str | None = None,
    **facts: JSON,
) -> Problem:
    """A problem with exactly the facts its code declares; raises ValueError for others."""
    if set(facts) != set(CODES[code].facts):
        raise ValueError(f"{code} carries {sorted(CODES[code].facts)}, not {sorted(facts)}")
    return Problem(line, _shown(column), _shown(value), code, facts)


def _shown(value: str | None) -> str | None:
    """`value` as it can be printed anywhere: short, without lone surrogates."""
    if value is None:
        return None
    plain = value.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 1] + "…"


@dataclass(frozen=True)
class Held:
    """A change of a dated fact that a file asked for and only a notice may make (N1).

    Nothing was changed; a notice is drafted from it. `subject`, `stands` (the value in force) and
    `given` (the one in the file) are words of the file; `fact`, `subject_id` and `value` say the
    same change by ids and JSON. A subject that the import itself makes has its id once it is
    written, and none before.
    """

    line: int
    registry: str
    subject: str
    stands: str
    given: str
    fact: str
    subject_id: Key | None
    value: JSON


class Refused(Exception):
    """A file or profile that cannot be read at all; carries every problem found."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems
