"""Rows that may change until something is settled, and never after: triggers that hold it.

A table is frozen by itself (a column of its own is set), or with the row it belongs to.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Frozen:
    """Of `table`, `columns` (none: every one) are frozen while `condition` holds for the row.

    `condition` says OLD for the row as it stands ("OLD.published_at IS NOT NULL"); rows may not be
    deleted then either. `grows`: none may be added while `joined` (with NEW) holds.
    """

    table: str
    condition: str
    columns: Collection[str] = ()
    joined: str = ""


def create_statements(dialect: str, rules: Collection[Frozen]) -> Iterator[str]:
    """The statements that hold `rules` on "sqlite" or "postgresql"."""
    for rule in rules:
        for event, condition in _events(rule):
            name = f"frozen_{rule.table}_{event.split()[0].lower()}"
            words = f"{rule.table} is settled"
            if dialect == "sqlite":
                yield (
                    f"CREATE TRIGGER {name} BEFORE {event} ON {rule.table} WHEN {condition} "
                    f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
                )
                continue
            back = "NEW" if event.startswith(("INSERT", "UPDATE")) else "OLD"
            yield (
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {condition} THEN RAISE EXCEPTION '{words}' "
                f"USING ERRCODE = 'integrity_constraint_violation'; END IF; "
                f"RETURN {back}; END $$"
            )
            yield (
                f"CREATE TRIGGER {name} BEFORE {event} ON {rule.table} "
                f"FOR EACH ROW EXECUTE FUNCTION {name}()"
            )


def drop_statements(dialect: str, rules: Collection[Frozen]) -> Iterator[str]:
    """The statements that let them go again."""
    for rule in rules:
        for event, _ in _events(rule):
            name = f"frozen_{rule.table}_{event.split()[0].lower()}"
            on = f" ON {rule.table}" if dialect == "postgresql" else ""
            yield f"DROP TRIGGER {name}{on}"
            if dialect == "postgresql":
                yield f"DROP FUNCTION {name}()"


def _events(rule: Frozen) -> Iterator[tuple[str, str]]:
    of = f" OF {', '.join(sorted(rule.columns))}" if rule.columns else ""
    yield f"UPDATE{of}", rule.condition
    yield "DELETE", rule.condition
    if rule.joined:
        yield "INSERT", rule.joined
