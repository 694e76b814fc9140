"""The forms of signing in."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from portal.accounts.rules import LONGEST_PASSWORD


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


class SignInForm(FlaskForm):
    """E-mail and password, on one form."""

    email = address_field()
    password = current_password_field()
    next = HiddenField()


class CodeForm(FlaskForm):
    """The second step."""

    code = code_field()
    next = HiddenField()


class ConfirmForm(FlaskForm):
    """Proving again who one is; the code only where there is a second factor."""

    password = current_password_field()
    code = code_field()
    next = HiddenField()


class ForgotForm(FlaskForm):
    """Whom to send a link."""

    email = address_field()


class NewPasswordForm(FlaskForm):
    """The password to be."""

    password = new_password_field()
