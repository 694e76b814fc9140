"""The forms of questions: asking, writing on, answering, handing over. What is typed is kept."""

import re
import secrets
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.concerns.rules import About, Ask
from portal.kernel.text import tidy, tidy_lines

SUBJECT, TEXT, NUMBER = 150, 4000, 200
KEY = re.compile(r"[\w-]{8,100}", re.ASCII)
CONTRACT = About.CONTRACT.value


def text_field(label: Any, missing: Any, rows: int = 6, hint: Any = "") -> TextAreaField:
    """A text of several paragraphs, its line breaks kept."""
    return TextAreaField(
        label,
        validators=[DataRequired(missing), Length(max=TEXT)],
        filters=[lambda text: tidy_lines(text) if text else text],
        description=hint,
        render_kw={"rows": rows},
    )


class AskForm(FlaskForm):
    """A new question. `about` is a registry ("relationship:slug") or a contract ("contract")."""

    about = RadioField(
        _l("What is it about?"),
        choices=[],
        validators=[InputRequired(_l("Choose what your question is about."))],
        coerce=str,
    )
    number = StringField(
        _l("Contract, service or order"),
        validators=[Optional(), Length(max=NUMBER)],
        filters=[lambda text: tidy(text) if text else text],
        description=_l(
            "Only for a question about one of them: its number as you have it, with or without "
            "separators."
        ),
        render_kw={"spellcheck": "false", "autocomplete": "off"},
    )
    subject = StringField(
        _l("Subject"),
        validators=[DataRequired(_l("Say in a few words what it is about.")), Length(max=SUBJECT)],
        filters=[lambda text: tidy(text) if text else text],
        description=_l("In a few words. The mail that tells the team of your question says it."),
    )
    text = text_field(_l("Your question"), _l("Write your question."))
    key = HiddenField()
    question = HiddenField(validators=[Length(max=40)])

    def offer(self, doors: Iterable[tuple[str, str]]) -> "AskForm":
        """The form with the registries of the company, as (slug, name)."""
        relationship = About.RELATIONSHIP.value
        self.about.choices = [
            *(
                SelectChoice(
                    f"{relationship}:{slug}",
                    _("My relationship with %(registry)s", registry=name),
                )
                for slug, name in doors
            ),
            SelectChoice(CONTRACT, _("A customer's contract, a service or an order")),
        ]
        if not KEY.fullmatch(self.key.data or ""):
            self.key.data = secrets.token_urlsafe(12)
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """Also that a contract is named where it is about one."""
        sound = bool(super().validate(extra_validators))
        if self.about.data == CONTRACT and not self.number.data:
            self.number.errors = [_("Write the number of the contract, the service or the order.")]
            sound = False
        return sound

    def ask(self, instead: str = "") -> Ask:
        """What a valid form asks; `instead` is a nearer yes that was chosen: about, registry, number."""
        about, _colon, slug = str(self.about.data).partition(":")
        wanted = Ask(About(about), slug or None, self.number.data or None)
        parts = instead.split("|", 2)
        if len(parts) == 3 and parts[0] in (About.RELATIONSHIP, CONTRACT):
            wanted = Ask(About(parts[0]), parts[1] or None, parts[2] or wanted.number)
        if wanted.about is About.RELATIONSHIP:
            return Ask(About.RELATIONSHIP, wanted.registry)
        return wanted


class WriteForm(FlaskForm):
    """The company writes again."""

    text = text_field(_l("Your message"), _l("Write what you want to add."), rows=4)


class AnswerForm(FlaskForm):
    """The team answers."""

    text = text_field(
        _l("Your answer"),
        _l("Write your answer."),
        hint=_l(
            "The people of the company read it in the portal; the mail only says that it is there."
        ),
    )


class HandForm(FlaskForm):
    """The question goes to another team of the registry."""

    team = SelectField(
        _l("Team"), coerce=str, choices=[], validators=[InputRequired(_l("Choose a team."))]
    )
    reason = text_field(
        _l("Reason"),
        _l("Write the reason: the company and the team read it."),
        rows=3,
        hint=_l("The company and the other team read it."),
    )

    def offer(self, teams: Iterable[tuple[int, str]], but: int | None) -> "HandForm":
        """The form with the registry's teams but the one it is with."""
        others = [SelectChoice(str(key), name) for key, name in teams if key != but]
        self.team.choices = [SelectChoice("", _("Choose a team")), *others]
        return self
