"""The forms of one's own account."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length

from portal.accounts.labels import REGION_NAMES
from portal.kernel.text import tidy
from portal.web.site import LANGUAGES

# Each language is named in itself, as people look for it.
LANGUAGE_NAMES = {"es": "Español", "en": "English"}


class SettingsForm(FlaskForm):
    """Name, language and regional format."""

    name = StringField(
        _l("Name"),
        validators=[InputRequired(_l("Enter your name.")), Length(max=120)],
        render_kw={"autocomplete": "name"},
        filters=[lambda text: tidy(text) if text else text],
    )
    language = RadioField(
        _l("Language"),
        choices=[SelectChoice(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
        validators=[InputRequired(_l("Choose a language."))],
        description=_l("Of the pages you open and of the mail you get."),
    )
    region = SelectField(
        _l("Dates and numbers"),
        choices=[SelectChoice(code, name) for code, name in REGION_NAMES.items()],
    )


class AddressForm(FlaskForm):
    """A new e-mail address to sign in with."""

    email = EmailField(
        _l("New e-mail address"),
        validators=[
            InputRequired(_l("Enter the new address.")),
            Length(max=254),
            Email(_l("Write the address in full, like ana@company.com.")),
        ],
        render_kw={"autocomplete": "email", "spellcheck": "false"},
    )
