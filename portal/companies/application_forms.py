"""The forms of applying and of approving. What is typed is kept as it was typed; values are tidy."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from portal.accounts.fields import language_field, mailbox_field, name_field
from portal.accounts.rules import LONGEST_PASSWORD
from portal.companies.applying import Wish
from portal.kernel import clock
from portal.kernel.text import tidy, tidy_lines
from portal.registry.agreements import Terms
from portal.registry.page_labels import PROGRAMS
from portal.registry.rules import Program, normal
from portal.store.pack import Program as Pack

NOTE, TERMS, NUMBER = 2000, 400, 100
FIRST, LAST = date(1990, 1, 1), date(2100, 1, 1)
CHOSEN = [SelectChoice(program.value, label) for program, label in PROGRAMS.items()]


def note_field() -> TextAreaField:
    """What the company sells, and to whom."""
    return TextAreaField(
        _l("What do you sell, and to whom?"),
        validators=[
            DataRequired(_l("Tell in a few sentences what you sell, and to whom.")),
            Length(max=NOTE),
        ],
        filters=[lambda text: tidy_lines(text) if text else text],
        description=_l("A few sentences: the one who decides reads them first."),
        render_kw={"rows": 5},
    )


class ApplyForm(FlaskForm):
    """A company that is no partner yet. `for_program()` adds a field for each registry."""

    company = name_field(_l("Company name"), _l("Enter the name of your company."), "organization")
    contact = name_field(_l("Your name"), _l("Enter your name."))
    email = mailbox_field(
        _l("Work e-mail address"),
        _l("Enter your work e-mail address."),
        _l("A link to go on is sent there."),
    )
    language = language_field(_l("Language"), _l("Of the mail you get, and of your pages."))
    note = note_field()
    registries: tuple[str, ...] = ()

    @classmethod
    def for_program(cls, pack: Pack, **given: Any) -> "ApplyForm":
        """The form with a choice for each registry of the program that is served."""
        fields: dict[str, Any] = {
            f"program_{registry.slug}": SelectField(
                registry.name, choices=[SelectChoice("", _l("Do not apply")), *CHOSEN], default=""
            )
            for registry in pack.registries
        }
        slugs = tuple(registry.slug for registry in pack.registries)
        made = type("ApplyForm", (cls,), {**fields, "registries": slugs})
        form: ApplyForm = made(**given)
        return form

    def programs(self) -> dict[str, Program]:
        """The program chosen, by registry."""
        chosen = {slug: self[f"program_{slug}"].data for slug in self.registries}
        return {slug: Program(value) for slug, value in chosen.items() if value}

    def validate(self, extra_validators: Any = None) -> bool:
        """Also that some registry is chosen."""
        sound = bool(super().validate(extra_validators))
        first = self[f"program_{self.registries[0]}"]
        if not first.errors and sound_programs(self) and not self.programs():
            first.errors = [_("Choose a program in at least one registry.")]
            sound = False
        return sound

    def wish(self) -> Wish:
        """What a valid form asks."""
        return Wish(
            company=self.company.data or "",
            contact=self.contact.data or "",
            email=self.email.data or "",
            language=self.language.data,
            programs=self.programs(),
            note=self.note.data or "",
        )


def sound_programs(form: ApplyForm) -> bool:
    """Whether what was chosen for each registry is one of the choices."""
    return not any(form[f"program_{slug}"].errors for slug in form.registries)


class ConfirmForm(FlaskForm):
    """The password: a new one, or the one that somebody has."""

    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(_l("Enter a password.")), Length(max=LONGEST_PASSWORD)],
    )


class NewApplicationForm(FlaskForm):
    """A partner company applies to a registry more."""

    registry = RadioField(
        _l("Registry"), validators=[InputRequired(_l("Choose a registry."))], coerce=str
    )
    program = RadioField(
        _l("Program"), choices=CHOSEN, validators=[InputRequired(_l("Choose a program."))]
    )
    note = note_field()


class DeclineForm(FlaskForm):
    """The reason, which the company is told."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            DataRequired(_l("Write the reason: the company is told it.")),
            Length(max=NOTE),
        ],
        filters=[lambda text: tidy_lines(text) if text else text],
        description=_l("The company reads it as you write it, in the portal and by mail."),
        render_kw={"rows": 4},
    )


class ApproveForm(FlaskForm):
    """The agreement that an approval opens."""

    number = StringField(
        _l("Agreement number"),
        validators=[DataRequired(_l("Enter the number of the agreement.")), Length(max=NUMBER)],
        filters=[lambda text: tidy(text) if text else text],
        render_kw={"spellcheck": "false", "autocomplete": "off"},
    )
    starts_on = DateField(
        _l("First day"), validators=[InputRequired(_l("Enter the first day of the agreement."))]
    )
    ends_on = DateField(
        _l("Last day"),
        validators=[Optional()],
        description=_l("Leave it empty when the agreement has no end date."),
    )
    team = SelectField(
        _l("Channel support team"),
        coerce=str,
        choices=[],
        validators=[InputRequired(_l("Choose a team."))],
    )
    compensation = StringField(
        _l("Compensation terms"),
        validators=[DataRequired(_l("Enter the compensation terms.")), Length(max=TERMS)],
        filters=[lambda text: tidy(text) if text else text],
    )
    schedule = StringField(
        _l("Payment schedule"),
        validators=[DataRequired(_l("Enter the payment schedule.")), Length(max=TERMS)],
        filters=[lambda text: tidy(text) if text else text],
    )

    def offer(self, teams: Iterable[tuple[int, str]]) -> "ApproveForm":
        """The form with the teams to choose from."""
        choices = [SelectChoice(str(identifier), name) for identifier, name in teams]
        self.team.choices = [SelectChoice("", _("Choose a team")), *choices]
        return self

    def validate_number(self, field: StringField) -> None:
        """A number of an agreement, as an import takes it."""
        typed = field.data or ""
        if not typed.isprintable() or ";" in typed or not normal(typed):
            raise ValidationError(
                _("This cannot be a number: it needs a letter or a digit, and no semicolon.")
            )

    def validate_starts_on(self, field: DateField) -> None:
        """A day of this time."""
        _in_range(field)

    def validate_ends_on(self, field: DateField) -> None:
        """A day of this time."""
        _in_range(field)

    def terms(self) -> Terms:
        """What a valid form says."""
        return Terms(
            number=self.number.data or "",
            starts_on=self.starts_on.data or clock.today(),
            ends_on=self.ends_on.data,
            team_id=int(self.team.data),
            compensation=self.compensation.data or "",
            schedule=self.schedule.data or "",
        )


def _in_range(field: DateField) -> None:
    if field.data is not None and not FIRST <= field.data < LAST:
        raise ValidationError(_("Choose a date between 1990 and 2099."))
