"""The look at the ledger after every test does fail, and is not fooled by a ledger it has seen before."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from portal.store.db import atomic
from tests.conftest import House
from tests.explained import unexplained


@pytest.fixture
def off_by_a_cent(demo: Flask) -> Iterator[Flask]:
    change("balance = balance + 1")
    yield demo
    change("balance = balance - 1")


def change(how: str) -> None:
    with atomic() as session:
        session.execute(
            text(f"UPDATE ledger_account SET {how} WHERE id = (SELECT min(id) FROM ledger_account)")
        )


def test_a_ledger_that_is_off_by_a_cent_fails_the_test(off_by_a_cent: Flask, house: House) -> None:
    for _ in range(2):
        found = unexplained(off_by_a_cent, house.proven)
        assert [each.stored - each.explained for each in found] == [1, 1]
        assert {each.what.split()[0] for each in found} == {"account", "book"}


def test_the_state_of_a_test_is_put_down_as_used_and_nothing_in_it_is_unexplained(
    demo: Flask, house: House
) -> None:
    assert house.used
    assert house in House.open
    assert unexplained(demo, set()) == []
