"""A desk at the command line of an otherwise empty portal."""

from pathlib import Path

import pytest
from flask import Flask

from tests.registry.world import Desk


@pytest.fixture
def desk(app: Flask, tmp_path: Path) -> Desk:
    """Somebody who imports into an empty portal."""
    return Desk(app, tmp_path)


@pytest.fixture
def house_desk(desk: Desk) -> Desk:
    """The same, with teams, products, partners and customers there."""
    desk.base()
    return desk
