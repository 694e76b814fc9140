"""What a reservation costs: guard, event and ledger, beside a bare conditional UPDATE on the same database.

    python -m bench.mdf [reservations]

The limit is the driver alone: one row, `UPDATE … SET balance = balance - 1 WHERE balance >= 1`, a commit
each. `step` is the money's part of a command: an event and a transfer in one transaction. `approve` is the
whole command: the request held, facts looked up, the rule asked, decision, yes, timeline and mails
written too. Both databases write every commit through to the disk, as in production.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from flask import Flask

from bench import mdf_work as work
from bench.world import machine
from drill.fanout import portal_on
from drill.mdf_crowd import Job, crowd
from portal.config import Config
from tests.mdf.world import make_fund, make_request
from tests.postgres import postgres_url

TARGETS = {"SQLite": 0.1, "PostgreSQL": 0.3}
PROCESSES = 4
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@contextmanager
def durable(server: str) -> Iterator[None]:
    """The tests' server does not wait for the disk; here it does."""
    plain = server.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(plain, autocommit=True) as connection:
        for name in DURABLE:
            connection.execute(f"ALTER SYSTEM SET {name} = on".encode())
        connection.execute("SELECT pg_reload_conf()")
    yield


def measure(what: Callable[[], object], times: int) -> tuple[float, float]:
    """How many a second it does, by the clock on the wall; and its processor milliseconds each."""
    wall, cpu = time.perf_counter(), time.process_time()
    what()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return times / wall, cpu / times * 1000


def alone(times: int) -> dict[str, tuple[float, float]]:
    """One process."""
    fund_id = make_fund(f"bench-{time.time_ns()}", budget=10**12, pooled=True)
    steps, whole = ([make_request(fund_id, asked=15_00) for _ in range(times)] for _ in "12")
    ready = [make_request(fund_id, asked=15_00) for _ in range(6)]
    work.step_each(ready[:3])
    work.approve_each(ready[3:])
    return {
        "bare": measure(lambda: work.bare_each(work.address(), times * 5), times * 5),
        "step": measure(lambda: work.step_each(steps), times),
        "approve": measure(lambda: work.approve_each(whole), times),
    }


def at_once(settings: Config, times: int) -> dict[str, tuple[float, float]]:
    """Several processes on one fund, each doing `times`."""
    fund_id = make_fund(f"bench-{time.time_ns()}", budget=10**12, pooled=True)

    def shares() -> list[list[str]]:
        return [
            [make_request(fund_id, asked=15_00) for _ in range(times)] for _ in range(PROCESSES)
        ]

    where, found = work.address(), {}
    with crowd(settings, PROCESSES) as many:
        for name, arguments in (
            ("warm", [(refs[:3],) for refs in shares()]),
            ("bare", [(where, times * 5)] * PROCESSES),
            ("step", [(refs,) for refs in shares()]),
            ("approve", [(refs,) for refs in shares()]),
        ):
            deed = f"bench_{'step' if name == 'warm' else name}"
            jobs = [Job(deed, each) for each in arguments]
            count = PROCESSES * times * (5 if name == "bare" else 1)
            found[name] = measure(lambda jobs=jobs: _sound(many.at_once(jobs)), count)
    return found


def _sound(answers: list[str]) -> None:
    assert set(answers) == {"done"}, answers


def tell(name: str, target: float, found: dict[str, tuple[float, float]], cpu: bool = True) -> None:
    """Print one table."""
    limit = found["bare"][0]
    for what in ("bare", "step", "approve"):
        speed, spent = found[what]
        ratio = "" if what == "bare" else f"{speed / limit:8.2f}  target {target}"
        print(f"  {name:24}{what:10}{speed:9.0f}/s{f'{spent:9.2f} ms' if cpu else '':12}{ratio}")


def _run(app: Flask, settings: Config, name: str, times: int) -> None:
    with app.app_context():
        work.prepare()
        tell(f"{name}, one process", TARGETS[name], alone(times))
        if name == "PostgreSQL":
            where = f"{name}, {PROCESSES} processes"
            tell(where, TARGETS[name], at_once(settings, times), cpu=False)


def main(times: int) -> None:
    """Both databases."""
    print(
        f"{machine()}; reservations a second, processor milliseconds each, and beside the bare UPDATE"
    )
    with postgres_url() as server, durable(server):
        for name, address in (("SQLite", ""), ("PostgreSQL", server)):
            with portal_on(address) as (app, settings):
                _run(app, settings, name, times)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
