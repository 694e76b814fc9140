"""Amounts as people write them: in either regional format, to the minor unit, or a clear no."""

from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel import money
from portal.mdf.amounts import parse, shown, written

APP = Flask(__name__)
Babel(APP)
SPAIN, STATES = "es_ES", "en_US"


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12.500,50", "USD", 12_500_50),
        ("12,500.50", "USD", 12_500_50),
        ("12 500,5", "USD", 12_500_50),
        ("12'500.5", "USD", 12_500_50),
        ("12500", "USD", 12_500_00),
        ("12.500", "USD", 12_500_00),
        ("12,500", "USD", 12_500_00),
        ("1.234.567", "USD", 1_234_567_00),
        ("1,234,567.8", "USD", 1_234_567_80),
        ("US$ 1.250", "USD", 1_250_00),
        ("USD 99", "USD", 99_00),
        ("99 usd", "USD", 99_00),
        (".5", "USD", 50),
        ("5,", "USD", 5_00),
        ("0", "USD", 0),
        ("12.500", "CLP", 12_500),
        ("1.234.567", "JPY", 1_234_567),
        ("1.234,567", "KWD", 1_234_567),
    ],
)
@pytest.mark.parametrize("region", [SPAIN, STATES])
def test_the_same_amount_in_either_format(
    text: str, currency: str, amount: int, region: str
) -> None:
    with APP.test_request_context(), force_locale(region):
        assert parse(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        *((text, "USD") for text in ("", "-5", "1,2345", "0,500", "1.2.3", "1,234.567", "€5")),
        *((text, "USD") for text in ("12,34,567.00", "1e5", "٣", "9" * 18, "9" * 60, "x", "$")),
        ("12.50", "CLP"),
        ("0.5", "JPY"),
        ("1,2345", "KWD"),
        ("EUR 5", "USD"),
    ],
)
def test_what_is_no_amount_is_told_with_an_example(text: str, currency: str) -> None:
    with APP.test_request_context(), force_locale(SPAIN):
        with pytest.raises(money.BadAmount) as told:
            parse(text, currency)
        assert currency in str(told.value) or written(1250 * 10**2, "USD") in str(told.value)


def test_thousandths_are_read_as_the_reader_writes_them() -> None:
    """Only a currency that has them leaves it open; then the reader's own format decides."""
    for region, text, amount in [
        *((SPAIN, "12.500", 12_500_000), (SPAIN, "12,500", 12_500)),
        *((STATES, "12.500", 12_500), (STATES, "12,500", 12_500_000)),
    ]:
        with APP.test_request_context(), force_locale(region):
            assert parse(text, "KWD") == amount


@given(
    st.integers(0, 10**14),
    st.sampled_from(["USD", "CLP", "KWD", "CLF"]),
    st.sampled_from([SPAIN, STATES, "es_MX", "es_CO", "en_GB"]),
)
def test_what_is_shown_is_read_back_to_the_minor_unit(
    amount: int, currency: str, region: str
) -> None:
    with APP.test_request_context(), force_locale(region):
        assert parse(shown(amount, currency), currency) == amount
        assert parse(written(amount, currency), currency) == amount
        assert money.minor(Decimal(amount).scaleb(-money.exponent(currency)), currency) == amount
