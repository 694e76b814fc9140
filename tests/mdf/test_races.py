"""Many decide on the last of a fund at the same moment, on real processes: it is never given twice (M2).

A handful of rounds; `./dev drill mdf --rounds 200` plays them by the hundred.
"""

from flask import Flask

from drill.mdf_crowd import crowd
from drill.mdf_race import AMOUNT, BUDGET, play, play_careless, unchecked

WORKERS = 6


def test_twenty_four_requests_of_15_on_a_fund_of_100_are_never_over(demo: Flask) -> None:
    """Six are granted, or five beside what others hold; and without the guard it does go over."""
    with crowd(demo.extensions["portal.config"], WORKERS) as many:
        for mixed in (False, True, True):
            found = play(many, mixed=mixed)
            assert not found.wrong and not found.over, found
            assert found.granted == BUDGET // AMOUNT, found
        with unchecked():
            careless = play_careless(many)
            assert careless.over, careless
