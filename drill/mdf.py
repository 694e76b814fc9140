"""MDF under stress: the last of a fund raced for, and deciding processes killed with -9.

    python -m drill.mdf [--rounds 20] [--workers 24] [--kills 20]

On SQLite and on PostgreSQL. Prints what was done and what must hold; ends with 1 when it does not.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from drill.fanout import portal_on
from drill.mdf_crowd import FORK, crowd
from drill.mdf_kill import POINTS, WORDS, Task, acknowledged, start
from drill.mdf_race import play, play_careless, unchecked
from portal.config import Config
from portal.mdf.claim_models import Claim, Payment
from portal.mdf.models import FundRequest
from portal.mdf.rules import Cause, ClaimState, RequestState
from portal.mdf.transitions import Verb
from portal.store.db import db
from portal.store.ledger import LedgerTransfer
from tests import people
from tests.mdf.claim_world import make_claim
from tests.mdf.invariants import wrong
from tests.mdf.world import make_fund, make_request

R, S = RequestState, ClaimState
ASKED = 20_00


def tasks_for(slug: str, each: int) -> list[Task]:
    """Requests to approve, claims to approve and claims to pay in halves, so many of each, mixed."""
    fund_id = make_fund(slug, budget=10**9, pooled=True)
    found: list[Task] = []
    for at in range(each):
        ref = make_request(fund_id, asked=ASKED)
        found.append(Task(Verb.APPROVE, ref, "", people.CHANNEL, f"{slug}-a{at}"))
        ref = make_request(fund_id, state=R.APPROVED, asked=ASKED)
        claim = make_claim(ref, S.SUBMITTED, lines=[("venue", 20_00)])
        found.append(Task(Verb.CLAIM_APPROVE, ref, claim, people.LEAD, f"{slug}-c{at}"))
        ref = make_request(fund_id, state=R.APPROVED, asked=ASKED)
        claim = make_claim(ref, S.APPROVED, lines=[("venue", 20_00)])
        for half in "12":
            pay = Task(Verb.CLAIM_PAY, ref, claim, people.FINANCE, f"{slug}-p{at}{half}", 5_00)
            found.append(pay)
    return found


@dataclass
class Killed:
    """How often processes were killed at which point, and what was found to be wrong."""

    points: Counter[str]
    answers: Counter[str]
    wrong: list[str]


def kill_and_go_on(
    settings: Config, tasks: list[Task], folder: Path, kills: int, dice: random.Random
) -> Killed:
    """Let processes work off `tasks`, killed at each point and then `kills` times at random."""
    told, points, turn = folder / f"{tasks[0].key}.told", Counter[str](), 0
    db.session.remove()
    db.engine.dispose()
    while left := [task for task in tasks if task.key not in acknowledged(told)]:
        point = POINTS[turn] if turn < len(POINTS) else ""
        doomed = point or turn < len(POINTS) + kills
        process = start(FORK, settings, left, told, point, 2)
        if doomed and not point:
            _wait_until_it_works(told, process)
            time.sleep(dice.random() * 0.2)
            process.kill()
        process.join(timeout=120)
        if process.exitcode == -9:
            points[point] += 1
        elif process.exitcode != 0:
            return Killed(points, Counter(), [f"a process ended with {process.exitcode}"])
        turn += 1
    answers = acknowledged(told)
    told.unlink()
    again = start(FORK, settings, tasks, told, "", 0)
    again.join(timeout=120)
    repeated = acknowledged(told)
    found = [f"{key}: sent again: {said}" for key, said in repeated.items() if said != "again"]
    return Killed(points, Counter(answers.values()), [*found, *lost_or_doubled(tasks), *wrong()])


def _wait_until_it_works(told: Path, process: object) -> None:
    begun = told.read_bytes().count(b"begun") if told.exists() else 0
    for _ in range(600):
        if told.exists() and told.read_bytes().count(b"begun") > begun:
            return
        time.sleep(0.01)


def lost_or_doubled(tasks: list[Task]) -> list[str]:
    """What of `tasks` is not there exactly once, counted in rows and in transfers."""
    session, found = db.session(), []
    moved = Counter((row.subject, row.cause) for row in session.scalars(select(LedgerTransfer)))
    halves: Counter[str] = Counter(task.claim for task in tasks if task.verb is Verb.CLAIM_PAY)
    for task in tasks:
        if task.verb is Verb.APPROVE:
            state = select(FundRequest.state).where(FundRequest.ref == task.request)
            there = moved[f"request:{task.request}", Cause.RESERVED.value]
            fine = session.scalar(state) is R.APPROVED and there == 1
        elif task.verb is Verb.CLAIM_APPROVE:
            state = select(Claim.state).where(Claim.ref == task.claim)
            there = moved[f"claim:{task.claim}", Cause.COMMITTED.value]
            fine = session.scalar(state) is S.APPROVED and there == 1
        else:
            rows = (
                select(func.count()).select_from(Payment).join(Claim, Claim.id == Payment.claim_id)
            )
            there = moved[f"claim:{task.claim}", Cause.PAID.value]
            fine = (
                session.scalar(rows.where(Claim.ref == task.claim)) == there == halves[task.claim]
            )
        if not fine:
            found.append(f"{task.key}: there {there} times")
    session.rollback()
    return found


def _races(app: Flask, settings: Config, rounds: int, workers: int) -> bool:
    with crowd(settings, workers) as many:
        tally, answers, faults = Counter[tuple[bool, int]](), Counter[str](), []
        for number in range(rounds):
            mixed = number % 2 == 1
            found = play(many, mixed=mixed)
            tally[mixed, found.granted] += 1
            answers += found.answers
            faults += [*found.wrong, *(["over"] if found.over else [])]
        for (mixed, granted), count in sorted(tally.items()):
            what = "with cancelling, expiry, claims" if mixed else "24 requests of 15 on 100"
            print(f"  {what:34} {granted} hold a part of it     {count:5} rounds")
        print(
            f"  answers: {dict(answers)}; over: {faults.count('over')}; wrong: {faults or 'nothing'}"
        )
        with unchecked():
            careless = play_careless(many)
        print(f"  the control, without the guard: {careless.granted} of 15 granted on 100")
    return not faults and careless.over


def _kills(app: Flask, settings: Config, kills: int) -> bool:
    with tempfile.TemporaryDirectory() as name:
        tasks = tasks_for("kills", 2 + kills)
        found = kill_and_go_on(settings, tasks, Path(name), kills, random.Random(0))
    for point in (*POINTS, ""):
        print(f"  killed {WORDS[point]:34} {found.points[point]} times")
    print(
        f"  {len(tasks)} deeds acknowledged: {dict(found.answers)}; wrong: {found.wrong or 'nothing'}"
    )
    return not found.wrong and all(found.points[point] for point in POINTS)


def main(arguments: list[str]) -> int:
    """Both databases; 1 when something does not hold."""
    from tests.postgres import postgres_url

    words = argparse.ArgumentParser(prog="drill mdf")
    for name, default in (("rounds", 20), ("workers", 24), ("kills", 20)):
        words.add_argument(f"--{name}", type=int, default=default)
    told, sound = words.parse_args(arguments), True
    with postgres_url() as server:
        for name, address in (("SQLite", ""), ("PostgreSQL", server)):
            print(f"\n{name}", flush=True)
            with portal_on(address) as (app, settings), app.app_context():
                sound &= _kills(app, settings, told.kills)
                sound &= _races(app, settings, told.rounds, told.workers)
    print("\nIt holds." if sound else "\nIT DOES NOT HOLD.")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
