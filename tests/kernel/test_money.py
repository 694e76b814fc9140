"""Money to the minor unit: shares, parts and conversions at every edge, and for any amount (M2)."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from portal.kernel import money

# Hundredths, none, thousandths, ten-thousandths; a code that nobody knows has hundredths.
DIGITS = {"USD": 2, "EUR": 2, "CLP": 0, "PYG": 0, "JPY": 0, "KWD": 3, "CLF": 4, "ZZZ": 2}
CURRENCIES = some.sampled_from(sorted(DIGITS))
AMOUNTS = some.integers(0, 10**12)
RATES = some.decimals("0.000001", "999999", places=6)


@pytest.mark.parametrize(("currency", "digits"), sorted(DIGITS.items()))
def test_each_currency_has_the_digits_that_iso_4217_gives_it(currency: str, digits: int) -> None:
    assert money.exponent(currency) == digits
    assert money.decimal(1, currency) == Decimal(1).scaleb(-digits)
    assert money.minor(Decimal(7), currency) == 7 * 10**digits


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12.50", "USD", 1250),
        ("12.5", "USD", 1250),
        ("12.500", "USD", 1250),
        ("-0.01", "USD", -1),
        ("0", "CLP", 0),
        ("1250", "CLP", 1250),
        ("1250.000", "CLP", 1250),
        ("1.005", "KWD", 1005),
        ("1E+3", "USD", 100_000),
        ("0.0001", "CLF", 1),
    ],
)
def test_a_text_is_the_amount_it_says(text: str, currency: str, amount: int) -> None:
    assert money.minor(Decimal(text), currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("12.505", "USD"),
        ("0.5", "CLP"),
        ("1.0005", "KWD"),
        ("1.0000000000000000000000000000001", "USD"),  # more digits than a context holds
        ("NaN", "USD"),
        ("sNaN", "USD"),
        ("Infinity", "USD"),
        ("1E+16", "CLP"),
        ("1E+14", "USD"),
        ("1E+999999", "USD"),
        ("1E-999999999", "USD"),
    ],
)
def test_what_is_no_amount_of_the_currency_is_refused(text: str, currency: str) -> None:
    with pytest.raises(money.BadAmount):
        money.minor(Decimal(text), currency)


@given(amount=some.integers(-money.LARGEST, money.LARGEST), currency=CURRENCIES)
def test_an_amount_written_out_reads_as_itself(amount: int, currency: str) -> None:
    assert money.minor(money.decimal(amount, currency), currency) == amount


@given(amount=AMOUNTS, percent=some.integers(0, 100))
@example(amount=1, percent=50)
@example(amount=999, percent=1)
def test_a_share_is_never_above_its_percentage_nor_a_whole_unit_below(
    amount: int, percent: int
) -> None:
    exact = Fraction(amount * percent, 100)
    found = money.share(amount, percent)
    assert found <= exact < found + 1
    assert found + money.share(amount, 100 - percent) <= amount


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (2, [1, 1, 1], [1, 1, 0]),
        (100, [0, 5, 0], [0, 100, 0]),
        (0, [3, 4], [0, 0]),
        (10, [0, 0], [0, 0]),
        (10, [], []),
        (1, [10, 11], [0, 1]),
        (4750, [9000, 500], [4500, 250]),
    ],
)
def test_a_total_is_spread_by_the_largest_remainders_the_first_of_equals_first(
    total: int, weights: list[int], parts: list[int]
) -> None:
    assert money.spread(total, weights) == parts


@given(total=AMOUNTS, weights=some.lists(some.integers(0, 10**9), min_size=1, max_size=12))
def test_parts_add_up_exactly_and_who_weighs_more_gets_no_less(
    total: int, weights: list[int]
) -> None:
    parts, whole = money.spread(total, weights), sum(weights)
    assert sum(parts) == (total if whole else 0)
    by_weight = sorted(zip(weights, parts, strict=True))
    for (less, small), (more, large) in pairwise(by_weight):
        assert small <= large or less == more
    for weight, part in zip(weights, parts, strict=True):
        assert abs(part - Fraction(total * weight, whole or 1)) < 1


@pytest.mark.parametrize(
    ("amount", "source", "target", "rate", "found"),
    [
        (10_000, "USD", "CLP", "650.5", 65_050),
        (65_050, "CLP", "USD", "0.00153728", 10_000),
        (1, "USD", "CLP", "50", 1),  # half a peso, away from zero
        (-1, "USD", "CLP", "50", -1),
        (1, "USD", "CLP", "49.999999", 0),
        (1, "KWD", "USD", "3.25", 0),
        (2, "KWD", "USD", "3.25", 1),
        (100, "JPY", "KWD", "0.0027", 270),
        (5, "USD", "USD", "1", 5),
    ],
)
def test_an_amount_in_another_currency_is_the_nearest_unit_halves_away_from_zero(
    amount: int, source: str, target: str, rate: str, found: int
) -> None:
    assert money.convert(amount, source, target, Decimal(rate)) == found


@given(amount=AMOUNTS, source=CURRENCIES, target=CURRENCIES, rate=RATES)
def test_a_conversion_is_within_half_a_unit_and_so_is_the_way_back(
    amount: int, source: str, target: str, rate: Decimal
) -> None:
    units = Fraction(10) ** (money.exponent(target) - money.exponent(source)) * Fraction(rate)
    if amount * units > 10**13:
        return
    there = money.convert(amount, source, target, rate)
    assert abs(there - amount * units) <= Fraction(1, 2)
    assert money.convert(-amount, source, target, rate) == -there
    if units >= 1:  # the way back loses nothing where the target's units are the finer ones
        inverse = Decimal(1) / rate
        back = money.convert(there, target, source, inverse)
        assert abs(back - amount) <= 1


@pytest.mark.parametrize("amount", [money.LARGEST, -money.LARGEST])
def test_a_conversion_out_of_all_reason_is_refused(amount: int) -> None:
    with pytest.raises(money.BadAmount):
        money.convert(amount, "USD", "CLP", Decimal(10_000))
