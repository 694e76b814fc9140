"""What a large import costs: 100,000 services on 10,000 contracts, new and again.

    python -m bench.import_ [services]

Processor time on SQLite, beside its limit: the same file read by the csv module and put into a table
with one unique key by the driver alone, in one transaction. An import also checks every cell, resolves
what rows refer to, compares with what stands, and writes history and an event.
"""

import csv
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.world import machine, portal
from portal.kernel import clock
from portal.kernel.access import SYSTEM
from portal.registry.commands import import_file
from portal.registry.kinds import KINDS


def write(folder: Path, kind: str, rows: list[tuple[str, ...]]) -> Path:
    """A CSV of `rows`."""
    path = folder / f"{kind}.csv"
    lines = [",".join(KINDS[kind].names), *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def files(folder: Path, slug: str, count: int) -> dict[str, Path]:
    """A world of `count` services, ten to a contract, every other contract a renewal."""
    papers = max(2, count // 10)
    rows = [
        (
            *(slug, f"C-{n:06}", "K", "P", "T", "active"),
            *(("2015-01-01", "", "auto_renew", f"C-{n - 1:06}") if n % 2 else ("2010-01-01",)),
            *(() if n % 2 else ("", "expire", "")),
        )
        for n in range(papers)
    ]
    services: list[tuple[str, ...]] = [
        (slug, f"{n // 1000:03}/HCGS/{n:06}/NE", f"C-{n % papers:06}", "X", "active", "", "", "")
        for n in range(count)
    ]
    worlds: dict[str, list[tuple[str, ...]]] = {
        "teams": [(slug, "T", "account", "Team", "", "")],
        "products": [(slug, "X", "Enlace", "Link")],
        "partners": [("P", "Partner")],
        "customers": [("K", "Customer")],
        "contracts": rows,
        "services": services,
    }
    return {kind: write(folder, kind, rows) for kind, rows in worlds.items()}


def bare(folder: Path, kind: str, path: Path) -> None:
    """The limit: the rows of a file into a table of texts."""
    names = KINDS[kind].names
    with (
        sqlite3.connect(folder / "bare.sqlite3") as connection,
        path.open(encoding="utf-8") as lines,
    ):
        key = ", ".join(KINDS[kind].key)
        connection.execute(f"CREATE TABLE {kind} ({', '.join(names)}, UNIQUE ({key}))")
        rows = csv.reader(lines)
        next(rows)
        marks = ", ".join("?" * len(names))
        connection.executemany(f"INSERT INTO {kind} VALUES ({marks})", rows)


def spent(work: Callable[[], object]) -> float:
    """Processor seconds of doing it once."""
    started = time.process_time()
    work()
    return time.process_time() - started


def imported(kind: str, path: Path) -> None:
    """The import; it must take every row."""
    done = import_file(kind, path, actor=SYSTEM, now=clock.wall())
    assert not done.errors, done.errors[:3]


def main(count: int) -> None:
    """Import every kind twice and print rows a processor second, and how the limit compares."""
    print(f"{machine()}; rows a processor second")
    print(
        f"\n{'kind':12}{'rows':>8}{'limit/s':>11}{'new/s':>9}{'cost':>8}{'again/s':>10}{'cost':>8}"
    )
    with (
        tempfile.TemporaryDirectory() as name,
        portal(demo=False) as app,
        app.app_context(),
    ):
        folder = Path(name)
        slug = app.extensions["portal.program"].registries[0].slug
        for kind, path in files(folder, slug, count).items():
            rows = sum(1 for _ in path.open()) - 1
            if rows < count // 10:
                imported(kind, path)
                continue
            limit = spent(lambda kind=kind, path=path: bare(folder, kind, path))
            new, again = (spent(lambda kind=kind, path=path: imported(kind, path)) for _ in "12")
            speeds = f"{rows / limit:11.0f}{rows / new:9.0f}{new / limit:7.1f}x"
            print(f"{kind:12}{rows:8}{speeds}{rows / again:10.0f}{again / limit:7.1f}x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
