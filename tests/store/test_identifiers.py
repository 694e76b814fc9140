"""Identifiers sort as things happened, and tell nothing but when."""

import time
import uuid
from itertools import pairwise

import pytest

from portal.store import types
from portal.store.types import uuid7


def test_what_is_made_later_sorts_later_within_a_millisecond_too() -> None:
    """Seen failing: two events of one command stood in the trail in either order."""
    made = [uuid7() for _ in range(5_000)]
    assert made == sorted(made) and len(set(made)) == len(made)
    assert {(each.version, each.variant) for each in made} == {(7, uuid.RFC_4122)}


def test_the_neighbour_of_an_identifier_is_not_the_next_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(types.time, "time_ns", lambda: 1_511_000_000_000_000_000)
    made = [uuid7().int for _ in range(1_000)]
    apart = [later - before for before, later in pairwise(made)]
    assert min(apart) > 1_000


def test_a_clock_that_is_set_back_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    first = uuid7()
    monkeypatch.setattr(types.time, "time_ns", lambda: now - 3_600 * 10**9)
    assert uuid7().int >> 80 == (now - 3_600 * 10**9) // 1_000_000 < first.int >> 80
