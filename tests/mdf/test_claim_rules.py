"""What a claim comes to (M4, mdf.md 2.3): to the cent, in every currency, and never too much."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel import money
from portal.mdf.claim_rules import Bill, Cost, Grant, Line, approvable, informs, rate_of
from portal.mdf.rules import MdfCode

COSTS = (Cost("venue", True), Cost("alcohol", False, {"en": "Alcohol is not reimbursed."}))


def bill(*lines: Line, currency: str = "USD", amount: int = 0, rate: str = "") -> Bill:
    """An invoice of `lines`, as large as they are unless told."""
    whole = amount or sum(line.amount for line in lines)
    return Bill(1, "A-1", "20-1", date(2018, 1, 10), currency, whole, rate, lines)


def grant(percent: int = 50, most: int = 10**12, currency: str = "USD") -> Grant:
    return Grant(currency, percent, most, COSTS)


def test_the_worked_example_comes_to_4750() -> None:
    """mdf.md 2.3: an invoice of 10,000 of which 500 is alcohol, at 50 %, with 6,000 reserved."""
    one = bill(Line(1, "venue", 950_000), Line(2, "alcohol", 50_000), amount=1_000_000)
    found = approvable([one], grant(most=600_000))
    assert (found.eligible, found.shared, found.amount) == (950_000, 475_000, 475_000)
    assert not found.capped and [part.share for part in found.parts] == [475_000, 0]
    assert [each.code for each in informs(found)] == [MdfCode.LINE_NOT_ELIGIBLE]
    assert found.parts[1].why == {"en": "Alcohol is not reimbursed."}


def test_no_more_is_paid_than_is_reserved_and_the_sum_says_so() -> None:
    found = approvable([bill(Line(1, "venue", 1_000_000))], grant(most=333_333))
    assert (found.shared, found.amount, found.capped) == (500_000, 333_333, True)
    [told] = informs(found)
    assert told.code is MdfCode.ABOVE_RESERVE and told.facts["most"] == 333_333
    assert not told.blocks, "a capped claim may be sent"


@pytest.mark.parametrize(
    ("line", "counted"),
    [
        (Line(1, "venue", 1000), 1000),
        (Line(1, "venue", 1000, 400), 400),
        (Line(1, "venue", 1000, 0), 0),
        (Line(1, "venue", 1000, 5000), 1000),
        (Line(1, "alcohol", 1000, 1000), 0),
        (Line(1, "fireworks", 1000), 0),
    ],
    ids=["not-reviewed", "in-part", "refused", "too-much", "not-eligible", "unknown"],
)
def test_a_line_counts_what_the_review_took_of_an_eligible_kind(line: Line, counted: int) -> None:
    found = approvable([bill(line)], grant(percent=100))
    assert (found.parts[0].counted, found.amount) == (counted, counted)


def test_lines_count_no_more_than_their_invoice() -> None:
    found = approvable(
        [bill(Line(1, "venue", 700), Line(2, "venue", 700), amount=1000)], grant(100)
    )
    assert found.amount == 1000 == sum(part.share for part in found.parts)


@pytest.mark.parametrize(
    ("source", "target", "rate", "amount", "converted"),
    [
        ("USD", "PYG", "5650.25", 100_05, 565_308),
        ("PYG", "USD", "0.00017698", 565_308, 100_05),
        ("KWD", "USD", "3.3113", 1_234, 4_09),
        ("USD", "KWD", "0.302", 4_09, 1_235),
        ("JPY", "KWD", "0.0027", 10_000, 27_000),
        ("KWD", "JPY", "370.37", 27_000, 10_000),
        ("MXN", "USD", "0.05", 10, 1),
        ("MXN", "USD", "0.05", 9, 0),
    ],
)
def test_an_invoice_of_another_currency_is_converted_once_both_ways(
    source: str, target: str, rate: str, amount: int, converted: int
) -> None:
    """Currencies of no, two and three decimals; halves go away from zero."""
    one = bill(Line(1, "venue", amount), currency=source, rate=rate)
    found = approvable([one], grant(percent=100, currency=target))
    assert (found.amount, found.bills[0].converted) == (converted, converted)


def test_ten_lines_of_half_a_unit_are_converted_together() -> None:
    """Each alone would be rounded up, and ten cents of dollars would come out of five."""
    one = bill(*(Line(at, "venue", 10) for at in range(10)), currency="MXN", rate="0.05")
    found = approvable([one], grant(percent=100))
    assert found.amount == 5 == sum(part.converted for part in found.parts)


def test_without_a_rate_nothing_is_converted_and_nothing_counts() -> None:
    found = approvable([bill(Line(1, "venue", 1000), currency="EUR")], grant())
    assert found.bills[0].converted is None and found.amount == 0


NO_RATES = ["", "0", "-1", "NaN", "Infinity", "1,5", "1.2345678901234", "1e12", "1e400", "1e-400"]


@pytest.mark.parametrize("text", NO_RATES)
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(money.BadAmount):
        rate_of(text)


CURRENCIES = st.sampled_from(["USD", "PYG", "KWD", "JPY", "EUR"])
LINES = st.lists(
    st.tuples(
        st.sampled_from(["venue", "alcohol", "unknown"]),
        st.integers(1, 10**9),
        st.none() | st.integers(0, 10**9),
    ),
    max_size=6,
)
BILLS = st.lists(
    st.tuples(CURRENCIES, LINES, st.integers(1, 10**8), st.decimals("0.0001", "9999", places=4)),
    max_size=4,
)


@given(said=BILLS, percent=st.integers(1, 100), most=st.integers(-5, 10**10), currency=CURRENCIES)
def test_lines_add_up_and_nothing_is_above_percent_cap_or_invoice(
    said: list[tuple[str, list[tuple[str, int, int | None]], int, Decimal]],
    percent: int,
    most: int,
    currency: str,
) -> None:
    bills = [
        Bill(
            *(number, "A", "T", date(2018, 1, 1), own, whole, str(rate)),
            tuple(Line(number * 10 + at, *line) for at, line in enumerate(lines)),
        )
        for number, (own, lines, whole, rate) in enumerate(said)
    ]
    found = approvable(bills, grant(percent, most, currency))
    assert sum(part.share for part in found.parts) == found.amount
    assert sum(part.converted for part in found.parts) == found.eligible
    assert 0 <= found.amount <= max(most, 0)
    assert found.amount * 100 <= found.eligible * percent
    assert found.eligible <= sum(each.converted or 0 for each in found.bills)
    assert all(each.counted <= each.amount for each in found.bills)
    for part in found.parts:
        assert 0 <= part.share <= part.converted
        assert part.counted <= part.amount and (part.eligible or part.counted == 0)
