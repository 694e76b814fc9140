"""The full matrix (catalogue A1 to A4, A8, A12): every route x every method x everyone x own, other's,
unknown. The table is `policy.py`, the world with its canaries `matrix_world.py`.

Everyone walks it on SQLite. On PostgreSQL, where nothing but the statements differ, one of each kind
of scope does: a company's administrator, a rival's user, either side of a registry, the portal's
administrator, and somebody who moved.
"""

from pathlib import Path

import pytest

from portal.kernel.access import GRANTS, Permission, Role
from portal.web import guards
from tests import people
from tests.conftest import House
from tests.surface.matrix_players import PLAYERS, Asker, Player
from tests.surface.matrix_walk import (
    ANSWERED,
    REFUSED,
    Cell,
    Walk,
    cells,
    refusals,
    rules,
    things_of,
)
from tests.surface.matrix_world import furnish
from tests.surface.policy import NO_OTHER, NO_OWN, POLICY

SOME = {people.NORTE_ADMIN, people.SUR, people.CHANNEL, people.ACCOUNT_L3, people.ADMIN}
ON_POSTGRES = [each for each in PLAYERS if each.name in SOME or each.name.endswith("moved before")]


def test_table_map_and_marks_say_the_same(sqlite_house: House) -> None:
    """A1: no route undeclared, no row stale; who may, by hand, is who may by the portal's marks."""
    app = sqlite_house.app
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(POLICY)
    for endpoint, row in POLICY.items():
        mark = guards.access_of(app, endpoint)
        if row.who is None:
            assert mark == guards.PUBLIC, endpoint
        else:
            assert isinstance(mark, Permission), endpoint
            assert row.who == {role for role in Role if mark in GRANTS[role]}, endpoint
        assert row.recent == getattr(app.view_functions[endpoint], "recent", False), endpoint


def test_the_matrix_has_thousands_of_cells_and_none_is_blank(sqlite_house: House) -> None:
    """A2: each cell has an answer of the table, for 17 actors, one of them in two sessions."""
    app, count = sqlite_house.app, 0
    for player in PLAYERS:
        mine = dict(cells(app, player.role))
        assert set(mine.values()) <= {200, 302, 403, 404, 405, 409, 422}
        count += len(mine)
    assert count >= 3_000, count
    assert {player.role for player in PLAYERS} >= set(Role) - {Role.CHANNEL_LEAD, Role.VISITOR}


def test_what_the_table_calls_nobodys_and_everybodys_is_so_in_the_world(
    sqlite_house: House, tmp_path: Path
) -> None:
    """A row's cells "own" and "other" stand on things there are, for every player."""
    world = furnish(sqlite_house, tmp_path)
    for endpoint, row in POLICY.items():
        for player in PLAYERS if row.kind else ():
            if row.who is None or player.role not in row.who:
                continue
            there = bool(things_of(world, row, player, "own"))
            assert there != (player.role in NO_OWN.get(row.kind, ())), (endpoint, player.name)
            there = bool(things_of(world, row, player, "other"))
            assert there != (player.role in NO_OTHER.get(row.kind, ())), (endpoint, player.name)


def test_every_address_is_asked_in_vain_by_each_method_and_by_several(sqlite_house: House) -> None:
    """Whom it is refused to makes no difference, so they take turns."""
    for at, _ in enumerate(rules(sqlite_house.app)):
        asked = [method for player in PLAYERS for method in refusals(player, at)]
        assert all(asked.count(method) >= 4 for method in REFUSED)


@pytest.mark.parametrize("player", PLAYERS, ids=lambda player: player.name)
def test_every_cell_answers_as_the_table_says(
    sqlite_house: House, tmp_path: Path, player: Player
) -> None:
    walked(sqlite_house, tmp_path, player)


@pytest.mark.parametrize("player", ON_POSTGRES, ids=lambda player: player.name)
def test_it_is_so_on_postgresql_too(postgres_house: House, tmp_path: Path, player: Player) -> None:
    walked(postgres_house, tmp_path, player)


def walked(house: House, folder: Path, player: Player) -> None:
    """Walk every cell of `player`; nothing is wrong, and none was left out."""
    walk = Walk(furnish(house, folder), Asker(house, player))
    every = {cell for cell, _ in cells(house.app, player.role)}
    if house.kind == "sqlite":
        walk.answered().refused().spoiling()
        in_turn = {
            Cell(rule.endpoint, method, "any")
            for at, rule in enumerate(rules(house.app))
            for method in refusals(player, at)
        }
        assert set(walk.seen) == {cell for cell in every if cell.method in ANSWERED} | in_turn
    else:
        # HEAD asks the database what GET does, the other methods nothing; and a world of PostgreSQL
        # takes long to put back.
        walk.answered(methods=("GET", "POST"))
        left = {cell for cell in every - set(walk.seen) if cell.method in ("GET", "POST")}
        assert all(POLICY[cell.endpoint].spoils for cell in left), left
    assert not walk.wrong, "\n".join(walk.wrong)
