"""The editors' forms. What is typed is kept as it was typed; values are tidy."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.accounts.fields import LANGUAGE_NAMES
from portal.faq.library import Library
from portal.faq.rules import (
    LONGEST_ANSWER,
    LONGEST_COMMENT,
    LONGEST_KEYWORD,
    LONGEST_QUESTION,
    LONGEST_WHY,
    MOST_KEYWORDS,
    Text,
)
from portal.kernel.localized import Localized
from portal.kernel.text import tidy, tidy_lines
from portal.web.site import LANGUAGES, language


def _line(text: str | None) -> str | None:
    return tidy(text) if text else text


def _lines(text: str | None) -> str | None:
    return tidy_lines(text) if text else text


def _question(label: Any, lang: str) -> StringField:
    return StringField(
        label,
        validators=[Length(max=LONGEST_QUESTION)],
        filters=[_line],
        render_kw={"lang": lang, "autocomplete": "off"},
    )


def _text(label: Any, lang: str) -> TextAreaField:
    return TextAreaField(
        label,
        validators=[Length(max=LONGEST_ANSWER)],
        filters=[_lines],
        render_kw={"lang": lang, "rows": 16},
    )


class TextForm(FlaskForm):
    """A text in both languages; a promise has no question. `seen` says what its editor had before them."""

    seen = HiddenField()
    question_es = _question(_l("Question in Spanish"), "es")
    question_en = _question(_l("Question in English"), "en")
    answer_es = _text(_l("Text in Spanish"), "es")
    answer_en = _text(_l("Text in English"), "en")

    def show(self, text: Text, seen: str) -> "TextForm":
        """Fill it in."""
        for lang in LANGUAGES:
            self[f"question_{lang}"].data = text.question.get(lang, "")
            self[f"answer_{lang}"].data = text.answer.get(lang, "")
        self.seen.data = seen
        return self

    def text(self, *, is_promise: bool = False) -> Text:
        """What was typed."""
        question = (
            {} if is_promise else {lang: self._said(f"question_{lang}") for lang in LANGUAGES}
        )
        answer = {lang: self._said(f"answer_{lang}") for lang in LANGUAGES}
        return Text(Localized(question), Localized(answer))

    def _said(self, name: str) -> str:
        return self[name].data or ""


def _why(label: Any, lang: str) -> StringField:
    return StringField(
        label,
        validators=[
            InputRequired(_l("Say why: it is shown with the change.")),
            Length(max=LONGEST_WHY),
        ],
        filters=[_line],
        render_kw={"lang": lang, "autocomplete": "off"},
    )


class PublishForm(FlaskForm):
    """Why a text changes, in both languages."""

    seen = HiddenField()
    why_es = _why(_l("Why, in Spanish"), "es")
    why_en = _why(_l("Why, in English"), "en")

    def why(self) -> Localized:
        """The reason."""
        return Localized({lang: self[f"why_{lang}"].data or "" for lang in LANGUAGES})


class DeedForm(FlaskForm):
    """A deed that asks nothing."""

    seen = HiddenField()


def _words(label: Any, lang: str) -> TextAreaField:
    return TextAreaField(
        label,
        validators=[Length(max=MOST_KEYWORDS * LONGEST_KEYWORD)],
        filters=[_lines],
        description=_l("One a line. Search finds the question by them; readers never see them."),
        render_kw={"lang": lang, "rows": 8},
    )


class PlaceForm(FlaskForm):
    """Search words of a question, and its place in the list."""

    seen = HiddenField()
    position = IntegerField(
        _l("Place in the list"),
        validators=[InputRequired(_l("Enter a number.")), NumberRange(min=1, max=10_000)],
        render_kw={"inputmode": "numeric"},
    )
    words_es = _words(_l("Search words in Spanish"), "es")
    words_en = _words(_l("Search words in English"), "en")

    def keywords(self) -> dict[str, list[str]]:
        """The words, each once, at most 40 of 60 characters a language."""
        return {
            lang: list(dict.fromkeys(keyword(line) for line in self._of(lang) if keyword(line)))[
                :MOST_KEYWORDS
            ]
            for lang in LANGUAGES
        }

    def _of(self, lang: str) -> list[str]:
        return str(self[f"words_{lang}"].data or "").split("\n")


def keyword(line: str) -> str:
    """A search word as it is kept."""
    return tidy(line)[:LONGEST_KEYWORD].strip()


class KeywordForm(FlaskForm):
    """Which question a search should have found."""

    word = StringField(
        _l("Search words"),
        validators=[InputRequired(_l("Enter the words.")), Length(max=LONGEST_KEYWORD)],
        filters=[lambda text: keyword(text) if text else text],
        description=_l("As people type them; search finds the question by them."),
        render_kw={"autocomplete": "off"},
    )
    into = RadioField(
        _l("Language"),
        choices=[SelectChoice(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
        validators=[InputRequired(_l("Choose a language."))],
    )
    question = SelectField(
        _l("Question"), validators=[InputRequired(_l("Choose a question."))], validate_choice=True
    )

    def offer(self, library: Library) -> "KeywordForm":
        """Fill in the questions to choose from."""
        self.question.choices = [
            SelectChoice(one.id, f"{one.position}. {one.question.pick(language())}")
            for one in library.questions
        ]
        return self


class OpinionForm(FlaskForm):
    """Whether an answer helped; `comment` only where its reader is signed in."""

    helpful = RadioField(
        _l("Was this answer helpful?"),
        choices=[SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))],
        validators=[InputRequired(_l("Choose yes or no."))],
    )
    comment = TextAreaField(
        _l("What would help you more?"),
        validators=[Optional(), Length(max=LONGEST_COMMENT)],
        filters=[_lines],
        description=_l("The editors of these answers read it. It is not a question to your team."),
        render_kw={"rows": 4},
    )
