"""N5: a notice to many whose worker is killed at five named points reaches everybody once: the drill
(`./dev drill fanout`) with few readers."""

from flask import Flask

from drill import fanout
from drill.sink import open_sink
from drill.turn import POINTS
from portal.kernel import clock
from tests.conftest import House

READERS = 10


def drilled(
    app: Flask, points: tuple[str, ...] = POINTS, careless: bool = False
) -> tuple[list[tuple[str, bool]], list[str]]:
    """Where the worker was killed, and what did not hold in the end."""
    settings = app.extensions["portal.config"]
    # The workers are portals of their own: they and this one go by one clock, whichever was set last.
    clock.configure(clock.zone().key, settings.starts_on, settings.clock_stamp)
    with open_sink(fanout.NAME) as sink:
        version_id = fanout.prepare(READERS)
        turns = list(fanout.kill_and_go_on(settings, sink, READERS, points, careless))
        found = fanout.claims(version_id, READERS, sink)
    return turns, [claim.said for claim in found if not claim.holds]


def test_killed_five_times_it_reaches_everybody_once(demo: Flask) -> None:
    turns, broken = drilled(demo)
    assert turns == [*((point, True) for point in POINTS), ("", False)]
    assert broken == []


def test_sending_again_what_may_have_arrived_would_be_seen(sqlite_house: House) -> None:
    """The control: a queue that puts back what was being sent writes to somebody twice."""
    sqlite_house.state("demo")
    with sqlite_house.app.app_context():
        _, broken = drilled(sqlite_house.app, ("accepted",), careless=True)
    assert any("arrived twice" in said for said in broken)
