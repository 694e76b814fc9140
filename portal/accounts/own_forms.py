"""The forms of one's own account."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from portal.accounts.fields import language_field, mailbox_field, name_field
from portal.accounts.labels import REGION_NAMES


class SettingsForm(FlaskForm):
    """Name, language and regional format."""

    name = name_field(_l("Name"), _l("Enter your name."))
    language = language_field(_l("Language"), _l("Of the pages you open and of the mail you get."))
    region = SelectField(
        _l("Dates and numbers"),
        choices=[SelectChoice(code, name) for code, name in REGION_NAMES.items()],
    )


class AddressForm(FlaskForm):
    """A new e-mail address to sign in with."""

    email = mailbox_field(_l("New e-mail address"), _l("Enter the new address."))
