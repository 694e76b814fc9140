"""What is typed of a claim, read and kept as it was typed: an invoice with its lines, the outcome in
numbers, why a line is disputed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.numbers import get_currency_name, get_decimal_symbol
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from portal.kernel import money
from portal.kernel.text import has_letter, tidy, tidy_lines
from portal.mdf.amounts import parse, written
from portal.mdf.claim_models import ClaimLine, Invoice
from portal.mdf.claim_rules import rate_of
from portal.mdf.claim_writing import TypedInvoice, TypedLine
from portal.web.i18n import locale
from portal.web.moment import FIRST, LAST

NAME, NUMBER, TEXT, MOST_LINES, SPARE = 200, 60, 2000, 20, 3
# Those of the program's countries, and those that a supplier abroad may bill in.
CURRENCIES = (
    *("USD", "EUR", "ARS", "BOB", "BRL", "CLP", "COP", "CRC", "DOP", "GBP", "GTQ", "HNL", "JPY"),
    *("KWD", "MXN", "NIO", "PAB", "PEN", "PYG", "UYU"),
)
TIDY = [lambda text: tidy(text) if text else text]
_COUNT = re.compile(r"\d{1,9}|\d{1,3}([.,\s'’]\d{3}){1,2}", re.ASCII)


def rate_text(text: str) -> str:
    """A typed rate with a point before its decimals, whichever of the two signs was typed. Raises
    money.BadAmount for what is none.
    """
    bare = re.sub(r"\s", "", text)
    last = max(bare.rfind("."), bare.rfind(","))
    if last >= 0:
        bare = f"{re.sub('[.,]', '', bare[:last])}.{bare[last + 1 :]}"
    return f"{rate_of(bare):f}"


@dataclass
class LineField:
    """One line of the form, as typed, and what is wrong with it."""

    cost: str = ""
    text: str = ""
    amount: str = ""
    cost_error: str = ""
    amount_error: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.cost or self.text or self.amount)


def _named(label: Any, missing: Any, most: int, hint: Any = "", **attributes: str) -> StringField:
    return StringField(
        label,
        validators=[DataRequired(missing), Length(max=most)],
        filters=TIDY,
        description=hint,
        render_kw={"autocomplete": "off", **attributes},
    )


class InvoiceForm(FlaskForm):
    """An invoice. `offer()` gives the kinds of cost; `lines` are what was typed of its lines."""

    issuer = _named(_l("Issuer"), _l("Write who issued the invoice."), NAME)
    tax_id = _named(
        _l("Tax id of the issuer"),
        _l("Write the tax id that stands on the invoice."),
        NUMBER,
        spellcheck="false",
    )
    number = _named(
        _l("Invoice number"),
        _l("Write the number of the invoice."),
        NUMBER,
        _l("As it stands on the invoice. An invoice can be claimed once."),
        spellcheck="false",
    )
    issued_on = DateField(_l("Date of issue"), validators=[InputRequired(_l("Enter the date."))])
    currency = SelectField(
        _l("Currency of the invoice"), coerce=str, choices=[], validators=[InputRequired()]
    )
    amount = _named(
        _l("Total of the invoice"),
        _l("Write the total of the invoice."),
        40,
        inputmode="decimal",
    )
    rate = StringField(
        _l("Exchange rate"),
        validators=[Length(max=40)],
        filters=TIDY,
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    rate_source = StringField(
        _l("Where the rate can be read"),
        validators=[Length(max=NAME)],
        filters=TIDY,
        description=_l("A bank or an official page, with the day: whoever checks reads it there."),
    )
    lines: list[LineField]

    def offer(
        self, fund_currency: str, costs: Sequence[Mapping[str, Any]], typed: MultiDict[str, str]
    ) -> "InvoiceForm":
        """The form for a fund in `fund_currency`, which pays for or refuses `costs`."""
        codes = dict.fromkeys([fund_currency, *CURRENCIES])
        told = locale()
        self.currency.choices = [
            SelectChoice(code, f"{code} · {get_currency_name(code, locale=told)}") for code in codes
        ]
        self.currency.data = self.currency.data or fund_currency
        self.fund_currency, self.costs = fund_currency, {each["code"] for each in costs}
        self.lines = _typed_lines(typed)
        self.rate.description = _(
            "Only where the invoice is not in %(currency)s: how many %(currency)s one unit of its "
            "currency is worth on the day of the invoice.",
            currency=fund_currency,
        )
        return self

    def show(self, row: Invoice, lines: Iterable[ClaimLine]) -> "InvoiceForm":
        """The form filled with what was saved."""
        for name in ("issuer", "tax_id", "number", "issued_on", "currency", "rate_source"):
            self[name].data = getattr(row, name)
        self.amount.data = written(row.amount, row.currency)
        self.rate.data = row.rate.replace(".", get_decimal_symbol(locale()))
        self.lines = [
            LineField(line.cost, line.text, written(line.amount, row.currency)) for line in lines
        ]
        return self

    def spare(self, more: int = 0) -> None:
        """Empty lines to type in, `more` of them, one at least where there is none."""
        wanted = max(len(self.lines) + more, 1)
        self.lines += [LineField() for _each in range(len(self.lines), min(wanted, MOST_LINES))]

    def validate_issued_on(self, field: DateField) -> None:
        """Of this time."""
        if field.data is not None and not FIRST <= field.data < LAST:
            raise ValidationError(_("Choose a date between 1990 and 2099."))

    def validate_tax_id(self, field: StringField) -> None:
        """Something that one invoice can be told from another by."""
        if not has_letter(field.data or ""):
            raise ValidationError(_("Write it with its letters or digits."))

    validate_number = validate_tax_id

    def typed(self) -> TypedInvoice | None:
        """What a valid form says; None with its errors where something is wrong."""
        sound = bool(self.validate())
        currency = self.currency.data
        amount = self._amount(currency) if sound or not self.currency.errors else None
        lines = self._lines(currency, amount)
        rate = self._rate(currency, amount)
        if not sound or amount is None or lines is None or rate is None:
            return None
        own = currency == self.fund_currency
        return TypedInvoice(
            *(self.issuer.data or "", self.tax_id.data or "", self.number.data or ""),
            issued_on=self.issued_on.data or date.min,
            currency=currency,
            amount=amount,
            rate="" if own else rate,
            rate_source="" if own else self.rate_source.data or "",
            lines=tuple(lines),
        )

    def _amount(self, currency: str) -> int | None:
        if self.amount.errors or not self.amount.data:
            return None
        try:
            return _positive(self.amount.data, currency)
        except money.BadAmount as error:
            self.amount.errors = [str(error)]
            return None

    def _rate(self, currency: str, amount: int | None) -> str | None:
        if currency == self.fund_currency or not self.rate.data:
            return ""
        try:
            found = rate_text(self.rate.data)
            money.convert(amount or 0, currency, self.fund_currency, rate_of(found))
        except money.BadAmount:
            self.rate.errors = [_("Write a rate such as 1.1834, greater than zero.")]
            return None
        if not self.rate_source.data:
            self.rate_source.errors = [_("Say where this rate can be read.")]
            return None
        return found

    def _lines(self, currency: str, amount: int | None) -> list[TypedLine] | None:
        """The lines; one alone that names no amount is the whole invoice."""
        self.lines = [line for line in self.lines if not line.empty]
        if len(self.lines) == 1 and not self.lines[0].amount and self.amount.data:
            self.lines[0].amount = self.amount.data
        found = []
        for line in self.lines:
            if line.cost not in self.costs:
                line.cost_error = _("Choose what this line is for.")
            try:
                found.append(TypedLine(line.cost, line.text, _positive(line.amount, currency)))
            except money.BadAmount as error:
                line.amount_error = str(error)
        if not self.lines:
            self.lines = [LineField(cost_error=_("Say of at least one line what it is for."))]
        total = sum(line.amount for line in found)
        if amount is not None and total > amount and not any(map(_wrong, self.lines)):
            self.lines[-1].amount_error = _("The lines add up to more than the invoice.")
        return None if any(map(_wrong, self.lines)) else found


def _wrong(line: LineField) -> bool:
    return bool(line.cost_error or line.amount_error)


def _positive(text: str, currency: str) -> int:
    found = parse(text, currency)
    if found <= 0:
        raise money.BadAmount(_("Write an amount greater than zero."))
    return found


def _typed_lines(typed: MultiDict[str, str]) -> list[LineField]:
    columns = [typed.getlist(name)[:MOST_LINES] for name in ("cost", "text", "line_amount")]
    rows = zip(*columns, strict=False)
    tidied = (LineField(*(tidy(each)[:NAME] for each in row)) for row in rows)
    return [line for line in tidied if not line.empty]


@dataclass
class OutcomeForm:
    """The outcome as typed, by metric, and what is wrong with it."""

    numbers: dict[str, str]
    remarks: str
    final: bool
    errors: dict[str, str]

    def outcome(self) -> dict[str, int | None]:
        """The numbers; what is none leaves its error. Nothing typed is None."""
        found: dict[str, int | None] = {}
        for code, text in self.numbers.items():
            if text and not _COUNT.fullmatch(text):
                self.errors[code] = _("Write a whole number, such as 40.")
            found[code] = int(re.sub(r"\D", "", text)) if text and code not in self.errors else None
        if len(self.remarks) > TEXT:
            self.errors["remarks"] = _("Write at most %(most)s characters.", most=TEXT)
        return found


def typed_outcome(typed: MultiDict[str, str], codes: Iterable[str]) -> OutcomeForm:
    """What was sent of the outcome."""
    numbers = {code: tidy(typed.get(f"metric-{code}", ""))[:40] for code in codes}
    return OutcomeForm(numbers, tidy_lines(typed.get("remarks", "")), "final" in typed, {})


class DisputeForm(FlaskForm):
    """Why a line should be looked at again."""

    text = TextAreaField(
        _l("Why it should be looked at again"),
        validators=[DataRequired(_l("Write what was overlooked.")), Length(max=TEXT)],
        filters=[lambda text: tidy_lines(text) if text else text],
        description=_l("Whoever looks again reads it. A line can be disputed once."),
        render_kw={"rows": 4},
    )
    key = HiddenField()
