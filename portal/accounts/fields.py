"""Fields that several forms have: a name, an address to write to, a language, passwords, codes."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, ValidationError

from portal.accounts.rules import LONGEST_PASSWORD
from portal.kernel.text import has_letter, tidy
from portal.web.site import LANGUAGES

# Each language is named in itself, as people look for it.
LANGUAGE_NAMES = {"es": "Español", "en": "English"}
LONGEST_NAME = 120
ADDRESS_WITHIN = re.compile(r"://|\bwww\.", re.IGNORECASE)


def name_field(label: Any, missing: Any, autocomplete: str = "name") -> StringField:
    """A name, tidied: with a letter, of a length, no web address, since names stand in mails."""
    return StringField(
        label,
        validators=[DataRequired(missing), Length(max=LONGEST_NAME), _a_name],
        filters=[lambda text: tidy(text) if text else text],
        render_kw={"autocomplete": autocomplete},
    )


def mailbox_field(
    label: Any, missing: Any, description: Any = "", autocomplete: str = "email"
) -> EmailField:
    """An address that mail will be sent to, so one in plain letters."""
    return EmailField(
        label,
        validators=[
            InputRequired(missing),
            Length(max=254),
            Email(_l("Write the address in full, like ana@company.com."), allow_smtputf8=False),
            _plain,
        ],
        filters=[lambda text: text.strip() if text else text],
        description=description,
        render_kw={"autocomplete": autocomplete, "spellcheck": "false"},
    )


def language_field(label: Any, description: Any = "") -> RadioField:
    """One of the portal's languages."""
    return RadioField(
        label,
        choices=[SelectChoice(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
        validators=[InputRequired(_l("Choose a language."))],
        description=description,
    )


def address_field() -> StringField:
    """The address one signs in with."""
    return StringField(
        _l("E-mail address"),
        validators=[InputRequired(_l("Enter your e-mail address.")), Length(max=254)],
        render_kw={"autocomplete": "username", "type": "email", "spellcheck": "false"},
    )


def current_password_field() -> PasswordField:
    """The password one has."""
    return PasswordField(
        _l("Password"),
        validators=[InputRequired(_l("Enter your password.")), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )


def new_password_field() -> PasswordField:
    """A password to be; `passwords.judge` says whether it may, `proof_labels.password_refusals` why not."""
    return PasswordField(
        _l("New password"),
        validators=[InputRequired(_l("Enter a new password."))],
        description=_l(
            "At least 12 characters, of any kind. A few words that do not belong together are good."
        ),
        render_kw={"autocomplete": "new-password"},
    )


def code_field() -> StringField:
    """A code of the app, or a recovery code; short enough for either."""
    return StringField(
        _l("Code"),
        validators=[InputRequired(_l("Enter the code.")), Length(max=60)],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false"},
    )


def _a_name(_form: FlaskForm, field: StringField) -> None:
    typed = field.data or ""
    if not has_letter(typed):
        raise ValidationError(_("Write a name, with at least one letter."))
    if ADDRESS_WITHIN.search(typed):
        raise ValidationError(_("Write the name alone, without a web address."))


def _plain(_form: FlaskForm, field: EmailField) -> None:
    if not (field.data or "").isascii():
        raise ValidationError(_("Write the address in plain letters, without accents."))
