"""The rivals' world on either database."""

from pathlib import Path

import pytest

from tests.conftest import House
from tests.surface.rivals import World, settle


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """The rivals' world; whoever changes it settles it again."""
    house: House = request.getfixturevalue(f"{request.param}_house")
    return settle(house, tmp_path)
