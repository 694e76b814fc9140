"""Whoever decides about money is killed with -9 and goes on: nothing acknowledged is lost, nothing doubled.

A few deeds, killed at each named point; `./dev drill mdf` kills more, at random too.
"""

import random
from pathlib import Path

from flask import Flask

from drill.mdf import kill_and_go_on, lost_or_doubled, tasks_for
from drill.mdf_kill import POINTS, do


def test_killed_at_each_point_every_deed_is_there_exactly_once(demo: Flask, tmp_path: Path) -> None:
    tasks = tasks_for("killed", 2)
    found = kill_and_go_on(demo.extensions["portal.config"], tasks, tmp_path, 0, random.Random(0))
    assert found.wrong == []
    assert found.points == dict.fromkeys(POINTS, 1)
    # What was committed while nobody was told yet is answered as done before.
    assert found.answers == {"done": len(tasks) - 1, "again": 1}


def test_under_another_key_a_payment_is_made_again(demo: Flask) -> None:
    """The control: what the keys are for."""
    tasks = tasks_for("keyless", 1)
    for task in tasks:
        assert do(task) == "done"
    assert lost_or_doubled(tasks) == []
    first = tasks_for("careless", 1)[-2]
    for key in ("one", "two"):
        assert do(first._replace(key=key)) == "done"
    assert lost_or_doubled([first]) == [f"{first.key}: there 2 times"]
