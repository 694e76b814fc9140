"""The forms of signing in."""

from flask_wtf import FlaskForm
from wtforms import HiddenField

from portal.accounts.fields import (
    address_field,
    code_field,
    current_password_field,
    new_password_field,
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
