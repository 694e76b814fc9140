"""How long a large import takes: 100,000 services on 10,000 contracts, new and again.

Run with `python -m bench.import_ [rows]`; it works on a portal of its own in a temporary folder.
"""

import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from flask_migrate import upgrade

from portal.config import Config
from portal.factory import create_app
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


def main(count: int) -> None:
    """Import twice and print seconds of the wall and of the processor."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = create_app(
            Config(
                data=folder,
                host="127.0.0.1",
                port=8000,
                url="http://127.0.0.1:8000",
                database_url=f"sqlite:///{folder / 'bench.sqlite3'}",
                program=None,
                starts_on=date(2017, 12, 1),
                secret_key="bench",
            )
        )
        with app.app_context():
            upgrade()
            app.test_cli_runner().invoke(args=["program", "load"])
            slug = app.extensions["portal.program"].registries[0].slug
            for kind, path in files(folder, slug, count).items():
                for word in ("new", "again"):
                    wall, cpu = time.perf_counter(), time.process_time()
                    done = import_file(kind, path, actor=SYSTEM, now=clock.wall())
                    assert not done.errors, done.errors[:3]
                    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                    print(f"{kind:10} {word:6} {done.rows:7} rows {wall:7.2f} s, CPU {cpu:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
