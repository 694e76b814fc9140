"""The states a PostgreSQL database of the tests can be put back to, each kept in a schema of its name.

Putting back costs what was changed. A table stands as it was put back when it has as many rows, and
each of them was written by the transaction that put it back (`xmin`): an insert, an update and a
delete by whatever process break that. Numbers that are given out begin again in any case.
"""

from dataclasses import dataclass

import psycopg

from portal.store.db import Base

TABLES = list(Base.metadata.tables.values())
STANDS = ", ".join(
    f"(SELECT count(*) = (%(rows)s::int[])[{at}] AND bool_and(xmin = (%(writers)s::xid[])[{at}]) IS NOT FALSE"
    f' FROM public."{table.name}")'
    for at, table in enumerate(TABLES, 1)
)


@dataclass
class State:
    """How many rows each table has, and what sets the numbers given out."""

    rows: list[int]
    numbers: str


class Kept:
    """The states of one database. No other process changes it while it is put back."""

    def __init__(self, url: str) -> None:
        self.url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self.states: dict[str, State] = {}
        # Which transaction put each table back last, and to which state.
        self.writers = [("", "0")] * len(TABLES)
        self._connection: psycopg.Connection | None = None

    def keep(self, name: str) -> None:
        """Remember every table as it is now."""
        with self._open() as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
            rows, numbers = [], []
            for table in TABLES:
                copy = f'CREATE TABLE {name}."{table.name}" AS TABLE public."{table.name}"'
                rows.append(connection.execute(copy.encode()).rowcount)
                if (key := table.autoincrement_column) is not None:
                    serial = f"pg_get_serial_sequence('public.\"{table.name}\"', '{key.name}')"
                    top = f'SELECT {serial}, coalesce(max("{key.name}"), 0) + 1 FROM public."{table.name}"'
                    sequence, following = connection.execute(top.encode()).fetchone() or ("", 0)
                    if sequence:
                        numbers.append(f"setval('{sequence}', {following}, false)")
        self.states[name] = State(rows, f"SELECT {', '.join(numbers)}")

    def restore(self, name: str) -> None:
        """Put back every table that does not stand as it was kept under `name`."""
        state, connection = self.states[name], self._held()
        connection.execute(state.numbers.encode(), prepare=True)
        writers = [by if of == name else "0" for of, by in self.writers]
        found = connection.execute(
            f"SELECT ARRAY[{STANDS}]".encode(),
            {"rows": state.rows, "writers": writers},
            prepare=True,
        ).fetchone()
        assert found
        stale = [at for at, stands in enumerate(found[0]) if not stands]
        if not stale:
            return
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            statements = [each for at in stale for each in _refill(name, at)]
            connection.execute("; ".join(statements).encode())
            writer = connection.execute("SELECT pg_current_xact_id()::xid::text").fetchone()
        assert writer
        for at in stale:
            self.writers[at] = (name, writer[0])

    def close(self) -> None:
        """Let go of the database."""
        if self._connection:
            self._connection.close()

    def _open(self) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=True)

    def _held(self) -> psycopg.Connection:
        """A connection kept for putting back: to begin one takes longer than to put back."""
        if self._connection is None or self._connection.closed:
            self._connection = self._open()
            self._connection.execute("SET plan_cache_mode = force_generic_plan")
        return self._connection


def _refill(name: str, at: int) -> tuple[str, str]:
    """The statements that fill a table from its copy; keys of other rows are not looked at meanwhile."""
    table = TABLES[at]
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return (
        f'DELETE FROM public."{table.name}"',
        f'INSERT INTO public."{table.name}" ({columns})'
        f' SELECT {columns} FROM {name}."{table.name}"',
    )
