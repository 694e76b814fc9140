"""The form of a new material: what it is, and its words in every language. What is typed is kept."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from portal.kernel.localized import Localized
from portal.kernel.text import tidy, tidy_lines
from portal.library.commands import Draft
from portal.library.labels import KINDS, LANGUAGES
from portal.library.rules import MaterialKind
from portal.web.site import LANGUAGES as CODES

TITLE, ABOUT = 120, 600
ALL, OWN = "all", "own"


class MaterialForm(FlaskForm):
    """A new material. `in_every_language()` adds its words."""

    portfolio = RadioField(
        _l("Portfolio"), validators=[InputRequired(_l("Choose a portfolio."))], coerce=str
    )
    kind = SelectField(
        _l("Kind"),
        choices=[SelectChoice(each.value, label) for each, label in KINDS.items()],
        validators=[InputRequired(_l("Choose a kind."))],
    )

    @classmethod
    def in_every_language(cls, registry: str, **given: Any) -> "MaterialForm":
        """The form for the people of the registry of that name."""
        fields: dict[str, Any] = {}
        for lang in CODES:
            fields[f"title_{lang}"] = StringField(
                _l("Title · %(language)s", language=LANGUAGES[lang]),
                validators=[DataRequired(_l("Write the title.")), Length(max=TITLE)],
                filters=[lambda text: tidy(text) if text else text],
                render_kw={"lang": lang},
            )
            fields[f"about_{lang}"] = TextAreaField(
                _l("What it is for · %(language)s", language=LANGUAGES[lang]),
                validators=[DataRequired(_l("Say what it is for.")), Length(max=ABOUT)],
                filters=[lambda text: tidy_lines(text) if text else text],
                render_kw={"lang": lang, "rows": 3},
            )
        form: MaterialForm = type("MaterialForm", (cls,), fields)(**given)
        form.portfolio.choices = [
            SelectChoice(OWN, registry),
            SelectChoice(ALL, _l("All portfolios")),
        ]
        return form

    def draft(self) -> Draft:
        """What a valid form says."""
        return Draft(
            kind=MaterialKind(self.kind.data),
            title=Localized({lang: self[f"title_{lang}"].data for lang in CODES}),
            about=Localized({lang: self[f"about_{lang}"].data for lang in CODES}),
            of_all=self.portfolio.data == ALL,
        )
