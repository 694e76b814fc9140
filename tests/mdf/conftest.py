"""MDF's tests begin with the demonstration's companies, funds and allocations, and no request of theirs."""

from collections.abc import Iterator

import pytest
from flask import Flask

from portal.mdf import demo as story
from tests.conftest import House

STATE = "unasked"


@pytest.fixture
def demo(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """A portal with the demo world in it, of which nobody has asked for MDF yet."""
    if STATE not in house.states:
        house.state("loaded")
        with monkeypatch.context() as patch:
            patch.setattr(story, "_request", lambda row, key: None)
            house._run("seed", "demo")
        house.keep(STATE)
    house.state(STATE)
    with house.app.app_context():
        yield house.app
