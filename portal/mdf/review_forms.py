"""The forms of a review: a yes to an amount, a question, a no, a change, a limit. What is typed is kept.

Each has a prefix of its own, since several stand on one page; the key is the page's.
"""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput

from portal.kernel import money
from portal.kernel.text import tidy_lines
from portal.mdf.amounts import LONGEST, parse
from portal.mdf.labels import field_name
from portal.mdf.review_rules import FIELDS

TEXT = 2000
LANGUAGES = {"es": _l("in Spanish"), "en": _l("in English")}


def text_field(label: Any, missing: Any = "", hint: Any = "", rows: int = 3) -> TextAreaField:
    """A text of several lines; needed where `missing` says what to do without it."""
    needed = DataRequired(missing) if missing else Optional()
    return TextAreaField(
        label,
        validators=[needed, Length(max=TEXT)],
        filters=[lambda text: tidy_lines(text) if text else text],
        description=hint,
        render_kw={"rows": rows},
    )


def amount_field(label: Any, missing: Any = "") -> StringField:
    """An amount, as people write it; needed where `missing` says what to do without it."""
    needed = DataRequired(missing) if missing else Optional()
    return StringField(
        label,
        validators=[needed, Length(max=LONGEST)],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )


class Boxes(SelectMultipleField):
    """Several of a few, each with a box of its own."""

    option_widget = CheckboxInput()


class AmountForm(FlaskForm):
    """An amount in `currency`, as people write it; `parsed` is it in minor units."""

    currency = ""
    parsed: int | None = None

    amount: StringField

    def validate(self, extra_validators: Any = None) -> bool:
        """Also that the amount is one; what is wrong with it stands at its field then."""
        sound, field = bool(super().validate(extra_validators)), self.amount
        if field.data and not field.errors:
            try:
                self.parsed = parse(field.data, self.currency)
            except money.BadAmount as wrong:
                field.errors = [str(wrong)]
        return sound and not field.errors


class ApproveForm(AmountForm):
    """A yes: to how much."""

    amount = amount_field(_l("Amount to approve"), _l("Write the amount you approve."))
    note = text_field(_l("Note to the company"))


class QuestionForm(FlaskForm):
    """A question: what is to be mended (`fields.choices`), and what is missing there."""

    fields = Boxes(
        _l("What is to be mended?"),
        validators=[InputRequired(_l("Choose what the company is to mend."))],
        choices=[],
    )
    note = text_field(_l("Your question"), _l("Write what you need to know."))


class AskForm(QuestionForm):
    """A question about a request, which names fields of its form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.choices = [(code, field_name(code)) for code in FIELDS]


class NoForm(FlaskForm):
    """A no, with its reason in the company's language, and in the other if one likes."""

    reason = text_field(_l("Reason"), _l("Write the reason: the company reads it."))
    other = text_field(_l("The same in the other language"), rows=2)
    nearest = BooleanField(_l("Add what would be accepted instead"), default=True)

    def spoken(self, language: str) -> "NoForm":
        """The form for a company that is spoken to in `language`."""
        theirs, others = LANGUAGES[language], LANGUAGES["en" if language == "es" else "es"]
        self.reason.label.text = _("Reason, %(language)s", language=theirs)
        self.other.label.text = _("The same %(language)s", language=others)
        return self

    def note(self, nearest: str) -> str:
        """All that is said to the company."""
        parts = (self.reason.data, nearest if self.nearest.data else "", self.other.data)
        return "\n\n".join(part for part in parts if part)


class WhyForm(FlaskForm):
    """A change that is explained."""

    note = text_field(_l("Reason"), _l("Write the reason: the company and the team read it."))


class NoteForm(FlaskForm):
    """A change that may be explained."""

    note = text_field(_l("Note to the company"))


class DatesForm(FlaskForm):
    """Other days for the activity."""

    starts_on = DateField(_l("First day"), validators=[InputRequired(_l("Enter the first day."))])
    ends_on = DateField(_l("Last day"), validators=[InputRequired(_l("Enter the last day."))])
    note = text_field(_l("Reason"), _l("Write why the activity moves."))


class LimitForm(AmountForm):
    """Up to how much one of the channel people approves alone; empty: as the fund says."""

    amount = amount_field(_l("Approves alone up to"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Also that it is not less than nothing."""
        sound = super().validate(extra_validators)
        if sound and (self.parsed or 0) < 0:
            self.amount.errors = [_("Write an amount that is not less than nothing.")]
            return False
        return sound
