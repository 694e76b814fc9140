"""May I use this logo on a date (Q17)? The rule by tables, without a database."""

from dataclasses import replace
from datetime import date

import pytest

from portal.library.rules import CODES, Asset, AssetKind, BrandCode, Nearest, Spell, Status
from portal.library.rules import may_use as ask
from portal.library.rules import nearest_yes as nearest

START, TODAY, MARCH = date(2017, 11, 1), date(2017, 12, 1), date(2018, 3, 1)
EVE = date(2018, 2, 28)
PROGRAM, OWN = AssetKind.PROGRAM, AssetKind.CORPORATE


def asset(slug, registry, kind, *spells, successor=None):
    return Asset(slug, registry, kind, successor, tuple(spells))


NEW = asset("new", "a", PROGRAM)
HOUSE = asset("house", "a", OWN, Spell(Status.CURRENT, START, None))
OLD_HOUSE = asset("old-house", "b", OWN, Spell(Status.RETIRED, START, None), successor="house")
OLD = asset("old", "b", PROGRAM, Spell(Status.TRANSITION, START, None), successor="new")
SHELF = {each.slug: each for each in (NEW, HOUSE, OLD_HOUSE, OLD)}
# What a notice announces for March: the old program's logos go, the new ones come.
ENDING = replace(
    OLD, spells=(Spell(Status.TRANSITION, START, EVE), Spell(Status.RETIRED, MARCH, None))
)
COMING = replace(NEW, spells=(Spell(Status.CURRENT, MARCH, None),))
LATER = {**SHELF, "old": ENDING, "new": COMING}


@pytest.mark.parametrize(
    ("which", "on", "codes", "facts"),
    [
        (HOUSE, TODAY, ["brand.current"], {"since": "2017-11-01"}),
        (OLD, TODAY, ["brand.transition"], {"since": "2017-11-01"}),
        (OLD_HOUSE, TODAY, ["brand.retired"], {"successor": "house"}),
        (NEW, TODAY, ["brand.not_yet"], {"starts": None}),
        (COMING, TODAY, ["brand.not_yet"], {"starts": "2018-03-01"}),
        (COMING, MARCH, ["brand.current"], {"since": "2018-03-01"}),
        (ENDING, TODAY, ["brand.transition", "brand.ends"], {}),
        (ENDING, EVE, ["brand.transition", "brand.ends"], {}),
        (ENDING, MARCH, ["brand.retired"], {"since": "2018-03-01", "successor": "new"}),
        (OLD, date(2017, 10, 31), ["brand.not_yet"], {"starts": "2017-11-01"}),
    ],
)
def test_an_asset_may_be_used_while_it_is_current_or_in_transition(which, on, codes, facts):
    decision = ask(which, on)
    assert [str(reason.code) for reason in decision.reasons] == codes
    assert facts.items() <= dict(decision.reasons[0].facts).items()
    assert decision.refused == (decision.value is None) == (not which.usable(on))


def test_an_end_is_told_only_where_a_notice_announced_it():
    """ "Until changes are announced" is part of the promise (Q17)."""
    assert ask(OLD, TODAY).value.last is None
    ends = ask(ENDING, TODAY)
    assert ends.value.last == EVE and ends.reasons[1].rule == "N1"
    assert ends.reasons[1].facts == {"asset": "old", "last": "2018-02-28", "successor": "new"}
    onward = replace(
        OLD, spells=(Spell(Status.CURRENT, START, EVE), Spell(Status.TRANSITION, MARCH, None))
    )
    assert ask(onward, TODAY).value.last is None


@pytest.mark.parametrize(
    ("slug", "shelf", "on", "found"),
    [
        # Of a program's logos alone partners are told that they may go on using them (Q17).
        ("old-house", SHELF, TODAY, Nearest("old")),
        ("old-house", {**SHELF, "old": NEW}, TODAY, None),
        ("new", SHELF, TODAY, Nearest("old")),
        ("old", LATER, MARCH, Nearest("new")),
        ("new", {"new": COMING}, TODAY, Nearest("new", MARCH)),
        ("new", {"new": NEW}, TODAY, None),
        ("old-house", LATER, MARCH, Nearest("new")),
    ],
)
def test_the_nearest_yes_may_itself_be_used(slug, shelf, on, found):
    assert nearest(shelf[slug], shelf, on) == found
    if found:
        assert ask(shelf[found.asset], found.day or on).value is not None


def test_successors_in_a_ring_end():
    ring = {slug: replace(OLD_HOUSE, slug=slug, registry=slug, successor=other)
            for slug, other in (("x", "y"), ("y", "x"))}  # fmt: skip
    assert nearest(ring["x"], ring, TODAY) is None


def test_each_code_names_the_rule_it_stands_on():
    assert {str(code): CODES[code].rule for code in BrandCode} == {
        "brand.current": "Q17",
        "brand.transition": "Q17",
        "brand.ends": "N1",
        "brand.retired": "Q17",
        "brand.not_yet": "Q17",
    }
