"""Money: whole minor units of a currency, and the few sums a program does with them, exactly.

An amount is an `int` of the smallest unit its currency has (ISO 4217): cents of USD, yen, thousandths
of KWD. Nothing here is a float. A share is rounded down, so that no part is ever more than was
promised; a conversion to the nearest unit, halves away from zero.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, Inexact, localcontext

# Currencies whose smallest unit is not a hundredth (ISO 4217, exponents).
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_EXPONENTS = (
    dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THREE.split(), 3) | {"CLF": 4, "UYW": 4}
)
# What a column of the databases holds, with room for sums.
LARGEST = 10**15
LONGEST_RATE = 12


class BadAmount(ValueError):
    """A text that says no amount of this currency, or one too large to keep."""


def exponent(currency: str) -> int:
    """How many digits of `currency` stand after the point."""
    return _EXPONENTS.get(currency, 2)


def decimal(amount: int, currency: str) -> Decimal:
    """`amount` in whole units of `currency`, with all its digits: 1250 of USD is 12.50."""
    return Decimal(amount).scaleb(-exponent(currency))


def minor(value: Decimal, currency: str) -> int:
    """`value` in minor units. Raises BadAmount when it has more digits, or is out of all reason."""
    if not value.is_finite():
        raise BadAmount(str(value))
    try:
        with localcontext(prec=60) as context:
            context.traps[Inexact] = True  # nothing is rounded away unseen
            if abs(value) <= LARGEST:
                scaled = value.scaleb(exponent(currency))
                if scaled == scaled.to_integral_value() and abs(scaled) <= LARGEST:
                    return int(scaled)
    except Inexact:
        pass
    raise BadAmount(str(value))


def share(amount: int, percent: int) -> int:
    """`percent` of `amount`, rounded down to the minor unit: never more than the percentage."""
    return amount * percent // 100


def convert(amount: int, source: str, target: str, rate: Decimal) -> int:
    """`amount` of `source` in minor units of `target`; `rate` is target units for one of source.

    To the nearest minor unit, halves away from zero. Raises BadAmount when it is out of all reason.
    """
    with localcontext() as context:
        context.prec = 60
        value = decimal(amount, source) * rate
        if abs(value) > LARGEST:
            raise BadAmount(str(value))
        rounded = value.scaleb(exponent(target)).to_integral_value(ROUND_HALF_UP)
    if abs(rounded) > LARGEST:
        raise BadAmount(str(value))
    return int(rounded)


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """`total` over parts by their `weights`, whole units that add up to it exactly.

    Rounded down, and what is left over goes one unit each to the largest remainders, the first of
    equals first. All zero where the weights are.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda at: (-(total * weights[at] % whole), at))
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return parts
