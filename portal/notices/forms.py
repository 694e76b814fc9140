"""The form a notice is written in. Nothing but its topic must be there to save it: what is missing
to publish it, the review tells (N3).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput

from portal.accounts.fields import LANGUAGE_NAMES
from portal.kernel.localized import Localized
from portal.kernel.text import tidy, tidy_lines
from portal.notices.audience_rules import Choice
from portal.notices.drafts import Draft
from portal.notices.models import NoticeVersion
from portal.notices.pools import Criteria
from portal.notices.rules import Kind
from portal.registry.page_labels import PROGRAMS

TITLE, BODY, REASON, NAMES = 200, 20_000, 2_000, 20_000
FIRST, LAST = date(1990, 1, 1), date(2100, 1, 1)
EVERYBODY, ONLY = "registry", "affected"


class Wanted:
    """Marks a field that publishing needs; saving does not."""

    field_flags: Mapping[str, Any] = {"wanted": True}

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Nothing is refused here."""


class Boxes(SelectMultipleField):
    """Several of a few, each with a box of its own."""

    option_widget = CheckboxInput()


class ComposeForm(FlaskForm):
    """A notice as its author writes it; `for_languages()` adds the texts of each language."""

    revision = HiddenField()
    topic = SelectField(
        _l("What is it about?"), validators=[InputRequired(_l("Choose what it is about."))]
    )
    effective_on = DateField(_l("From when does it hold?"), validators=[Optional(), Wanted()])
    whom = RadioField(
        _l("Who gets it?"),
        choices=[
            SelectChoice(EVERYBODY, _l("The partners of your registry")),
            SelectChoice(ONLY, _l("Only those its changes affect, and those chosen below")),
        ],
        default=EVERYBODY,
    )
    programs = Boxes(
        _l("Only partners of these programs"),
        choices=[SelectChoice(program.value, label) for program, label in PROGRAMS.items()],
    )
    trainings = Boxes(_l("Only partners with people who hold these trainings"))
    councils = Boxes(_l("Also the seats of these councils"), coerce=int)
    names = TextAreaField(
        _l("Also these companies"),
        validators=[Optional(), Length(max=NAMES)],
        description=_l("One a line, by name or id."),
        render_kw={"rows": 2},
    )
    questions_until = DateField(
        _l("Questions until"),
        validators=[Optional()],
        description=_l("Partners may ask until then; answers are for everybody who got it."),
    )
    languages: tuple[str, ...] = ()

    @classmethod
    def for_languages(
        cls, languages: Iterable[str], topics: Iterable[tuple[str, str]], **given: Any
    ) -> "ComposeForm":
        """The form with a title, a text and a reason in each language."""
        codes = tuple(languages)
        fields: dict[str, Any] = {"languages": codes}
        for code in codes:
            fields |= _texts(code)
        form: ComposeForm = type("ComposeForm", (cls,), fields)(**given)
        form.topic.choices = [SelectChoice(key, text) for key, text in topics]
        return form

    def offer(self, criteria: Criteria) -> "ComposeForm":
        """The form with the trainings and councils there are."""
        self.trainings.choices = [SelectChoice(*each) for each in criteria.trainings]
        self.councils.choices = [SelectChoice(*each) for each in criteria.councils]
        self.criteria = criteria
        return self

    def validate_effective_on(self, field: DateField) -> None:
        """A day of this time."""
        if field.data is not None and not FIRST <= field.data < LAST:
            raise ValidationError(_("Choose a date between 1990 and 2099."))

    validate_questions_until = validate_effective_on

    def validate_names(self, field: TextAreaField) -> None:
        """Companies that are known."""
        unknown = [name for name in lines(field.data) if self.criteria.partner(name) is None]
        if unknown:
            raise ValidationError(
                _("No partner of yours is called %(names)s.", names=", ".join(unknown[:5]))
            )

    def text(self, name: str) -> Localized:
        """What was typed of `name`, by language."""
        return Localized({code: self[f"{name}_{code}"].data or "" for code in self.languages})

    def draft(self, own: int, before: Choice) -> Draft:
        """What a valid form says. `before` is the choice so far: registries other than the `own`
        stay in it.
        """
        mine = {own} if self.whom.data == EVERYBODY else set()
        named = {self.criteria.partner(name) for name in lines(self.names.data)}
        return Draft(
            topic=self.topic.data,
            title=self.text("title"),
            body=self.text("body"),
            reason=self.text("reason"),
            effective_on=self.effective_on.data,
            questions_until=self.questions_until.data,
            choice=Choice(
                registries=frozenset((before.registries - {own}) | mine),
                programs=frozenset(self.programs.data or ()),
                trainings=frozenset(self.trainings.data or ()),
                councils=frozenset(self.councils.data or ()),
                partners=frozenset(each for each in named if each is not None),
            ),
        )


def lines(text: str | None) -> list[str]:
    """The lines somebody typed, tidied, without blank ones."""
    return [said for line in (text or "").splitlines() if (said := tidy(line))]


def filled(
    version: NoticeVersion, choice: Choice, own: int, names: Iterable[str]
) -> dict[str, Any]:
    """A version as the form shows it."""
    data = {
        "revision": version.revision,
        "topic": version.topic,
        "effective_on": version.effective_on,
        "questions_until": version.questions_until,
        "whom": EVERYBODY if own in choice.registries else ONLY,
        "programs": sorted(choice.programs),
        "trainings": sorted(choice.trainings),
        "councils": sorted(choice.councils),
        "names": "\n".join(names),
    }
    for name in ("title", "body", "reason"):
        for code, text in getattr(version, name).items():
            data[f"{name}_{code}"] = text
    return data


def needs_reason(kind: Kind) -> bool:
    """Whether a version tells why it is made."""
    return kind is not Kind.ORIGINAL


def _texts(code: str) -> dict[str, Any]:
    name = LANGUAGE_NAMES.get(code, code)
    said = {"lang": code, "spellcheck": "true"}
    return {
        f"title_{code}": StringField(
            _l("Title (%(language)s)", language=name),
            validators=[Length(max=TITLE), Wanted()],
            filters=[lambda text: tidy(text) if text else text],
            render_kw=said,
        ),
        f"body_{code}": TextAreaField(
            _l("Text (%(language)s)", language=name),
            validators=[Length(max=BODY), Wanted()],
            filters=[lambda text: tidy_lines(text) if text else text],
            render_kw={**said, "rows": 9},
        ),
        f"reason_{code}": TextAreaField(
            _l("Reason (%(language)s)", language=name),
            validators=[Length(max=REASON), Wanted()],
            filters=[lambda text: tidy_lines(text) if text else text],
            render_kw={**said, "rows": 3},
        ),
    }
