"""The forms of channel people: a seat, its end, a meeting, its agenda, its minutes."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    DateField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from portal.accounts.fields import mailbox_field
from portal.councils.commands import Asked
from portal.councils.labels import LANGUAGES
from portal.councils.meeting_commands import Call
from portal.councils.rules import Term
from portal.kernel import clock
from portal.kernel.localized import Localized
from portal.kernel.text import tidy, tidy_lines
from portal.web.moment import FIRST, LAST

LINE, TEXT, ITEMS, SPARE = 200, 20_000, 40, 3
TIDY = [lambda text: tidy(text) if text else text]


def day_field(label: Any, missing: Any, description: Any = "") -> DateField:
    """A day that must be there, of this time."""
    return DateField(
        label, validators=[InputRequired(missing), _of_this_time], description=description
    )


def _of_this_time(_form: FlaskForm, field: DateField) -> None:
    if field.data is not None and not FIRST <= field.data < LAST:
        raise ValidationError(_("Choose a date between 1990 and 2099."))


class SeatForm(FlaskForm):
    """Whom to seat, and for which term. `offer()` asks for the company where there are several."""

    email = mailbox_field(
        _l("E-mail address of the member"),
        _l("Enter the address the person signs in with."),
        _l("A person of a partner company of this registry."),
        autocomplete="off",
    )
    partner = SelectField(_l("Company"), coerce=str, choices=[], validate_choice=False)
    day = day_field(_l("First day"), _l("Enter the first day of the term."))
    ends_on = DateField(
        _l("Last day"),
        validators=[Optional(), _of_this_time],
        description=_l("Leave it empty when the term has no end yet."),
    )

    def offer(self, companies: Iterable[tuple[int, str]]) -> "SeatForm":
        """The form with the companies to choose from."""
        self.partner.choices = [SelectChoice(str(key), name) for key, name in companies]
        return self

    def asked(self) -> Asked:
        """What a valid form says."""
        chosen = self.partner.data or ""
        return Asked(
            self.email.data or "",
            int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else None,
            Term(self.day.data or clock.today(), self.ends_on.data),
        )


class EndForm(FlaskForm):
    """The last day of a seat."""

    ends_on = day_field(
        _l("Last day"),
        _l("Enter the last day of the seat."),
        _l("From the next day on the person gets nothing new of this council."),
    )


class MeetingForm(FlaskForm):
    """A meeting, with its title in every language of the portal."""

    es = StringField(
        _l("Title in Spanish"),
        validators=[DataRequired(_l("Write the title in Spanish.")), Length(max=LINE)],
        filters=TIDY,
        render_kw={"lang": "es"},
    )
    en = StringField(
        _l("Title in English"),
        validators=[DataRequired(_l("Write the title in English.")), Length(max=LINE)],
        filters=TIDY,
        render_kw={"lang": "en"},
    )
    day = day_field(_l("Day"), _l("Enter the day of the meeting."))
    opens = TimeField(
        _l("Time"), validators=[Optional()], description=_l("In the program's time zone.")
    )
    place = StringField(
        _l("Place"),
        validators=[Length(max=LINE)],
        filters=TIDY,
        description=_l("Leave it empty when you meet online only."),
    )
    link = StringField(
        _l("Web address to meet online"),
        validators=[
            Optional(),
            Length(max=LINE),
            Regexp(r"https://\S+\Z", message=_l("Write a web address that begins with https://.")),
        ],
        filters=[lambda text: text.strip() if text else text],
        render_kw={"type": "url", "spellcheck": "false"},
    )

    def validate_place(self, field: StringField) -> None:
        """A meeting is somewhere."""
        if not field.data and not self.link.data:
            raise ValidationError(_("Say where the council meets: a place, or a web address."))

    def call(self) -> Call:
        """What a valid form says."""
        return Call(
            title=Localized(es=self.es.data or "", en=self.en.data or ""),
            held_on=self.day.data or date.min,
            opens=self.opens.data.strftime("%H:%M") if self.opens.data else "",
            place=self.place.data or "",
            link=self.link.data or "",
        )


class MinutesForm(FlaskForm):
    """The minutes in both languages; a draft may lack one."""

    es = TextAreaField(
        _l("Minutes in Spanish"),
        validators=[Length(max=TEXT)],
        filters=[lambda text: tidy_lines(text) if text else text],
        render_kw={"rows": 10, "lang": "es"},
    )
    en = TextAreaField(
        _l("Minutes in English"),
        validators=[Length(max=TEXT)],
        filters=[lambda text: tidy_lines(text) if text else text],
        render_kw={"rows": 10, "lang": "en"},
    )

    def text(self) -> Localized:
        """What a valid form says."""
        return Localized(es=self.es.data or "", en=self.en.data or "")


def typed_items(form: MultiDict[str, str]) -> tuple[list[Localized], bool]:
    """The items of an agenda as they were typed, empty ones left out; and whether all of them fit."""
    columns = [[tidy(text) for text in form.getlist(code)] for code in LANGUAGES]
    rows = list(zip(*columns, strict=False))
    items = [Localized(dict(zip(LANGUAGES, row, strict=True))) for row in rows if any(row)]
    fit = len(items) <= ITEMS and all(len(text) <= LINE for item in items for text in item.values())
    return items, fit
