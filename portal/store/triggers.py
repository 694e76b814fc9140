"""R1 on SQLite: triggers beside the composite foreign keys.

Foreign keys on SQLite are a switch of each connection; a raw session without it would let a row mix
two registries. For every composite key that begins with `registry_id` these triggers refuse the
insert and the update, whoever writes; no referred row moves to another registry, and none takes an
id that rows of another registry refer to (one deleted and written again, or given another id).
"""

from collections.abc import Iterable, Iterator

from sqlalchemy import ForeignKeyConstraint, MetaData


def registry_keys(metadata: MetaData) -> Iterator[tuple[str, str, str]]:
    """(table, column, referred table) of every composite registry key, in a fixed order."""
    for table in sorted(metadata.tables.values(), key=lambda table: table.name):
        keys = [key for key in table.constraints if isinstance(key, ForeignKeyConstraint)]
        for key in sorted(keys, key=lambda key: key.column_keys[-1]):
            if key.column_keys[0] == "registry_id" and len(key.column_keys) == 2:
                yield table.name, key.column_keys[1], key.referred_table.name


def create_statements(keys: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """The statements that create the triggers of `keys` on SQLite."""
    keys = tuple(keys)
    for table, column, referred in keys:
        for event in ("INSERT", "UPDATE"):
            yield (
                f"CREATE TRIGGER {_name(table, column, event)} BEFORE {event} ON {_quoted(table)} "
                f"WHEN NEW.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {_quoted(referred)} "
                f"WHERE id = NEW.{column} AND registry_id = NEW.registry_id) "
                f"BEGIN SELECT RAISE(ABORT, 'R1: {table}.{column} is of another registry'); END"
            )
    for table in sorted({referred for _, _, referred in keys}):
        for event in ("INSERT", "UPDATE"):
            yield (
                f"CREATE TRIGGER {_name(table, 'stays', event)} BEFORE {event} ON {_quoted(table)} "
                f"WHEN EXISTS (SELECT 1 FROM {_quoted(table)} "
                f"WHERE id = NEW.id AND registry_id <> NEW.registry_id) "
                f"BEGIN SELECT RAISE(ABORT, 'R1: {table} stays in its registry'); END"
            )


def drop_statements(keys: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """The statements that drop them again."""
    keys = tuple(keys)
    names = [(table, column) for table, column, _ in keys]
    names += [(referred, "stays") for referred in sorted({key[2] for key in keys})]
    for table, column in names:
        for event in ("INSERT", "UPDATE"):
            yield f"DROP TRIGGER IF EXISTS {_name(table, column, event)}"


def keep_statements(keys: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """The statements by which a row refuses an id that rows of another registry refer to.

    They look after the write: only then is a generated id known.
    """
    for table, referring in _referring(keys):
        held = " OR ".join(
            f"EXISTS (SELECT 1 FROM {_quoted(name)} "
            f"WHERE {column} = NEW.id AND registry_id <> NEW.registry_id)"
            for name, column in referring
        )
        for event, on in (("INSERT", "INSERT"), ("UPDATE", "UPDATE OF id, registry_id")):
            changed = "" if event == "INSERT" else "NEW.id IS NOT OLD.id AND "
            yield (
                f"CREATE TRIGGER {_name(table, 'keeps', event)} AFTER {on} ON {_quoted(table)} "
                f"WHEN {changed}({held}) "
                f"BEGIN SELECT RAISE(ABORT, 'R1: rows of another registry refer to this {table}');"
                f" END"
            )


def unkeep_statements(keys: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """The statements that drop those again."""
    for table, _ in _referring(keys):
        for event in ("INSERT", "UPDATE"):
            yield f"DROP TRIGGER IF EXISTS {_name(table, 'keeps', event)}"


def _referring(
    keys: Iterable[tuple[str, str, str]],
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each referred table with the columns that refer to it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, referred in keys:
        found.setdefault(referred, []).append((table, column))
    return sorted(found.items())


def _name(table: str, column: str, event: str) -> str:
    return f"r1_{table}_{column}_{event.lower()}"


def _quoted(name: str) -> str:
    return f'"{name}"'
