"""Amounts as people write and read them: text to whole minor units and back, in either regional format.

"12.500,50" and "12,500.50" are the same amount: of two signs the last one is the decimal one, and
groups are of three digits. "12.500" is twelve thousand five hundred in every currency that has no
thousandths; in one that has them, the reader's own format decides.
"""

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from babel.numbers import format_decimal, get_decimal_symbol
from flask_babel import get_locale
from flask_babel import gettext as _
from jinja2 import pass_context

from portal.kernel import money
from portal.mdf.blueprint import bp

LONGEST = 40
# What people put between groups of three: spaces of every width, and the apostrophe.
_SPACES = re.compile(r"[\s'’]+")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+", re.ASCII)
_SIMPLE = re.compile(r"(\d*)(?:([.,])(\d*))?", re.ASCII)


def parse(text: str, currency: str) -> int:
    """The amount that `text` says, in minor units of `currency`; the currency's code, or a "$", may
    stand beside it. Raises BadAmount, whose text tells the reader what is wrong.
    """
    if len(text) > LONGEST:
        raise money.BadAmount(_wrong(currency))
    bare = _SPACES.sub("", text.upper())
    bare = re.sub(rf"^(?:{currency}|US)?\$?|(?:{currency}|\$)$", "", bare)
    if re.search(r"[A-Z$€£]", bare):
        raise money.BadAmount(_("Write the amount in %(currency)s.", currency=currency))
    try:
        return money.minor(Decimal(_plain(bare, currency)), currency)
    except (InvalidOperation, money.BadAmount):
        raise money.BadAmount(_wrong(currency)) from None


def shown(amount: int, currency: str) -> str:
    """`amount` (minor units) with its currency, as the reader writes it: "USD 12,500.50"."""
    return f"{currency}\xa0{written(amount, currency)}"


def written(amount: int | None, currency: str) -> str:
    """`amount` without its currency, as a form shows it to be changed; nothing for none."""
    if amount is None:
        return ""
    return _written(amount, currency, str(get_locale() or "en_US"))


@lru_cache(maxsize=4096)
def _written(amount: int, currency: str, told: str) -> str:
    digits = "0" * money.exponent(currency)
    pattern = f"#,##0.{digits}" if digits else "#,##0"
    return format_decimal(money.decimal(amount, currency), pattern, told)


@bp.app_template_filter("money")
@pass_context
def _money(_context: Any, amount: int | None, currency: str) -> str:
    """`{{ amount|money(currency) }}`: nothing for none."""
    return "" if amount is None else shown(amount, currency)


def _plain(bare: str, currency: str) -> str:
    """`bare` with a point before its decimals and nothing between its groups."""
    last = max(bare.rfind("."), bare.rfind(","))
    head, tail = bare[:last], bare[last + 1 :]
    both = "." in bare and "," in bare
    if both and bare[last] not in head and (head.isdigit() or _GROUPED.fullmatch(head)):
        return f"{_ungrouped(head)}.{tail}"
    if not both and _GROUPED.fullmatch(bare) and not _thousandths(bare, currency):
        return _ungrouped(bare)
    simple = _SIMPLE.fullmatch(bare)
    if simple is None or not (simple[1] or simple[3]):
        raise InvalidOperation
    return f"{simple[1] or 0}.{simple[3] or 0}"


def _ungrouped(text: str) -> str:
    """Digits alone. Raises InvalidOperation where a group begins with nothing: "0,500"."""
    if text.startswith("0") and len(text) > 1:
        raise InvalidOperation
    return re.sub(r"[.,]", "", text)


def _thousandths(bare: str, currency: str) -> bool:
    """Whether "12.500" has thousandths: the currency knows them, and the reader so writes them."""
    signs = re.findall(r"[.,]", bare)
    if money.exponent(currency) < 3 or len(signs) > 1:
        return False
    return bool(signs[0] == get_decimal_symbol(str(get_locale() or "en_US")))


def _wrong(currency: str) -> str:
    """What is wrong, with an example in the reader's format."""
    example = written(1250 * 10 ** money.exponent(currency), currency)
    if money.exponent(currency) == 0:
        return str(
            _(
                "Write an amount without decimals, such as %(example)s: %(currency)s has none.",
                example=example,
                currency=currency,
            )
        )
    return str(_("Write an amount such as %(example)s.", example=example))
