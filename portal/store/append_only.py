"""Tables that only grow: triggers by which the database itself refuses to change or delete a row.

On SQLite a row could also be replaced by writing its key again, which no DELETE trigger sees; there
the insert of a key that stands is refused too. On PostgreSQL TRUNCATE is refused as well.
"""

from collections.abc import Iterator, Mapping

Keys = tuple[tuple[str, ...], ...]
_FUNCTION = "portal_append_only"


def create_statements(dialect: str, tables: Mapping[str, Keys]) -> Iterator[str]:
    """The statements that close `tables` (name: each of its unique keys) on "sqlite" or
    "postgresql".
    """
    if dialect == "postgresql":
        yield (
            f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '% only grows', TG_TABLE_NAME "
            f"USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    for table, keys in tables.items():
        if dialect == "postgresql":
            yield (
                f"CREATE TRIGGER {_name(table, 'row')} BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {_FUNCTION}()"
            )
            yield (
                f"CREATE TRIGGER {_name(table, 'all')} BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
            )
            continue
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        for event in ("update", "delete"):
            yield f"CREATE TRIGGER {_name(table, event)} BEFORE {event} ON {table} {refuse}"
        held = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE "
            f"{' AND '.join(f'{column} = NEW.{column}' for column in key)})"
            for key in keys
        )
        yield f"CREATE TRIGGER {_name(table, 'insert')} BEFORE INSERT ON {table} WHEN {held} {refuse}"


def drop_statements(
    dialect: str, tables: Mapping[str, Keys], *, last: bool = True
) -> Iterator[str]:
    """The statements that open them again; `last` says that no other table is closed any more."""
    for table in tables:
        for name in names(dialect, table):
            on = f" ON {table}" if dialect == "postgresql" else ""
            yield f"DROP TRIGGER {name}{on}"
    if dialect == "postgresql" and last:
        yield f"DROP FUNCTION {_FUNCTION}()"


def names(dialect: str, table: str) -> list[str]:
    """The names of the triggers that close `table`."""
    events = ("row", "all") if dialect == "postgresql" else ("update", "delete", "insert")
    return [_name(table, event) for event in events]


def _name(table: str, event: str) -> str:
    return f"grows_{table}_{event}"
