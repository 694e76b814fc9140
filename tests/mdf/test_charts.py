"""The shapes of charts: nothing sticks out, nothing that is nothing is drawn, scales end on round numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.mdf import charts

AMOUNTS = some.integers(0, 10**14)


@given(amounts=some.lists(AMOUNTS, max_size=6))
def test_pieces_of_a_bar_stand_one_after_another_and_fill_it(amounts: list[int]) -> None:
    parts = charts.split([(str(at), amount) for at, amount in enumerate(amounts)])
    assert [part.amount for part in parts] == [amount for amount in amounts if amount]
    if parts:
        assert parts[0].x == 0
        assert sum(part.width for part in parts) == pytest.approx(100)
        assert sum(part.share for part in parts) == pytest.approx(1)


@given(groups=some.lists(some.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=13))
def test_bars_stay_in_the_picture_and_in_their_own_group(groups: list[tuple[int, int]]) -> None:
    found = charts.columns(["one", "two"], groups)
    assert len(found.bars) == sum(amount > 0 for group in groups for amount in group)
    assert all(0 < bar.height <= 100 for bar in found.bars)
    for bar in found.bars:
        at = int(bar.x / (100 / len(groups)) + 1e-9)
        assert abs(bar.x + bar.width / 2 - found.middles[at]) < 50 / len(groups)


@pytest.mark.parametrize(
    ("largest", "top"), [(0, 1), (1, 1), (3, 5), (10, 10), (11, 20), (51, 100), (4_750_00, 500_000)]
)
def test_a_scale_ends_on_the_next_round_number(largest: int, top: int) -> None:
    assert charts.nice(largest) == top
