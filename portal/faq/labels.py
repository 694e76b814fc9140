"""Words for codes of the questions."""

from flask_babel import lazy_gettext as _l

LANGUAGE_NAMES = {"es": _l("Spanish"), "en": _l("English")}
