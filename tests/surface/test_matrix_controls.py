"""The controls of the matrix (A11, section 0.12): each kind of guard taken away, and the walk sees it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import abort, make_response

from portal.companies.models import Application
from portal.kernel.access import GRANTS, Permission, Role
from portal.registry.models import Contract
from portal.store import scope
from portal.store.db import db
from portal.store.scope import visible_to
from portal.web.guards import actor, requires
from tests import people
from tests.conftest import House
from tests.surface.matrix_players import PLAYERS, Asker
from tests.surface.matrix_walk import Walk
from tests.surface.matrix_world import furnish
from tests.surface.policy import POLICY
from tests.surface.test_matrix import test_table_map_and_marks_say_the_same as table_and_marks

CONTRACT = "site.registry.contract"
Wrong = Callable[..., list[str]]


@pytest.fixture
def wrong(sqlite_house: House, tmp_path: Path) -> Wrong:
    """What the walk of somebody finds wrong on some routes."""
    world = furnish(sqlite_house, tmp_path)

    def walk(name: str, *endpoints: str) -> list[str]:
        player = next(each for each in PLAYERS if each.name == name)
        return Walk(world, Asker(sqlite_house, player)).answered(*endpoints).wrong

    return walk


@pytest.fixture
def open_scope(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[type], None]]:
    """Let everyone see every row of a model."""

    def let_through(model: type) -> None:
        monkeypatch.setitem(scope._SCOPES, model, lambda actor: None)
        scope._condition.cache_clear()

    yield let_through
    scope._condition.cache_clear()


def test_with_every_guard_in_place_nothing_is_wrong(wrong: Wrong) -> None:
    for name in ("a visitor", people.SUR, people.FINANCE, "somebody deactivated since"):
        assert wrong(name, CONTRACT) == []


def test_a_view_that_became_public_is_seen(
    wrong: Wrong, sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_house.app.view_functions[CONTRACT], "access", "public")
    assert any("404, not 302" in each for each in wrong("a visitor", CONTRACT))
    with pytest.raises(AssertionError, match="contract"):
        table_and_marks(sqlite_house)


def test_a_wider_grant_is_seen(
    wrong: Wrong, sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    wider = GRANTS[Role.FINANCE] | {Permission.READ_CONTRACTS}
    monkeypatch.setitem(GRANTS, Role.FINANCE, wider)
    assert any("404, not 403" in each for each in wrong(people.FINANCE, CONTRACT))
    with pytest.raises(AssertionError, match="registry"):
        table_and_marks(sqlite_house)


def test_a_risky_view_that_asks_no_proof_is_seen(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = sqlite_house.app.view_functions["site.people.remove"]
    monkeypatch.setattr(view, "recent", False)
    with pytest.raises(AssertionError, match="remove"):
        table_and_marks(sqlite_house)


def test_a_route_without_a_row_is_seen(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(POLICY, CONTRACT)
    with pytest.raises(AssertionError):
        table_and_marks(sqlite_house)


def test_a_scope_that_lets_everything_through_is_seen(
    wrong: Wrong, open_scope: Callable[[type], None]
) -> None:
    open_scope(Contract)
    found = wrong(people.SUR, CONTRACT)
    assert any("200, not 404" in each for each in found)
    assert any("CTL-2016" in each for each in found), "the canaries are found too"


def test_a_deed_on_anothers_is_seen(wrong: Wrong, open_scope: Callable[[type], None]) -> None:
    """Not only pages: the other registry's application is declined."""
    open_scope(Application)
    found = wrong(people.CHANNEL_L3, "site.review.decline", "site.review.approve")
    assert any("decline (other): 422, not 404" in each for each in found), found
    assert any("approve (other): 422, not 404" in each for each in found), found


def test_an_answer_that_tells_that_something_is_there_is_seen(
    wrong: Wrong, sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """403 for another's where the unknown is 404; then 404, but in other words."""
    views = sqlite_house.app.view_functions
    honest = views[CONTRACT]

    def telling(answer: Callable[[], Any]) -> Callable[..., Any]:
        def view(slug: str, contract_id: int) -> Any:
            query = visible_to(Contract, actor()).where(Contract.id == contract_id)
            mine = db.session.scalar(query.with_only_columns(Contract.id))
            there = db.session.get(Contract, contract_id)
            return answer() if mine is None and there else honest(slug, contract_id)

        return requires(Permission.READ_CONTRACTS)(view)

    monkeypatch.setitem(views, CONTRACT, telling(lambda: abort(403)))
    assert any("403, not 404" in each for each in wrong(people.SUR, CONTRACT))
    monkeypatch.setitem(views, CONTRACT, telling(lambda: make_response("not yours", 404)))
    found = wrong(people.SUR, CONTRACT)
    assert found and all("is not as the unknown" in each for each in found)


@pytest.mark.parametrize("name", ["somebody deactivated since", "somebody moved since"])
def test_a_session_that_is_remembered_is_seen(
    wrong: Wrong, sqlite_house: House, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A8: who somebody is must be asked anew with each request."""
    manager: Any = vars(sqlite_house.app)["login_manager"]
    known: dict[str, Any] = {}
    ask = manager._user_callback

    def remember(identity: str) -> Any:
        if known.get(identity) is None:
            known[identity] = ask(identity)
        return known[identity]

    monkeypatch.setattr(manager, "_user_callback", remember)
    assert any("not 302" in each for each in wrong(name, CONTRACT))
